import { useSyncExternalStore } from 'react';
import { createStore, useStore } from 'zustand';
import type { Arch } from '../../src/arch/arch.ts';
import type { LinkProblem, ReadLink } from '../../src/scenario/link.ts';
import { defaultScenario, type MapView, type Scenario } from '../../src/scenario/scenario.ts';
import { soundSpace } from '../../src/scenario/spaceRules.ts';
import type { Solution } from '../../src/solve.ts';
import { formatSize } from '../../src/text.ts';
import type { ThemeName } from '../draw/tokens.ts';
import { rangeOf, sameViewport, type Viewport, viewportOf, within } from '../draw/viewport.ts';
import { withMapView } from '../scenario/view.ts';
import { afterFrame } from '../ui/frame.ts';
import { whenIdle } from '../ui/idle.ts';
import { canRead, loadCodec } from './codec.ts';
import { embedded } from './embedded.ts';
import { hashOf, type Links, makeLinks, readHash } from './links.ts';
import { askedOf, solutionOf } from './solution.ts';
import * as steps from './steps.ts';
import { applyTheme, keepTheme, keptTheme, type ThemeChoice, themeOf } from './theme.ts';

/** The dialogs; one is open at a time. */
export type DialogName = 'intake' | 'help' | 'palette' | 'export' | 'present' | 'saved';

/** Text that was dropped on the page, on its way into the dialog. */
export interface Dropped {
  readonly name: string;
  readonly text: string;
}

/** What is on the screen while a drag is painted beside the page, a moment behind the hand. */
export interface Beside {
  /** What the picture shows, and with it all that is read as its answer: no number stands beside another's picture. */
  readonly shown: Scenario;
  /** What the page itself painted last; it stays until the hand rests. */
  readonly painted: Scenario;
}

/** Everything the app remembers. The Scenario is the truth; the rest is how it is looked at. */
export interface App extends steps.Steps {
  /** Fields of the link that could not be used. */
  readonly problems: readonly LinkProblem[];
  /** What else there is to say about the link, in sentences. */
  readonly linkNotes: readonly string[];
  readonly theme: ThemeChoice;
  /** The one the page is painted in: a frame behind, so that the menu answers before all the page is drawn anew. */
  readonly themePainted: ThemeChoice;
  /** The byte under the crosshair, as an offset in the mapping. */
  readonly crosshair: number | undefined;
  /**
   * What the zipper shows, as offsets in the mapping; undefined: the mapping. Moves with every wheel step; the
   * Scenario's view follows when the hand rests.
   */
  readonly viewport: Viewport | undefined;
  /** The page-table level whose entries the arrows walk: 0 that of the PTEs, then towards the root. */
  readonly walk: number;
  /** The bit ruler is open under the picture. */
  readonly bits: boolean;
  /** The picture has the whole window, with the number above it and a few controls below: for a stage. */
  readonly stage: boolean;
  readonly dialog: DialogName | undefined;
  /** A text that the browser would not copy, for the export dialog to show. */
  readonly toCopy: { readonly what: string; readonly text: string } | undefined;
  /** Dropped texts that the dialog, or the screen made for them, has not taken yet. */
  readonly dropped: readonly Dropped[];
  /** Tours that were dropped on the page, and the dialog made for them has not taken yet. */
  readonly tours: readonly Dropped[];
  /** Files that were dropped on the Evidence screen, and it has not taken yet. */
  readonly captures: readonly File[];
  /** A passing remark for the status line, such as “Link copied”. */
  readonly remark: string;
  /** The column of controls is open, where the window is too narrow to show it always. */
  readonly drawer: boolean;
  /** A drag is painted beside the page; undefined: the page paints what it shows. */
  readonly beside: Beside | undefined;

  /**
   * Changes the Scenario. During a drag every update gets the Scenario as it was when the drag began. A change
   * that no address space can follow is not made, and said.
   */
  readonly change: (update: steps.Update, phase: steps.Phase) => void;
  /** Shows another Scenario in the place of this one: no step of undo, and the address is replaced. */
  readonly show: (scenario: Scenario) => void;
  /** Ends the drag in progress where it stands. */
  readonly finish: () => void;
  readonly undo: () => void;
  readonly redo: () => void;
  readonly dismissProblems: () => void;
  readonly setTheme: (theme: ThemeChoice) => void;
  readonly setCrosshair: (offset: number | undefined) => void;
  /** Keeps the crosshair at a byte when the pointer leaves, and in the link; undefined: lets it go. */
  readonly pinCrosshair: (offset: number | undefined) => void;
  readonly setWalk: (level: number) => void;
  /** Looks at another of several mappings, from 1: all of it, without a pin. */
  readonly setPart: (part: number) => void;
  readonly setBits: (open: boolean) => void;
  readonly setStage: (stage: boolean) => void;
  /** Changes where one looks: no step of undo, and the address is replaced. */
  readonly look: (update: steps.Update) => void;
  readonly setViewport: (viewport: Viewport | undefined) => void;
  /** Writes what is shown into the Scenario at once. */
  readonly settle: () => void;
  readonly open: (dialog: DialogName | undefined) => void;
  readonly drop: (texts: readonly Dropped[]) => void;
  readonly takeDropped: () => void;
  readonly takeTours: () => void;
  readonly dropCaptures: (files: readonly File[]) => void;
  readonly takeCaptures: () => void;
  readonly say: (remark: string) => void;
  readonly setDrawer: (open: boolean) => void;
}

