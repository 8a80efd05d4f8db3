import { useLayoutEffect, useRef, useState } from 'react';
import { formatCount, formatSize } from '../../src/text.ts';
import type { Mark, Measure } from '../draw/marks.ts';
import { drawZipper, type ZipperBands } from '../picture/zipper.ts';
import { leafNames } from '../scenario/words.ts';
import { useThemeName } from '../state/store.ts';
import { MarkCanvas } from '../ui/MarkCanvas.tsx';
import { leavesOf } from './columns.ts';
import type { Row } from './rows.ts';
import { stripSignature } from './strip.ts';

const TEETH_ROOM = 7;
const JAW = 40;
const LEAVES = 40;
const LANE = 34;
const bands: ZipperBands = {
  titleY: 10,
  vaY: 34,
  jawH: JAW,
  leavesY: 34 + JAW + 2,
  leavesH: LEAVES - 4,
  laneH: LANE,
  paY: 34 + JAW + LEAVES + LANE,
  verdictY: 34 + 2 * JAW + LEAVES + LANE + 14,
};
const HEIGHT = bands.verdictY + 12;
/** How much larger a projector shows it. */
const PROJECTED = 1.3;
/** Below this width one pane is drawn, else two. */
const NARROW = 420;

const draw =
  (row: Row, width: number) =>
  (measure: Measure): readonly Mark[] => {
    const device = row.answer?.solution.device;
    const marks: Mark[] = [];
    if (device === undefined) return marks;
    drawZipper(
      { marks, hits: [], measure },
      { crosshair: undefined, pane: width < NARROW ? 0 : undefined, most: 2 },
      device,
      // Room for the heads of teeth that stand at the very ends.
      TEETH_ROOM,
      width - 2 * TEETH_ROOM,
      bands,
    );
    return marks;
  };

const Counts = ({ row }: { readonly row: Row }) => {
  const { measures } = row;
  if (!measures.ok)
    return (
      <b className="red">
        <span aria-hidden="true">✕ </span>
        {measures.errno}
      </b>
    );
  return (
    <span>
      {(measures.device?.tallies ?? []).map(t => (
        <b key={t.kind} className={`ink-${t.kind}`}>
          {formatCount(t.count)} × {leafNames[t.kind]} {formatSize(t.size)}
        </b>
      ))}
    </span>
  );
};

const Pin = ({ row }: { readonly row: Row }) => {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    const read = (): void => setWidth(element.clientWidth);
    read();
    const observer = new ResizeObserver(read);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const scale = useThemeName() === 'projector' ? PROJECTED : 1;
  const { measures } = row;
  const mapping = row.answer?.solution.device?.mapping;
  return (
    <section className="pin" aria-label={`Pinned: ${row.name}`}>
      <header>
        <h3>
          {row.name}
          <small>{row.group === 'kernels' ? '' : row.note}</small>
        </h3>
        <Counts row={row} />
      </header>
      <div className="zipper" ref={box}>
        {measures.ok && mapping !== undefined ? (
          <MarkCanvas
            width={width}
            height={HEIGHT * scale}
            scale={scale}
            signature={`${mapping.start}|${mapping.pa}|${row.answer?.scenario.machine.kernel}|${stripSignature(measures, measures.length)}`}
            draw={draw(row, width / scale)}
            label={`Zipper of ${row.name}: ${leavesOf(measures)}`}
          />
        ) : (
          <p className="note">{measures.ok ? 'Not device memory: no leaves to show.' : measures.reason}</p>
        )}
      </div>
    </section>
  );
};

/** The pinned rows' zippers, side by side. */
export const Pinned = ({ rows }: { readonly rows: readonly Row[] }) => (
  <section className="pins" aria-labelledby="pins-title">
    <header>
      <h2 id="pins-title">Pinned, side by side</h2>
      <p className="note keys">Enter: open in Map, P: pin, B: baseline, C: copy the table</p>
    </header>
    {rows.length === 0 ? (
      <p className="note">Tick up to two rows to see their zippers here.</p>
    ) : (
      <div className="pair">
        {rows.map(row => (
          <Pin key={row.id} row={row} />
        ))}
      </div>
    )}
  </section>
);
