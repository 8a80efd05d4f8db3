import { startTalk } from './embed/talk.ts';
import { Drawing } from './map/Drawing.tsx';
import { sceneCaption } from './scenario/caption.ts';
import { bestPieces, faultSentence, leavesElsewhere, leavesPieces, refusalText } from './scenario/words.ts';
import { hashOf } from './state/links.ts';
import { eventsOf, solutionOf } from './state/solution.ts';
import { app, useApp } from './state/store.ts';
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

/** The picture alone, its verdict, and the way to the whole page. */
export const Embed = () => {
  const scenario = useApp(s => s.scenario);
  const problems = useApp(s => s.problems.length + s.linkNotes.length);
  return (
    <main className="embed">
      <h1 className="visually-hidden">Hugemap</h1>
      <section className="embed-picture" aria-label="Picture">
        <Drawing />
      </section>
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
  if (chosen !== undefined) app.setState({ theme: chosen.id });
  startTalk();
};