/** A Scenario that can be solved, and what had to be left out for it. */
const solvable = (read: ReadLink): ReadLink => {
  const sound = soundSpace(read.scenario);
  const problems = [...read.problems, ...sound.problems];
  try {
    solutionOf(sound.scenario);
    return visible({ ...read, scenario: sound.scenario, problems });
  } catch (error) {
    const scenario = { ...read.scenario, space: defaultScenario.space };
    const problem = {
      field: read.scenario.space.source.kind === 'pasted' ? 'vmas' : 'as',
      value: read.scenario.space.source.kind,
      reason: error instanceof Error ? error.message : String(error),
      used: 'the default one',
    };
    return { ...read, scenario, problems: [...problems, problem] };
  }
};

/** A Scenario whose view lies where there is something to see, and what had to be left out for it. */
const visible = (read: ReadLink): ReadLink => {
  const { device, prepared } = solutionOf(read.scenario);
  if (device === undefined) return read;
  const { range, at } = read.scenario.view.map;
  const { start, end } = device.mapping;
  const bounds = { from: -start, to: prepared.arch.taskSize - start };
  const inside = range === undefined ? undefined : rangeOf(within(viewportOf(range), bounds));
  const problems = [...read.problems];
  if (range !== undefined && (inside?.from !== range.from || inside.to !== range.to))
    problems.push({
      field: 'v',
      value: `${formatSize(Math.abs(range.from))} ${range.from < 0 ? 'before' : 'into'} the mapping, ${formatSize(range.to - range.from)}`,
      reason: 'reaches beyond user space',
      used: 'as much as there is of it',
    });
  const pinned = at === undefined || at < end - start;
  if (!pinned)
    problems.push({
      field: 'at',
      value: formatSize(at ?? 0),
      reason: 'lies beyond the mapping',
      used: 'none',
    });
  if (problems.length === read.problems.length) return read;
  const map = { range: inside, at: pinned ? at : undefined };
  return { ...read, scenario: withMapView(map)(read.scenario), problems };
};

/** The Scenario with its view where its answer has something to see. */
const seen = (scenario: Scenario): Scenario => visible({ scenario, problems: [] }).scenario;

/** No word about the link any more. */
const quiet = { problems: [], linkNotes: [] } as const;

/** What a Scenario's view says of the live state. */
const looking = ({ range, at }: MapView): Pick<App, 'viewport' | 'crosshair'> => ({
  viewport: range === undefined ? undefined : viewportOf(range),
  crosshair: at,
});

