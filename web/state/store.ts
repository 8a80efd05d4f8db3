import { useSyncExternalStore } from 'react';
import { createStore, useStore } from 'zustand';
import type { LinkProblem } from '../../src/scenario/link.ts';
import { defaultScenario, type Scenario } from '../../src/scenario/scenario.ts';
import type { Solution } from '../../src/solve.ts';
import type { ThemeName } from '../draw/tokens.ts';
import { type Links, makeLinks } from './links.ts';
import { solutionOf } from './solution.ts';
import * as steps from './steps.ts';
import { applyTheme, keepTheme, keptTheme, type ThemeChoice, themeOf } from './theme.ts';

/** The dialogs; one is open at a time. */
export type DialogName = 'intake' | 'help';

/** Text that was dropped on the page, on its way into the dialog. */
export interface Dropped {
  readonly name: string;
  readonly text: string;
}

/** Everything the app remembers. The Scenario is the truth; the rest is how it is looked at. */
export interface App extends steps.Steps {
  /** Fields of the link that could not be used. */
  readonly problems: readonly LinkProblem[];
  readonly theme: ThemeChoice;
  /** The byte under the crosshair, as an offset in the mapping. */
  readonly crosshair: number | undefined;
  readonly dialog: DialogName | undefined;
  /** Dropped texts the dialog has not taken yet. */
  readonly dropped: readonly Dropped[];
  /** A passing remark for the status line, such as “Link copied”. */
  readonly remark: string;
  /** The column of controls is open, where the window is too narrow to show it always. */
  readonly drawer: boolean;

  /**
   * Changes the Scenario. During a drag every update gets the Scenario as it was when the drag began. A change
   * that no address space can follow is not made, and said.
   */
  readonly change: (update: steps.Update, phase: steps.Phase) => void;
  /** Ends the drag in progress where it stands. */
  readonly finish: () => void;
  readonly undo: () => void;
  readonly redo: () => void;
  readonly dismissProblems: () => void;
  readonly setTheme: (theme: ThemeChoice) => void;
  readonly setCrosshair: (offset: number | undefined) => void;
  readonly open: (dialog: DialogName | undefined) => void;
  readonly drop: (texts: readonly Dropped[]) => void;
  readonly takeDropped: () => void;
  readonly say: (remark: string) => void;
  readonly setDrawer: (open: boolean) => void;
}

/** A Scenario that can be solved, and what had to be left out for it. */
const solvable = (read: {
  readonly scenario: Scenario;
  readonly problems: readonly LinkProblem[];
}): typeof read => {
  try {
    solutionOf(read.scenario);
    return read;
  } catch (error) {
    const scenario = { ...read.scenario, space: defaultScenario.space };
    const reason = error instanceof Error ? error.message : String(error);
    const problem = {
      field: 'address space',
      value: read.scenario.space.source.kind,
      reason,
      used: 'the default one',
    };
    return { scenario, problems: [...read.problems, problem] };
  }
};

const makeApp = (links: Links, read: () => ReturnType<typeof solvable>) =>
  createStore<App>()((set, get) => {
    const step = (next: steps.Steps): void => {
      const before = get().dragFrom ?? get().scenario;
      set(next);
      if (next.dragFrom !== undefined) links.drag(next.scenario);
      else if (next.scenario !== before) links.done(before, next.scenario);
      else links.flush();
    };
    const first = solvable(read());
    return {
      ...steps.firstStep(first.scenario),
      problems: first.problems,
      theme: keptTheme(),
      crosshair: undefined,
      dialog: undefined,
      dropped: [],
      remark: '',
      drawer: false,

      change: (update, phase) => {
        const next = steps.change(get(), update, phase);
        try {
          solutionOf(next.scenario);
        } catch (error) {
          set({ remark: `Not possible: ${error instanceof Error ? error.message : String(error)}` });
          return;
        }
        step(next);
      },
      finish: () => step(steps.finish(get())),
      undo: () => step(steps.undo(get())),
      redo: () => step(steps.redo(get())),
      dismissProblems: () => set({ problems: [] }),
      setTheme: theme => {
        keepTheme(theme);
        set({ theme });
      },
      setCrosshair: crosshair => {
        if (crosshair !== get().crosshair) set({ crosshair });
      },
      open: dialog => set({ dialog }),
      drop: texts => set({ dropped: [...get().dropped, ...texts], dialog: 'intake' }),
      takeDropped: () => set({ dropped: [] }),
      say: remark => set({ remark }),
      setDrawer: drawer => set({ drawer }),
    };
  });

const links = makeLinks({
  get location() {
    return window.location;
  },
  history: {
    pushState: (data, unused, url) => window.history.pushState(data, unused, url),
    replaceState: (data, unused, url) => window.history.replaceState(data, unused, url),
  },
  setTimeout: (run, ms) => window.setTimeout(run, ms),
  clearTimeout: id => window.clearTimeout(id),
});

/** The one store of the page. */
export const app = makeApp(links, links.read);

/** Reads a part of the store; the component is drawn again when that part changes. */
export const useApp = <T>(select: (state: App) => T): T => useStore(app, select);

/** The Scenario shown. */
export const useScenario = (): Scenario => useApp(s => s.scenario);

/** The answer to the Scenario shown. */
export const useSolution = (): Solution => solutionOf(useScenario());

/** True while the media query matches. */
export const useMedia = (query: string): boolean =>
  useSyncExternalStore(
    notify => {
      const media = window.matchMedia(query);
      media.addEventListener('change', notify);
      return () => media.removeEventListener('change', notify);
    },
    () => window.matchMedia(query).matches,
  );

/** The name of the palette in use. */
export const useThemeName = (): ThemeName =>
  themeOf(
    useApp(s => s.theme),
    useMedia('(prefers-color-scheme: dark)'),
    useMedia('(forced-colors: active)'),
  );

/** Brings the address up to date and returns it whole. */
export const currentUrl = (): string => {
  app.getState().finish();
  links.flush();
  return window.location.href;
};

/** Follows Back, Forward and hashes edited by hand. */
export const startHistory = (): void => {
  const arrive = (): void => {
    // A hand-made edit fires hashchange and popstate both; the second one finds nothing new.
    const read = solvable(links.read());
    const state = app.getState();
    if (read.scenario === state.scenario) return;
    app.setState({ ...steps.arrive(state, read.scenario), problems: read.problems });
  };
  window.addEventListener('popstate', arrive);
  window.addEventListener('hashchange', arrive);
};

/** Keeps the colours of the page in step with the choice and the system. */
export const startTheme = (): void => {
  const dark = window.matchMedia('(prefers-color-scheme: dark)');
  const forced = window.matchMedia('(forced-colors: active)');
  const apply = (): void =>
    applyTheme(themeOf(app.getState().theme, dark.matches, forced.matches), document.documentElement);
  dark.addEventListener('change', apply);
  forced.addEventListener('change', apply);
  app.subscribe((now, before) => {
    if (now.theme !== before.theme) apply();
  });
  apply();
};
