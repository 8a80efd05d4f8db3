import { type ReactNode, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { PresentView, Scenario } from '../../src/scenario/scenario.ts';
import { type Prediction, withoutTour } from '../../src/tour/tour.ts';
import type { HallScene, StageNumber } from '../picture/hall.ts';
import { hashOf } from '../state/links.ts';
import { app } from '../state/store.ts';
import type { Shown } from '../ui/tween.ts';
import { addressee, type Move, readToStage, type ToNotes, trusted } from './channel.ts';
import { Desk } from './Desk.tsx';
import { HallPicture } from './HallPicture.tsx';
import { StagePicture } from './StagePicture.tsx';
import { type ReadyScene, readyScene, tourOf } from './scenes.ts';
import { stageNumber, stageScenario } from './words.ts';

/** The canvas that everything is laid out on, scaled to the window. */
const CANVAS = { width: 1920, height: 1080 } as const;
const LETTERS = ['A', 'B', 'C', 'D'] as const;

/** The Scenario with a scene of a tour presented over it. */
const presenting = (s: Scenario, tour: string, scene: number): Scenario => ({
  ...s,
  view: { ...s.view, present: { tour, scene, notes: false } },
});

/** Below this scale nobody could read or press what is on the canvas: everything is put below each other instead. */
const LEAST_SCALE = 0.5;
/** Beside the pictures, where they are put below each other. CSS pixels. */
const MARGIN = 16;
/** A picture is shown no smaller: its letters are to be read. It can be moved to and fro instead. */
const LEAST_PICTURE = 0.42;
/** The pictures on the canvas are so wide. */
const PICTURE = CANVAS.width - 128;

interface Fit {
  readonly scale: number;
  readonly x: number;
  readonly y: number;
  /** Everything below each other, as on a phone. */
  readonly flow: boolean;
  /** How large a picture stands there, of its full size. */
  readonly picture: number;
  /** It is wider than the window. */
  readonly wide: boolean;
}

/** How much the canvas is scaled so that it fits the window. */
const fitNow = (): Fit => {
  const { clientWidth: w, clientHeight: h } = document.documentElement;
  const scale = Math.min(w / CANVAS.width, h / CANVAS.height);
  const whole = { scale, x: (w - CANVAS.width * scale) / 2, y: (h - CANVAS.height * scale) / 2 };
  if (scale >= LEAST_SCALE) return { ...whole, flow: false, picture: 1, wide: false };
  const room = (w - 2 * MARGIN) / PICTURE;
  return { ...whole, flow: true, picture: Math.max(room, LEAST_PICTURE), wide: room < LEAST_PICTURE };
};

const useFit = (): Fit => {
  const [fit, setFit] = useState(fitNow);
  useEffect(() => {
    const update = (): void => setFit(fitNow());
    window.addEventListener('resize', update);
    return () => window.removeEventListener('resize', update);
  }, []);
  return fit;
};

/** The projector's colours while the stage is there, whatever was chosen; the choice comes back after it. */
const useProjector = (): void => {
  useLayoutEffect(() => {
    const { theme } = app.getState();
    app.setState({ theme: 'projector', themePainted: 'projector' });
    return () => app.setState({ theme, themePainted: theme });
  }, []);
};

/** A light under the pointer, moved past React: it must follow the hand. */
const Dot = ({ on }: { readonly on: boolean }) => {
  const dot = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!on) return;
    const move = (e: PointerEvent): void => {
      const element = dot.current;
      if (element === null) return;
      element.style.transform = `translate(${e.clientX}px, ${e.clientY}px)`;
      element.hidden = false;
    };
    window.addEventListener('pointermove', move);
    return () => window.removeEventListener('pointermove', move);
  }, [on]);
  return on ? <div ref={dot} className="stage-dot" hidden aria-hidden="true" /> : null;
};