/** A file that src/tour/tour.ts reads. */
const isTour = ({ text }: Dropped): boolean => /^\s*\{\s*"hugemap":\s*"tour"/.test(text.slice(0, 80));

/** What is shown goes into the link when the hand has rested this long. */
const RESTED_MS = 250;

const makeApp = (links: Links, read: () => ReadLink) =>
  createStore<App>()((set, get) => {
    let resting: number | undefined;
    /** Looks at the same thing otherwise: no step of undo, and the address is replaced. */
    const look = (update: steps.Update): void => {
      const { scenario, dragFrom } = get();
      const next = update(scenario);
      if (next === scenario) return;
      set({ scenario: next, ...(dragFrom === undefined ? {} : { dragFrom: update(dragFrom) }) });
      links.drag(next);
    };
    const settle = (): void => {
      window.clearTimeout(resting);
      resting = undefined;
      const { viewport } = get();
      const range = viewport === undefined ? undefined : rangeOf(viewport);
      // What is shown is what the box and the link say: whole pages, once the hand rests.
      if (viewport !== undefined && range !== undefined && !sameViewport(viewport, viewportOf(range)))
        set({ viewport: viewportOf(range) });
      look(withMapView({ range }));
    };
    const settleSoon = (): void => {
      window.clearTimeout(resting);
      resting = window.setTimeout(settle, RESTED_MS);
    };
    const step = (to: steps.Steps): void => {
      const { dragFrom, scenario } = get();
      // The new answer may not reach as far as was looked at; a drag may still come back to one that does.
      const next = to.dragFrom === undefined ? { ...to, scenario: seen(to.scenario) } : to;
      const before = dragFrom ?? scenario;
      // The words about a link belong to what it showed.
      set(next.scenario === scenario ? next : { ...next, ...quiet });
      if (next.dragFrom !== undefined) links.drag(next.scenario);
      else if (next.scenario !== before) links.done(before, next.scenario);
      else {
        // The address may still show where the drag has been.
        if (dragFrom !== undefined) links.drag(before);
        links.flush();
      }
      const { map } = next.scenario.view;
      if (map !== scenario.view.map) {
        window.clearTimeout(resting);
        set(looking(map));
      }
    };
    /** Undo and redo. A drag in progress ends first, as a step of its own. */
    const walk = (to: (all: steps.Steps) => steps.Steps): void => {
      step(steps.finish(get()));
      const { view } = get().scenario;
      const next = to(get());
      if (next.scenario === get().scenario) return;
      // Undo brings back what was asked, not where one looked.
      const kept = withMapView(view.map)(next.scenario);
      const scenario = seen(kept);
      set({ ...next, scenario, ...quiet, ...(scenario === kept ? {} : looking(scenario.view.map)) });
      links.replace(scenario);
    };
    const first = solvable(read());
    return {
      ...steps.firstStep(first.scenario),
      problems: first.problems,
      linkNotes: first.notes ?? [],
      theme: keptTheme(),
      themePainted: keptTheme(),
      ...looking(first.scenario.view.map),
      walk: 0,
      bits: false,
      stage: false,
      dialog: undefined,
      toCopy: undefined,
      dropped: [],
      tours: [],
      captures: [],
      remark: '',
      drawer: false,
      beside: undefined,

      change: (update, phase) => {
        // What is owed to the view belongs to the step before this one.
        if (resting !== undefined) settle();
        const next = steps.change(get(), update, phase);
        try {
          solutionOf(next.scenario);
        } catch (error) {
          set({ remark: `Not possible: ${error instanceof Error ? error.message : String(error)}` });
          return;
        }
        const { screen } = get().scenario.view;
        step(next);
        // What was said there means nothing on another screen.
        if (next.scenario.view.screen !== screen) set({ remark: '' });
      },
      show: scenario => {
        step(steps.finish(get()));
        set({ scenario, ...looking(scenario.view.map), drawer: false });
        links.drag(scenario);
      },
      finish: () => step(steps.finish(get())),
      undo: () => walk(steps.undo),
      redo: () => walk(steps.redo),
      dismissProblems: () => set(quiet),
      setTheme: theme => {
        keepTheme(theme);
        set({ theme });
        afterFrame(() => set({ themePainted: get().theme }));
      },
      setCrosshair: crosshair => {
        if (crosshair !== get().crosshair) set({ crosshair });
      },
      look,
      pinCrosshair: at => {
        set({ crosshair: at });
        look(withMapView({ at }));
      },
      setWalk: walk => set({ walk }),
      setPart: part => {
        set({ viewport: undefined, crosshair: undefined });
        look(withMapView({ part, range: undefined, at: undefined }));
      },
      setBits: bits => set({ bits }),
      setStage: stage => set({ stage, drawer: false }),
      setViewport: viewport => {
        if (viewport === get().viewport) return;
        set({ viewport });
        settleSoon();
      },
      settle,
      open: dialog => set({ dialog }),
      drop: all => {
        const tours = all.filter(isTour);
        if (tours.length > 0) set({ tours, dialog: 'present' });
        const texts = all.filter(t => !isTour(t));
        if (texts.length === 0) return;
        const taker = get().scenario.view.screen === 'diagnose' ? {} : { dialog: 'intake' as const };
        set({ dropped: [...get().dropped, ...texts], ...taker });
      },
      takeDropped: () => set({ dropped: [] }),
      takeTours: () => set({ tours: [] }),
      dropCaptures: files => set({ captures: [...get().captures, ...files] }),
      takeCaptures: () => set({ captures: [] }),
      say: remark => set({ remark }),
      setDrawer: drawer => set({ drawer }),
    };
  });

const links = makeLinks({
  get location() {
    return window.location;
  },
  history: {
    // Back belongs to the page around.
    pushState: (data, unused, url) =>
      window.history[embedded ? 'replaceState' : 'pushState'](data, unused, url),
    replaceState: (data, unused, url) => window.history.replaceState(data, unused, url),
  },
  setTimeout: (run, ms) => window.setTimeout(run, ms),
  clearTimeout: id => window.clearTimeout(id),
  whenIdle,
});

/** The one store of the page. */
export const app = makeApp(links, links.read);

/** Reads a part of the store; the component is drawn again when that part changes. */
export const useApp = <T>(select: (state: App) => T): T => useStore(app, select);

/** The Scenario shown. */
export const useScenario = (): Scenario => useApp(s => s.scenario);

/** What is asked: the Scenario shown, the same object however it is looked at. Its `view` may be an older one. */
export const useAsked = (): Scenario => useApp(s => s.beside?.shown ?? askedOf(s.scenario));

/** What the page paints: {@link useAsked}, but for a drag that is painted beside it. */
export const usePainted = (): Scenario => useApp(s => s.beside?.painted ?? askedOf(s.scenario));

/** The answer to the Scenario shown. */
export const useSolution = (): Solution => solutionOf(useAsked());

const media = new Map<string, MediaQueryList>();

/** The query itself, made once: asking the browser anew takes longer than all else in a render. */
const mediaOf = (query: string): MediaQueryList => {
  const known = media.get(query);
  if (known !== undefined) return known;
  const made = window.matchMedia(query);
  media.set(query, made);
  return made;
};

/** The architecture. Of what an answer rests on a drag may change all else: each part is asked for by itself. */
export const useArch = (): Arch => useApp(s => solutionOf(s.scenario).prepared.arch);

/** True while the media query matches. */
export const useMedia = (query: string): boolean =>
  useSyncExternalStore(
    notify => {
      const list = mediaOf(query);
      list.addEventListener('change', notify);
      return () => list.removeEventListener('change', notify);
    },
    () => mediaOf(query).matches,
  );

/** The name of the palette in use. */
export const useThemeName = (): ThemeName =>
  themeOf(
    useApp(s => s.themePainted),
    useMedia('(prefers-color-scheme: dark)'),
    useMedia('(forced-colors: active)'),
  );

/** Brings the address up to date and returns that of the Scenario shown, whatever the browser let be written. */
export const currentUrl = (): string => {
  app.getState().finish();
  app.getState().settle();
  links.flush();
  const { href, hash } = window.location;
  return href.slice(0, href.length - hash.length).replace(/#$/, '') + hashOf(app.getState().scenario);
};

/** Shows the Scenario of a hash that came with a file, as a step that Undo takes back. Wants the codec where it is packed. */
export const openHash = (hash: string): void => {
  const { scenario, problems, notes = [] } = solvable(readHash(hash));
  const { finish, settle, change } = app.getState();
  finish();
  settle();
  if (hashOf(scenario) !== hashOf(app.getState().scenario)) change(() => scenario, 'done');
  app.setState({ problems, linkNotes: notes });
};

const NO_CODEC =
  'The part of the page that reads packed address spaces did not load. Reload the page to try again.';

/**
 * Reads the link of the page again where it carries an address space, once what unpacks it is here. Resolves when
 * there is something to show; a link that could not be read for want of the codec says so.
 */
export const readFirst = async (): Promise<void> => {
  if (canRead(window.location.hash)) return;
  try {
    await loadCodec();
    const { scenario, problems, notes = [] } = solvable(links.read());
    app.setState({ ...steps.firstStep(scenario), problems, linkNotes: notes });
  } catch {
    app.setState({ problems: [], linkNotes: [NO_CODEC] });
  }
};

/** Shows what a link says from here on; where one was before is a step back. */
export const show = (read: ReadLink): void => {
  const { scenario, problems, notes = [] } = solvable(read);
  app.setState({
    ...steps.arrive(app.getState(), scenario),
    ...looking(scenario.view.map),
    problems,
    linkNotes: notes,
  });
};

/** Follows Back, Forward and hashes edited by hand. */
export const startHistory = (): void => {
  const arrive = (): void => {
    if (!canRead(window.location.hash)) {
      loadCodec().then(arrive, () => app.setState({ linkNotes: [NO_CODEC] }));
      return;
    }
    const arrived = links.arrived();
    if (arrived !== undefined) show(arrived);
  };
  window.addEventListener('popstate', arrive);
  window.addEventListener('hashchange', arrive);
};

/** Keeps the colours of the page in step with the choice and the system. */
export const startTheme = (): void => {
  const dark = window.matchMedia('(prefers-color-scheme: dark)');
  const forced = window.matchMedia('(forced-colors: active)');
  const apply = (): void =>
    applyTheme(themeOf(app.getState().themePainted, dark.matches, forced.matches), document.documentElement);
  dark.addEventListener('change', apply);
  forced.addEventListener('change', apply);
  app.subscribe((now, before) => {
    if (now.themePainted !== before.themePainted) apply();
  });
  apply();
};
