import { solutionOf } from './solution.ts';
import { app, currentUrl } from './store.ts';
import { themeChoices } from './theme.ts';

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

/**
 * Moves the crosshair to where `to` says, given where it is, and the page, leaf and mapping sizes in bytes; kept
 * inside the mapping and on a page. Does nothing where no device memory is mapped.
 */
const moveCrosshair = (to: (at: number, page: number, pmd: number, length: number) => number) => (): void => {
  const { scenario, crosshair, setCrosshair } = app.getState();
  const { device, prepared } = solutionOf(scenario);
  if (!device) return;
  const { page, pmdSize } = prepared.arch;
  const length = device.mapping.end - device.mapping.start;
  const wanted = Math.floor(to(crosshair ?? 0, page, pmdSize, length) / page) * page;
  setCrosshair(Math.min(Math.max(wanted, 0), length - page));
};

/** One command: the keys that run it and the words that the help shows. */
export interface Command {
  /** Keys of the picture and of the Compare table work while it has the focus, all others everywhere. */
  readonly group: 'Picture' | 'Compare' | 'Scenario' | 'App';
  readonly label: string;
  /** As KeyboardEvent.key gives them, lower case; `mod+` is Ctrl or Cmd. */
  readonly keys: readonly string[];
  /** The same for the reader. */
  readonly shown: string;
  readonly run: () => void;
}

const picture = (
  label: string,
  shown: string,
  moves: Readonly<Record<string, Parameters<typeof moveCrosshair>[0]>>,
): Command[] =>
  Object.entries(moves).map(([key, to], i) => ({
    group: 'Picture',
    label,
    keys: [key],
    // Both directions are one line of the help.
    shown: i === 0 ? shown : '',
    run: moveCrosshair(to),
  }));

/** What the keys of the Compare table do. */
export type CompareAction =
  | 'previous'
  | 'next'
  | 'first'
  | 'last'
  | 'pin'
  | 'baseline'
  | 'open'
  | 'copy'
  | 'find';

type CompareActions = Readonly<Record<CompareAction, () => void>>;

let compareActions: CompareActions | undefined;

/** Says what the keys of the Compare table do while it is shown; gives back what ends that. */
export const bindCompare = (actions: CompareActions): (() => void) => {
  compareActions = actions;
  return () => {
    if (compareActions === actions) compareActions = undefined;
  };
};

const compare = (action: CompareAction, label: string, shown: string, key: string): Command => ({
  group: 'Compare',
  label,
  keys: [key],
  shown,
  run: () => compareActions?.[action](),
});

/** Every key of the app. The help is made from this table and the keys are bound by it. */
export const commands: readonly Command[] = [
  ...picture('Crosshair by a page', '←, →', {
    arrowleft: (at, page) => at - page,
    arrowright: (at, page) => at + page,
  }),
  ...picture('Crosshair by 2 MiB', 'Shift+←, →', {
    'shift+arrowleft': (at, _, pmd) => at - pmd,
    'shift+arrowright': (at, _, pmd) => at + pmd,
  }),
  ...picture('Crosshair by a sixteenth', 'PageUp, PageDown', {
    pageup: (at, _, __, length) => at - length / 16,
    pagedown: (at, _, __, length) => at + length / 16,
  }),
  ...picture('Crosshair to the first, last page', 'Home, End', {
    home: () => 0,
    end: (_, __, ___, length) => length,
  }),
  {
    group: 'Picture',
    label: 'No crosshair',
    keys: ['escape'],
    shown: 'Esc',
    run: () => app.getState().setCrosshair(undefined),
  },
  compare('previous', 'Row by row', '↑, ↓', 'arrowup'),
  compare('next', 'Row by row', '', 'arrowdown'),
  compare('first', 'First, last row', 'Home, End', 'home'),
  compare('last', 'First, last row', '', 'end'),
  compare('open', 'Open the row in Map', 'Enter', 'enter'),
  compare('pin', 'Pin it below', 'P', 'p'),
  compare('baseline', 'Compare the others with it', 'B', 'b'),
  compare('copy', 'Copy the table as Markdown', 'C', 'c'),
  compare('find', 'Find rows', '/', '/'),
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

/** How a key event is written in the table. */
const keyOf = (e: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'shiftKey'>): string =>
  `${e.ctrlKey || e.metaKey ? 'mod+' : ''}${e.shiftKey && /^(?:[a-z?]|arrow.*)$/i.test(e.key) ? 'shift+' : ''}${e.key.toLowerCase()}`;

const takesText = (target: EventTarget | null): boolean =>
  target instanceof HTMLTextAreaElement ||
  target instanceof HTMLSelectElement ||
  (target instanceof HTMLInputElement && !['range', 'radio', 'checkbox', 'button'].includes(target.type));

/** Runs the command of a key among those of a place, or those of the rest; true when there is one. */
export const runKey = (
  e: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'shiftKey' | 'preventDefault'>,
  where: 'Picture' | 'Compare' | 'page',
): boolean => {
  const key = keyOf(e);
  const placed = (c: Command): boolean => c.group === 'Picture' || c.group === 'Compare';
  const command = commands.find(
    c => (where === 'page' ? !placed(c) : c.group === where) && c.keys.includes(key),
  );
  if (command === undefined) return false;
  e.preventDefault();
  command.run();
  return true;
};

/** Binds the keys of {@link commands} to the page. */
export const startKeys = (): void => {
  window.addEventListener('keydown', e => {
    if (e.defaultPrevented || e.altKey || e.isComposing || takesText(e.target)) return;
    // A modal dialog has the keys to itself.
    if (document.querySelector('dialog:modal')) return;
    // On Compare a letter means what its table says, wherever the focus is; arrows and Enter belong to a control
    // that has the focus.
    const table = compareActions !== undefined && (e.key.length === 1 || e.target === document.body);
    if (!(table && runKey(e, 'Compare'))) runKey(e, 'page');
  });
};