/** Whether a key belongs to what has the focus. */
const taken = (e: KeyboardEvent): boolean => {
  const { target } = e;
  if (target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true;
  if (target instanceof HTMLInputElement) return true;
  return target instanceof HTMLButtonElement && (e.key === ' ' || e.key === 'Enter');
};

const moveOf = (key: string): Move | undefined => {
  switch (key) {
    case 'ArrowRight':
    case 'ArrowDown':
    case 'PageDown':
    case ' ':
    case 'Enter':
      return 'next';
    case 'ArrowLeft':
    case 'ArrowUp':
    case 'PageUp':
    case 'Backspace':
      return 'previous';
    case 'Home':
      return 'first';
    case 'End':
      return 'last';
    default:
      return undefined;
  }
};

const leaveFullscreen = (): void => {
  if (document.fullscreenElement !== null) void document.exitFullscreen().catch(() => {});
};

/** The least height of a button where the canvas is small. CSS pixels. */
const LEAST_KEY = 28;

/** A picture, which on a phone may be wider than the window: then it is moved to and fro, and that is said. */
const Scroller = ({
  wide,
  hidden = false,
  children,
}: {
  readonly wide: boolean;
  readonly hidden?: boolean;
  readonly children: ReactNode;
}) => (
  <div hidden={hidden} className="stage-new">
    {wide ? (
      <>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached with keys */}
        <section className="stage-scroll" aria-label="Picture, wider than the window" tabIndex={0}>
          {children}
        </section>
        <p className="stage-hint">Drag the picture sideways, or turn the phone.</p>
      </>
    ) : (
      children
    )}
  </div>
);

/** Letters that a question and its choices may have together to stand around the picture they are about. */
const MOST_ASKED = { question: 110, choices: 100, choice: 36 } as const;

const hasRoom = ({ question, choices }: Prediction): boolean =>
  question.length <= MOST_ASKED.question &&
  choices.join('').length <= MOST_ASKED.choices &&
  choices.every(choice => choice.length <= MOST_ASKED.choice);

/** How the choices stand under the picture: in one line in large letters, in one line, or in two. */
const roomOf = ({ choices }: Prediction): 'short' | 'line' | '' => {
  const letters = choices.join('').length;
  // A wide letter of 46 and of 32 pixels, and what is around the letters.
  if (letters * 29 + choices.length * 150 <= PICTURE) return 'short';
  return letters * 20.5 + choices.length * 116 <= PICTURE ? 'line' : '';
};

/** Letters that fit in the usual size, and in a smaller one. Own tours may say more than the shipped ones do. */
type Lengths = readonly [usual: number, smaller: number];
const TITLE: Lengths = [44, 80];
const NUMBER: Lengths = [44, 80];
const QUESTION: Lengths = [130, 240];
const CAPTION: Lengths = [128, 250];

/** How a text has to be written to fit: '', `long` or `longest`. */
const lengthOf = (text: string, [usual, smaller]: Lengths): '' | 'long' | 'longest' =>
  text.length <= usual ? '' : text.length <= smaller ? 'long' : 'longest';

const toneClass = (tone: StageNumber['tone'] | undefined): string => {
  switch (tone) {
    case undefined:
    case 'plain':
      return '';
    case 'bad':
      return 'red';
    default:
      return `ink-${tone}`;
  }
};

