import { withoutStart } from '../scenario/slide.ts';
import { copyLink } from './copyLink.ts';
import { fit, panBy, showAll, showTeeth, zoomBy } from './look.ts';
import * as moves from './moves.ts';
import { closePlayer, playerOpen } from './playing.ts';
import { playSearch, stepSearch } from './playSearch.ts';
import { app } from './store.ts';
import { themeChoices } from './theme.ts';

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
  /**
   * Keys of the picture and of the Compare table work while it has the focus, those of the view on the Map, those of
   * a lab while it is shown, all others everywhere.
   */
  readonly group: 'Picture' | 'View' | 'Compare' | 'Lab' | 'Scenario' | 'App';
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
  keys: Readonly<Record<string, Parameters<typeof moves.moveCrosshair>[0]>>,
): Command[] =>
  Object.entries(keys).map(([key, to], i) => ({
    group: 'Picture',
    label,
    keys: [key],
    // Both directions are one line of the help.
    shown: i === 0 ? shown : '',
    run: () => moves.moveCrosshair(to),
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

const slide = (to: Parameters<typeof moves.slide>[0]) => (): void => moves.slide(to);

const view = (label: string, shown: string, keys: readonly string[], run: () => void): Command => ({
  group: 'View',
  label,
  keys,
  shown,
  run,
});

/** Puts the focus on a control by its id, and selects what it holds. */
const focusOn = (id: string): void => {
  const element = document.getElementById(id);
  element?.focus();
  if (element instanceof HTMLInputElement) element.select();
};

const compare = (action: CompareAction, label: string, shown: string, key: string): Command => ({
  group: 'Compare',
  label,
  keys: [key],
  shown,
  run: () => compareActions?.[action](),
});

/** Where pasted text goes: into the field of Diagnose where that is shown, else into the dialog. */
const paste = (): void => {
  const { scenario, open } = app.getState();
  if (scenario.view.screen === 'diagnose') focusOn('diagnose-paste');
  else open('intake');
};

/**
 * Every key of the app. The help is made from this table and the keys are bound by it. What has no key and is found by
 * its name is in namedCommands.ts, which comes with the palette.
 */
const commands: readonly Command[] = [
  ...picture('Crosshair by an entry of the level walked', '←, →', {
    arrowleft: at => moves.byEntry(at, -1),
    arrowright: at => moves.byEntry(at, 1),
  }),
  {
    group: 'Picture',
    label: 'Level walked: towards the root, the pages',
    keys: ['arrowup'],
    shown: '↑, ↓',
    run: () => moves.climb(1),
  },
  {
    group: 'Picture',
    label: 'Level walked: towards the root, the pages',
    keys: ['arrowdown'],
    shown: '',
    run: () => moves.climb(-1),
  },
  ...picture('Crosshair by a PMD entry', 'Shift+←, →', {
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
    run: () => app.getState().pinCrosshair(undefined),
  },
  view('Zoom in', 'W, +', ['w', '+', '='], () => zoomBy(1 / 2)),
  view('Zoom out', 'S, −', ['s', '-'], () => zoomBy(2)),
  view('Move left', 'A', ['a'], () => panBy(-0.25)),
  view('Move right', 'D', ['d'], () => panBy(0.25)),
  view('Fit the whole mapping', 'F', ['f'], fit),
  view('As near as teeth can be told apart', '0', ['0'], showTeeth),
  view('All of user space', 'Shift+F', ['shift+f'], showAll),
  view('Go to an address', 'G', ['g'], () => focusOn('place')),
  view(
    'Slide the VMA by a page',
    '[, ]',
    ['['],
    slide((start, page) => start - page),
  ),
  view(
    'Slide the VMA by a page',
    '',
    [']'],
    slide((start, page) => start + page),
  ),
  view(
    'Slide the VMA by a PMD entry',
    '{, }',
    ['{'],
    slide((start, _, pmd) => start - pmd),
  ),
  view(
    'Slide the VMA by a PMD entry',
    '',
    ['}'],
    slide((start, _, pmd) => start + pmd),
  ),
  view('To the nearest start where the teeth meet', 'N', ['n'], () => moves.snap()),
  view('Play the search, or close it', 'M', ['m'], () => (playerOpen() ? closePlayer() : playSearch())),
  view('A step of the search on', '.', ['.'], () => stepSearch(1)),
  view('A step of the search back', ',', [','], () => stepSearch(-1)),
  view('Bits of VA and PA', 'B', ['b'], () => app.getState().setBits(!app.getState().bits)),
  view('Stage: the picture alone, and back', 'X', ['x'], () =>
    app.getState().setStage(!app.getState().stage),
  ),
  view('Let the kernel place it again', 'K', ['k'], () => app.getState().change(withoutStart, 'done')),
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
  { group: 'Scenario', label: 'Paste maps, lspci', keys: ['p'], shown: 'P', run: paste },
  {
    group: 'Scenario',
    label: 'Saved scenes',
    keys: ['mod+s'],
    shown: 'Ctrl+S',
    run: () => app.getState().open('saved'),
  },
  {
    group: 'App',
    label: 'Find a command',
    keys: ['mod+k', '/'],
    shown: 'Ctrl+K, /',
    run: () => app.getState().open('palette'),
  },
  {
    group: 'App',
    label: 'Present: tours, and a tour of your own',
    keys: ['shift+p'],
    shown: 'Shift+P',
    run: () => app.getState().open('present'),
  },
  { group: 'App', label: 'Copy link', keys: ['c'], shown: 'C', run: () => void copyLink() },
  { group: 'App', label: 'Export', keys: ['e'], shown: 'E', run: () => app.getState().open('export') },
  { group: 'App', label: 'Next theme', keys: ['t'], shown: 'T', run: nextTheme },
  {
    group: 'App',
    label: 'This help',
    keys: ['?', 'shift+?'],
    shown: '?',
    run: () => app.getState().open('help'),
  },
];

/** Keys that a picture takes by itself while it has the focus, as the help tells of them. */
export type PictureKeys = Pick<Command, 'shown' | 'label'>;

let ofLab: readonly Command[] = [];
let onLabPicture: readonly PictureKeys[] = [];

/**
 * Binds the keys of a lab while it is shown, and tells the help of those that its picture takes; gives back what ends
 * that.
 */
export const bindLab = (own: readonly Command[], onPicture: readonly PictureKeys[]): (() => void) => {
  ofLab = own;
  onLabPicture = onPicture;
  return () => {
    if (ofLab === own) ofLab = [];
    if (onLabPicture === onPicture) onLabPicture = [];
  };
};

/** The keys of the picture of the lab that is shown. */
export const labPictureKeys = (): readonly PictureKeys[] => onLabPicture;

/** Every command there is at the moment, with those of the lab that is shown. */
export const presentCommands = (): readonly Command[] => [...ofLab, ...commands];

/** How a key event is written in the table. */
const keyOf = (
  e: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'shiftKey'> &
    Partial<Pick<KeyboardEvent, 'getModifierState'>>,
): string =>
  // Windows reports AltGr as Ctrl and Alt.
  `${(e.ctrlKey || e.metaKey) && !e.getModifierState?.('AltGraph') ? 'mod+' : ''}${e.shiftKey && /^(?:[a-z?]|arrow.*)$/i.test(e.key) ? 'shift+' : ''}${e.key.toLowerCase()}`;

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
  const onMap = app.getState().scenario.view.screen === 'map';
  const here = (c: Command): boolean => {
    switch (c.group) {
      case 'Picture':
      case 'Compare':
        return c.group === where;
      case 'View':
        return where === 'page' && onMap;
      case 'Lab':
      case 'Scenario':
      case 'App':
        return where === 'page';
    }
  };
  const command = presentCommands().find(c => here(c) && c.keys.includes(key));
  if (command === undefined) return false;
  e.preventDefault();
  command.run();
  return true;
};

/** Binds the keys of {@link commands} to the page. */
export const startKeys = (): void => {
  window.addEventListener('keydown', e => {
    // AltGr types the brackets of many keyboards.
    const altGr = e.getModifierState('AltGraph');
    if (e.defaultPrevented || (e.altKey && !altGr) || e.isComposing || takesText(e.target)) return;
    // A presentation has keys of its own.
    if (app.getState().scenario.view.present !== undefined) return;
    // A modal dialog has the keys to itself.
    if (document.querySelector('dialog:modal')) return;
    // On Compare a letter means what its table says, wherever the focus is; arrows and Enter belong to a control
    // that has the focus.
    const table = compareActions !== undefined && (e.key.length === 1 || e.target === document.body);
    if (!(table && runKey(e, 'Compare'))) runKey(e, 'page');
  });
};
