import { designOf, designs } from '../../../src/zap/designs.ts';
import type { DesignId } from '../../../src/zap/ids.ts';
import { useMedia, useThemeName } from '../../state/store.ts';
import { MarkCanvas } from '../../ui/MarkCanvas.tsx';
import { changeZap } from './actions.ts';
import { explored, type Shown, toDesign } from './race.ts';
import { drawShare } from './sharePicture.ts';
import { drawSmallSquare } from './squarePicture.ts';
import { figureOf, totalOf } from './words.ts';

/** Text with code between backquotes. */
const Coded = ({ text }: { readonly text: string }) =>
  text.split('`').map((part, i) => (i % 2 === 1 ? <code key={part}>{part}</code> : part));

const Count = ({ of, bad = false }: { readonly of: number; readonly bad?: boolean }) => (
  <td className={`count${bad && of > 0 ? ' wrong' : ''}`}>
    {of === 0 && bad ? (
      <>
        <span aria-hidden="true">·</span>
        <span className="visually-hidden">0</span>
      </>
    ) : (
      of
    )}
  </td>
);

const BAR = 14;

const Row = ({
  id,
  chosen,
  bar,
}: {
  readonly id: DesignId;
  readonly chosen: boolean;
  readonly bar: number;
}) => {
  const { square, coarse } = explored(id);
  const { ends } = square.root;
  const { title } = designOf(id);
  return (
    <tr data-on={chosen || undefined}>
      <th scope="row">
        <label>
          <input
            type="radio"
            name="zap-design"
            className="visually-hidden"
            checked={chosen}
            onChange={() => changeZap(toDesign(id))}
          />
          <b>{id}</b>
          <span>
            <Coded text={title} />
          </span>
        </label>
      </th>
      <td className="share">
        <MarkCanvas
          width={bar}
          height={BAR}
          signature={`${id} ${bar}`}
          draw={() => drawShare(ends, bar, BAR)}
        />
      </td>
      <Count of={ends.good} />
      <Count of={ends.stale} bad />
      <Count of={ends.late} bad />
      <Count of={ends.deadlock} bad />
      <td className="count coarse">
        {coarse.good} / {totalOf(coarse) - coarse.good}
      </td>
    </tr>
  );
};

/** Every design with its counts; a click or the arrow keys choose one. */
export const DesignTable = ({ shown }: { readonly shown: Shown }) => {
  const phone = useMedia('(max-width: 719px)');
  const projected = useThemeName() === 'projector';
  const bar = phone ? 56 : projected ? 120 : 150;
  return (
    <table className="zap-designs">
      <caption className="visually-hidden">
        Designs of the mapper, and how many interleavings of its steps with the zapper’s end in which way
      </caption>
      <thead>
        <tr>
          <th scope="col">Design</th>
          <th scope="col" className="share">
            {phone ? 'share' : 'share of interleavings'}
          </th>
          <th scope="col">ok</th>
          <th scope="col">stale</th>
          <th scope="col">late</th>
          <th scope="col">dead</th>
          <th
            scope="col"
            className="coarse"
            title="Where the zap runs in one go, between two steps of the mapper"
          >
            in one go
          </th>
        </tr>
      </thead>
      <tbody>
        {designs.map(d => (
          <Row key={d.id} id={d.id} chosen={shown.design === d.id} bar={bar} />
        ))}
      </tbody>
    </table>
  );
};

/** The number first, then what it counts. */
export const Figure = ({ shown }: { readonly shown: Shown }) => {
  const { ends } = shown.square.root;
  const { count, of, what, more } = figureOf(ends);
  return (
    <p className="zap-figure">
      <b className={count > 0 ? 'red' : undefined}>
        {count} of {of}
      </b>
      <span>
        <strong>{what}</strong>
        <span>{more}</span>
      </span>
    </p>
  );
};

/** What decides the design, and where it stands. */
export const About = ({ shown }: { readonly shown: Shown }) => {
  const { about, source, title, id } = designOf(shown.design);
  const { coarse } = explored(shown.design, shown.dropped);
  return (
    <p className="zap-about">
      <b>
        {id}, <Coded text={title} />.
      </b>{' '}
      <Coded text={about} /> With the zap in one go, {coarse.good} of {totalOf(coarse)} orders end well.{' '}
      <span className="note">Source: {source}.</span>
    </p>
  );
};

/** The squares of all designs, each to be opened. */
export const SmallSquares = ({ shown }: { readonly shown: Shown }) => (
  <ul className="zap-small">
    {designs.map(({ id, title }) => {
      const { square } = explored(id);
      const { ends } = square.root;
      const { count, of } = figureOf(ends);
      const bad = ends.stale > 0 ? 'stale' : ends.deadlock > 0 ? 'dead' : 'late';
      return (
        <li key={id}>
          <button
            type="button"
            aria-pressed={shown.design === id}
            title={title.replaceAll('`', '')}
            onClick={() => changeZap(toDesign(id))}
          >
            <MarkCanvas width={84} height={98} signature={id} draw={() => drawSmallSquare(square, 84, 98)} />
            <span>
              <b>{id}</b>{' '}
              <span className={count > 0 ? 'red' : undefined}>
                {count > 0 ? `${count} ${bad} of ${of}` : `0 bad of ${of}`}
              </span>
            </span>
          </button>
        </li>
      );
    })}
  </ul>
);