/** One scene at a time, on a canvas of 1920 by 1080 that fills the window. */
export const Stage = ({
  present,
  screen,
  hallScene,
}: {
  readonly present: PresentView;
  readonly screen: ReactNode;
  readonly hallScene: (s: Scenario) => HallScene | undefined;
}) => {
  useProjector();
  const fit = useFit();
  const root = useRef<HTMLElement>(null);
  /** What was there before, for the way back. */
  const base = useRef(withoutTour(app.getState().scenario));
  const read = useMemo(() => tourOf(present.tour), [present.tour]);
  const scenes = useMemo(
    () => (read.ok ? read.value.scenes.map(() => undefined as ReadyScene | undefined) : []),
    [read],
  );
  const count = scenes.length;
  const at = Math.min(present.scene, Math.max(count, 1)) - 1;
  const ready = useMemo(() => {
    const scene = read.ok ? read.value.scenes[at] : undefined;
    if (scene === undefined) return undefined;
    scenes[at] ??= readyScene(scene, hallScene);
    return scenes[at];
  }, [read, scenes, at, hallScene]);
  /** The scene whose question was answered or passed over, and how. */
  const [open, setOpen] = useState<{ readonly at: number; readonly chosen: number | undefined }>();
  const asks = ready?.scene.predict;
  const shown = asks === undefined || open?.at === at;
  const chosen = open?.at === at ? open.chosen : undefined;
  const [dot, setDot] = useState(false);
  const [black, setBlack] = useState(false);
  const [remark, setRemark] = useState('');
  const began = useRef(Date.now());
  const notes = useRef<Window | null>(null);
  const typed = useRef('');
  /** Full screen is left for the window, not the stage with it. */
  const asWindow = useRef(false);

  const leave = (): void => {
    leaveFullscreen();
    app.getState().show(base.current);
  };
  const goTo = (scene: number): void => {
    setRemark('');
    setBlack(false);
    setOpen(undefined);
    app.getState().show(presenting(base.current, present.tour, Math.min(Math.max(scene, 1), count)));
  };
  const move = (to: Move): void => {
    switch (to) {
      case 'next':
        if (black) setBlack(false);
        else if (!shown) setOpen({ at, chosen: undefined });
        else if (at + 1 < count) goTo(at + 2);
        else setRemark('That was the last scene. Esc leaves.');
        return;
      case 'previous':
        if (at > 0) goTo(at);
        return;
      case 'first':
        goTo(1);
        return;
      case 'last':
        goTo(count);
    }
  };
  const choose = (choice: number): void => {
    if (asks !== undefined && !shown && choice < asks.choices.length) setOpen({ at, chosen: choice });
  };
  const full = (): void => {
    if (document.fullscreenElement !== null) {
      asWindow.current = true;
      leaveFullscreen();
    } else if (document.fullscreenEnabled)
      document.documentElement
        .requestFullscreen()
        .catch(() => setRemark('The browser did not allow full screen'));
    else setRemark('This browser has no full screen for pages; F11 may have one');
  };
  const openNotes = (): void => {
    const { href, hash } = window.location;
    const page = href.slice(0, href.length - hash.length).replace(/#$/, '');
    const link = presenting(base.current, present.tour, at + 1);
    const view = { ...link.view, present: { tour: present.tour, scene: at + 1, notes: true } };
    notes.current = window.open(
      `${page}${hashOf({ ...link, view })}`,
      'hugemap-notes',
      'popup,width=960,height=720',
    );
    if (notes.current === null)
      setRemark('The browser blocked the window: allow it for this page, and press N again');
  };

  const keys = useRef<(e: KeyboardEvent) => void>(() => {});
  keys.current = e => {
    if (e.ctrlKey || e.metaKey || e.altKey || e.isComposing) return;
    if (e.key === 'Escape') {
      e.preventDefault();
      leave();
      return;
    }
    if (taken(e)) return;
    const handled = ((): boolean => {
      if (/^\d$/.test(e.key)) {
        // A number goes to its scene: at once where no longer one can be meant, else with Enter.
        typed.current = `${typed.current}${e.key}`.replace(/^0+/, '').slice(-3);
        if (typed.current !== '' && Number(typed.current) * 10 > count) {
          goTo(Number(typed.current));
          typed.current = '';
        }
        return true;
      }
      if (e.key === 'Enter' && typed.current !== '') {
        goTo(Number(typed.current));
        typed.current = '';
        return true;
      }
      typed.current = '';
      const key = e.key.toLowerCase();
      const letter = LETTERS.findIndex(l => l.toLowerCase() === key);
      if (asks !== undefined && !shown && letter >= 0) {
        choose(letter);
        return true;
      }
      switch (key) {
        case 'l':
          setDot(on => !on);
          return true;
        case 'f':
          full();
          return true;
        case 'n':
          openNotes();
          return true;
        case 'b':
        case '.':
          setBlack(on => !on);
          return true;
      }
      const to = moveOf(e.key);
      if (to === undefined) return false;
      move(to);
      return true;
    })();
    if (!handled) return;
    e.preventDefault();
    // A control of an embedded screen must not take the clicker's key as well.
    e.stopImmediatePropagation();
  };
  // As soon as it is seen: a key that is pressed at once must not be lost.
  useLayoutEffect(() => {
    const key = (e: KeyboardEvent): void => keys.current(e);
    window.addEventListener('keydown', key, { capture: true });
    return () => window.removeEventListener('keydown', key, { capture: true });
  }, []);

  // A browser takes Escape for itself in full screen: leaving that leaves the stage too.
  const leaveNow = useRef(leave);
  leaveNow.current = leave;
  useEffect(() => {
    root.current?.focus();
    let was = false;
    const change = (): void => {
      const escaped = was && document.fullscreenElement === null && !asWindow.current;
      asWindow.current = false;
      if (escaped && document.hasFocus()) leaveNow.current();
      was = document.fullscreenElement !== null;
    };
    change();
    document.addEventListener('fullscreenchange', change);
    return () => {
      document.removeEventListener('fullscreenchange', change);
      leaveFullscreen();
      // The page behind comes back first.
      requestAnimationFrame(() => document.getElementById('present')?.focus());
    };
  }, []);

  const state = useRef<ToNotes>({ hugemap: 'stage', scene: at + 1, shown, began: began.current });
  state.current = { hugemap: 'stage', scene: at + 1, shown, began: began.current };
  const tell = useRef(() => {
    notes.current?.postMessage(state.current, addressee(window.location));
  });
  const walk = useRef(move);
  walk.current = move;
  useEffect(() => {
    const hear = (e: MessageEvent): void => {
      if (!trusted(e, window.location, notes.current)) return;
      const message = readToStage(e.data);
      if (message === undefined) return;
      // The speaker's window may have outlived a reload of this page.
      if (e.source instanceof Window || (e.source !== null && 'closed' in e.source))
        notes.current = e.source as Window;
      if (message.hugemap === 'go') walk.current(message.to);
      else tell.current();
    };
    window.addEventListener('message', hear);
    return () => window.removeEventListener('message', hear);
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: told whenever the stage stands elsewhere
  useEffect(() => {
    tell.current();
  }, [at, shown]);

  // A screen without a picture for a hall shows the Scenario of the page; pictures are drawn from the scene itself.
  const desk = ready !== undefined && ready.scenario.view.screen !== 'map' && ready.hall === undefined;
  useEffect(() => {
    if (ready === undefined || ready.scenario.view.screen === 'map' || ready.hall !== undefined) return;
    app.getState().show(presenting(ready.scenario, present.tour, at + 1));
  }, [ready, present.tour, at]);

  /** The last picture: while a question is open it waits behind it, so that the comb slides from there. */
  const last = useRef<Shown>(undefined);
  const answer = useMemo(
    (): Shown | undefined =>
      ready?.solution === undefined ? undefined : { scenario: ready.scenario, solution: ready.solution },
    [ready],
  );
  /** What is asked about stands under the question, so that the hall can tell from it. */
  const blind =
    asks !== undefined &&
    !shown &&
    hasRoom(asks) &&
    (answer?.solution.device !== undefined || ready?.hall?.asked !== undefined);
  const picture = shown || blind ? answer : last.current;
  useEffect(() => {
    if (shown || blind) last.current = answer;
  }, [shown, blind, answer]);

  if (!read.ok || ready === undefined)
    return (
      <main className="stage-room" ref={root} tabIndex={-1}>
        <div className="stage-lost">
          <h1>This tour cannot be shown</h1>
          <p>{read.ok ? 'It has no scenes.' : `${read.reason}.`}</p>
          <button type="button" className="button" onClick={leave}>
            Leave
          </button>
        </div>
      </main>
    );
  const { scene, solution } = ready;
  const { hall } = ready;
  const own = solution === undefined ? hall?.number : stageNumber(solution);
  const ink = toneClass(own?.tone);
  const number = scene.number ?? own;
  const [whose, asked] = stageScenario(ready.scenario);
  const { screen: on, labs } = ready.scenario.view;
  const tall = on !== 'map' && number === undefined && shown;
  const scale = (fit.flow ? fit.picture : fit.scale) * (window.devicePixelRatio || 1);
  const right = asks !== undefined && chosen === asks.answer;
  const said =
    asks === undefined || chosen === undefined
      ? ''
      : right
        ? '✓ Right. '
        : `✕ Not so: ${asks.choices[asks.answer] ?? ''}. `;
  return (
    <main
      className={`stage-room${dot ? ' with-dot' : ''}${fit.flow ? ' flow' : ''}`}
      ref={root}
      tabIndex={-1}
      aria-label="Stage"
    >
      <div
        className="stage-canvas"
        style={
          fit.flow
            ? {}
            : {
                transform: `translate(${fit.x}px, ${fit.y}px) scale(${fit.scale})`,
                // A button is pressed with a finger, too, however small the canvas.
                ['--key' as string]: `${Math.max(46, LEAST_KEY / fit.scale)}px`,
              }
        }
      >
        <header className="stage-head">
          {/* A title tells what is asked: until then the question has its place. */}
          {shown ? (
            <h1 key={at} className={`stage-new ${lengthOf(scene.title, TITLE)}`}>
              {scene.title}
            </h1>
          ) : (
            blind && (
              <h1 key={`question ${at}`} className="stage-new asked">
                {asks.question}
              </h1>
            )
          )}
          {(on !== 'labs' || labs.lab === 'dma') && (
            <p className="stage-whose">
              {on !== 'compare' && <b>{whose}</b>}
              <span>{asked}</span>
            </p>
          )}
        </header>
        {shown && number !== undefined && (
          <p
            className={`stage-number stage-new ${lengthOf(number.figure + number.what, NUMBER)}`}
            key={`number ${at}`}
          >
            <span className={`stage-figure ${ink}`} data-testid="stage-figure">
              {number.figure}
            </span>
            <span className="what">{number.what}</span>
          </p>
        )}
        <div className={`stage-middle${tall ? ' wide' : ''}`}>
          {picture !== undefined && (
            <Scroller wide={fit.wide} hidden={!(shown || blind)}>
              <StagePicture
                now={picture}
                blind={blind}
                size={fit.picture}
                scale={scale}
                label={shown ? `${scene.title}. ${scene.caption}` : 'The teeth of VA and PA'}
              />
            </Scroller>
          )}
          {hall !== undefined && (shown || blind) && (
            <Scroller wide={fit.wide} key={`${at} ${shown}`}>
              <HallPicture
                of={hall}
                asked={!shown}
                tall={tall}
                size={fit.picture}
                scale={scale}
                label={shown ? `${scene.title}. ${hall.words}` : 'What is asked about'}
              />
            </Scroller>
          )}
          {desk && shown && <Desk screen={screen} />}
        </div>
        {asks !== undefined && !shown && (
          <div
            className={`stage-question stage-new${blind && !fit.flow ? ` around ${roomOf(asks)}` : ''}`}
            key={`question ${at}`}
          >
            {!blind && <h1 className={lengthOf(asks.question, QUESTION)}>{asks.question}</h1>}
            <ol>
              {asks.choices.map((choice, i) => (
                <li key={choice}>
                  <button type="button" onClick={() => choose(i)}>
                    <kbd>{LETTERS[i]}</kbd> {choice}
                  </button>
                </li>
              ))}
            </ol>
          </div>
        )}
        <footer className="stage-foot">
          <div className="stage-caption" aria-live="polite">
            {shown && (
              <p className={`stage-new ${lengthOf(said + scene.caption, CAPTION)}`} key={at}>
                {asks !== undefined && chosen !== undefined && <b className={right ? '' : 'red'}>{said}</b>}
                {scene.caption}
              </p>
            )}
          </div>
          <div className="stage-bar">
            <span className="stage-tour">{remark || ready.problem || read.value.title}</span>
            <span className="stage-keys">
              <button
                type="button"
                aria-label="Previous scene"
                disabled={at === 0}
                onClick={() => move('previous')}
              >
                ‹
              </button>
              <span data-testid="stage-count">
                {at + 1} / {count}
              </span>
              <button
                type="button"
                aria-label={shown ? 'Next scene' : 'Show the answer'}
                onClick={() => move('next')}
              >
                ›
              </button>
              <button
                type="button"
                aria-label="Notes in a second window"
                title="Notes (N)"
                onClick={openNotes}
              >
                N
              </button>
              <button type="button" aria-label="Full screen" title="Full screen (F)" onClick={full}>
                F
              </button>
              <button type="button" aria-label="Leave" title="Leave (Esc)" onClick={leave}>
                ✕
              </button>
            </span>
          </div>
        </footer>
      </div>
      {black && <div className="stage-black" />}
      <Dot on={dot} />
    </main>
  );
};
