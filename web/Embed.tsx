import { useLayoutEffect, useMemo, useRef, useState } from 'react';
import { roughMeasure } from './draw/marks.ts';
import { startTalk } from './embed/talk.ts';
import { Drawing, NARROW } from './map/Drawing.tsx';
import { drawMap } from './picture/picture.ts';
import { sceneCaption } from './scenario/caption.ts';
import { bestPieces, faultSentence, leavesElsewhere, leavesPieces, refusalText } from './scenario/words.ts';
import { hashOf } from './state/links.ts';
import { eventsOf, solutionOf } from './state/solution.ts';
import { app, useApp, useThemeName } from './state/store.ts';
import { themeChoices } from './state/theme.ts';
import { Pieces } from './ui/Pieces.tsx';
import './embed.css';

/** The verdict in a line. */
const Line = () => {
  const scenario = useApp(s => s.scenario);
  const solution = solutionOf(scenario);
  const { placement, device } = solution;
  const failed = refusalText(scenario, solution, eventsOf(scenario));
  if (failed !== undefined || !placement.ok)
    return (
      <p>
        <span className="red">✕ {failed?.errno}</span> {failed?.text}
      </p>
    );
  if (device === undefined) return <p>Placed. {leavesElsewhere(scenario)}</p>;
  return (
    <p>
      <Pieces of={leavesPieces(device.leaves)} />, {faultSentence(device)}{' '}
      <Pieces of={bestPieces(scenario, device)} />
    </p>
  );
};

/** So much smaller the picture is made at most, to fit into a low frame: its letters are to be read. */
const SMALLEST = 0.85;

/** The switch of sizes above a narrow picture, in CSS pixels. */
const SWITCH = 54;

/** The least height of the picture of what is shown. */
const useLeast = (narrow: boolean): number => {
  const scenario = useApp(s => s.scenario);
  const theme = useThemeName();
  const { arch } = scenario.machine;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the height is the same for all that an architecture maps
  return useMemo(() => {
    const solution = solutionOf(scenario);
    const { height } = drawMap({
      scenario,
      solution,
      search: undefined,
      width: narrow ? NARROW - 1 : NARROW,
      height: 0,
      crosshair: undefined,
      pane: narrow ? 0 : undefined,
      viewport: undefined,
      measure: roughMeasure,
      tablesBelow: theme === 'projector',
    });
    return height + (narrow ? SWITCH : 0);
  }, [arch, narrow, theme]);
};

/**
 * The picture, as large as the frame has room for it. It does not scroll by the wheel or a finger, which belong to the
 * page around: in a frame too low even for a smaller picture a button shows the rest.
 */
const Fitted = () => {
  const box = useRef<HTMLDivElement>(null);
  const [room, setRoom] = useState({ width: 0, height: 0 });
  const [low, setLow] = useState(false);
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    const read = (): void => setRoom({ width: element.clientWidth, height: element.clientHeight });
    read();
    const observer = new ResizeObserver(read);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const { width, height } = room;
  const least = useLeast(width < NARROW);
  const scale = Math.min(1, Math.max(SMALLEST, height / least));
  const cut = height > 0 && least * scale > height + 1;
  useLayoutEffect(() => {
    box.current?.scrollTo({ top: low && cut ? box.current.scrollHeight : 0 });
  }, [low, cut]);
  return (
    <section className="embed-picture" aria-label="Picture">
      <div className="embed-window" ref={box}>
        <div
          className="embed-fit"
          style={{ width: `${width / scale}px`, height: `${height / scale}px`, transform: `scale(${scale})` }}
        >
          {width > 0 && <Drawing />}
        </div>
      </div>
      {cut && (
        <button type="button" className="button embed-rest" aria-pressed={low} onClick={() => setLow(!low)}>
          {low ? 'Upper part' : 'Lower part'}
        </button>
      )}
    </section>
  );
};

/** The picture alone, its verdict, and the way to the whole page. */
export const Embed = () => {
  const scenario = useApp(s => s.scenario);
  const problems = useApp(s => s.problems.length + s.linkNotes.length);
  return (
    <main className="embed">
      <h1 className="visually-hidden">Hugemap</h1>
      <Fitted />
      <section className="embed-line" aria-label="Verdict">
        <Line />
        <a href={`${window.location.pathname}${hashOf(scenario)}`} target="_blank" rel="noopener">
          Open in Hugemap
        </a>
        <p className="embed-about">
          Linux {scenario.machine.kernel}, {sceneCaption(scenario)}
          {problems > 0 ? '. Part of the link could not be read' : ''}
        </p>
      </section>
    </main>
  );
};

/** Makes the page a picture in another page, and talks with that. */
export const startEmbed = (): void => {
  const theme = new URLSearchParams(window.location.search).get('theme');
  const chosen = themeChoices.find(c => c.id === theme);
  // For this picture; the reader's own choice stays.
  if (chosen !== undefined) app.setState({ theme: chosen.id, themePainted: chosen.id });
  startTalk();
};
