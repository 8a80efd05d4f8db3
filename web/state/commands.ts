import { app, currentUrl } from './store.ts';
import { themeChoices } from './theme.ts';

/** What the drawing can be told by key. */
export type DrawingCommand =
  | 'zoomIn'
  | 'zoomOut'
  | 'panLeft'
  | 'panRight'
  | 'zoomWhole'
  | 'zoomToFit'
  | 'clearCrosshair';

const drawing = new Map<DrawingCommand, () => void>();

/** The drawing says what it can do; the returned function takes it back. */
export const registerDrawing = (commands: Partial<Record<DrawingCommand, () => void>>): (() => void) => {
  const entries = Object.entries(commands) as [DrawingCommand, () => void][];
  for (const [name, run] of entries) drawing.set(name, run);
  return () => {
    for (const [name, run] of entries) if (drawing.get(name) === run) drawing.delete(name);
  };
};

const tell = (name: DrawingCommand) => ({ run: (): void => drawing.get(name)?.(), drawing: name });

/** Copies the address of the page, or says where it is to be copied from. */
export const copyLink = async (): Promise<void> => {
  const url = currentUrl();
  const { say } = app.getState();
  try {
    await navigator.clipboard.writeText(url);
    say(`Link copied, ${url.length.toLocaleString('en')} characters`);
  } catch {
    // Pages opened from disk and old browsers have no clipboard; the address bar always has the link.
    say('The browser did not allow copying: the link is in the address bar');
  }
};

const nextTheme = (): void => {
  const { theme, setTheme, say } = app.getState();
  const at = themeChoices.findIndex(c => c.id === theme);
  const next = themeChoices[(at + 1) % themeChoices.length];
  if (next === undefined) return;
  setTheme(next.id);
  say(`Theme: ${next.label}`);
};

/** One command: the keys that run it and the words that the help shows. */
export interface Command {
  readonly group: 'Picture' | 'Scenario' | 'App';
  readonly label: string;
  /** As KeyboardEvent.key gives them, lower case; `mod+` is Ctrl or Cmd. */
  readonly keys: readonly string[];
  /** The same for the reader. */
  readonly shown: string;
  readonly run: () => void;
  /** The drawing carries it out, when it can. */
  readonly drawing?: DrawingCommand;
}

/** Every key of the app. The help is made from this table and the keys are bound by it. */
export const commands: readonly Command[] = [
  { group: 'Picture', label: 'Zoom in', keys: ['w', '+', '='], shown: 'W, +', ...tell('zoomIn') },
  { group: 'Picture', label: 'Zoom out', keys: ['s', '-'], shown: 'S, −', ...tell('zoomOut') },
  { group: 'Picture', label: 'Move left', keys: ['a'], shown: 'A', ...tell('panLeft') },
  { group: 'Picture', label: 'Move right', keys: ['d'], shown: 'D', ...tell('panRight') },
  { group: 'Picture', label: 'Show the whole mapping', keys: ['0'], shown: '0', ...tell('zoomWhole') },
  { group: 'Picture', label: 'Fit', keys: ['f'], shown: 'F', ...tell('zoomToFit') },
  {
    group: 'Scenario',
    label: 'Undo',
    keys: ['u', 'mod+z'],
    shown: 'U, Ctrl+Z',
    run: () => app.getState().undo(),
  },
  {
    group: 'Scenario',
    label: 'Redo',
    keys: ['shift+u', 'mod+shift+z', 'mod+y'],
    shown: 'Shift+U, Ctrl+Shift+Z',
    run: () => app.getState().redo(),
  },
  {
    group: 'Scenario',
    label: 'Paste maps, lspci',
    keys: ['p'],
    shown: 'P',
    run: () => app.getState().open('intake'),
  },
  { group: 'App', label: 'Copy link', keys: ['c'], shown: 'C', run: () => void copyLink() },
  { group: 'App', label: 'Next theme', keys: ['t'], shown: 'T', run: nextTheme },
  {
    group: 'App',
    label: 'This help',
    keys: ['?', 'shift+?'],
    shown: '?',
    run: () => app.getState().open('help'),
  },
];

/** Whether a command would do anything now. */
export const works = (c: Command): boolean => c.drawing === undefined || drawing.has(c.drawing);

/** How a key event is written in the table. */
const keyOf = (e: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'shiftKey'>): string =>
  `${e.ctrlKey || e.metaKey ? 'mod+' : ''}${e.shiftKey && /^[a-z?]$/i.test(e.key) ? 'shift+' : ''}${e.key.toLowerCase()}`;

const takesText = (target: EventTarget | null): boolean =>
  target instanceof HTMLTextAreaElement ||
  target instanceof HTMLSelectElement ||
  (target instanceof HTMLInputElement && !['range', 'radio', 'checkbox', 'button'].includes(target.type));

/** Binds the keys of {@link commands} to the page. */
export const startKeys = (): void => {
  window.addEventListener('keydown', e => {
    if (e.defaultPrevented || e.altKey || e.isComposing || takesText(e.target)) return;
    // A modal dialog has the keys to itself.
    if (document.querySelector('dialog:modal')) return;
    const key = keyOf(e);
    const command = commands.find(c => c.keys.includes(key));
    if (command === undefined || !works(command)) return;
    e.preventDefault();
    command.run();
  });
};
