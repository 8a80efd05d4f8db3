import { useLayoutEffect, useRef, useState } from 'react';
import type { LeafKind } from '../../src/arch/arch.ts';
import type { DeviceAnswer } from '../../src/solve.ts';
import type { Mark, Measure } from '../draw/marks.ts';
import { teethSizes } from '../picture/panes.ts';
import { drawZipper, type ZipperBands } from '../picture/zipper.ts';
import { useThemeName } from '../state/store.ts';
import { MarkCanvas } from './MarkCanvas.tsx';

const TEETH_ROOM = 7;
const LEAVES = 40;
const LANE = 34;
/** Below this width one pane is drawn, else two. */
const NARROW = 420;
/** How much larger a projector shows it. */
const PROJECTED = 1.3;

/** The bands of a zipper whose jaws are `jaw` pixels high. */
const bandsOf = (jaw: number): ZipperBands => ({
  titleY: 10,
  vaY: 34,
  jawH: jaw,
  leavesY: 34 + jaw + 2,
  leavesH: LEAVES - 4,
  laneH: LANE,
  paY: 34 + jaw + LEAVES + LANE,
  verdictY: 34 + 2 * jaw + LEAVES + LANE + 14,
});

/**
 * The zipper of a mapping as wide as its place: the pane of its largest leaf, and one of the next where there is room.
 * It is drawn again when `signature` changes, which has to stand for the mapping and its leaves.
 */
export const SmallZipper = ({
  device,
  signature,
  label,
  about,
  jaw = 40,
}: {
  readonly device: DeviceAnswer;
  readonly signature: string;
  /** What it shows, in words. */
  readonly label: string;
  /** The one size of leaf that is shown; undefined: the largest, and the next where there is room. */
  readonly about?: LeafKind | undefined;
  /** Height of a jaw in CSS pixels. */
  readonly jaw?: number;
}) => {
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
  const bands = bandsOf(jaw);
  const draw = (measure: Measure): readonly Mark[] => {
    const marks: Mark[] = [];
    const own = width / scale;
    const only = about === undefined ? -1 : teethSizes(device).findIndex(t => t.kind === about);
    drawZipper(
      { marks, hits: [], measure },
      {
        crosshair: undefined,
        pane: only >= 0 ? only : own < NARROW ? 0 : undefined,
        most: 2,
        alone: only >= 0,
      },
      device,
      // Room for the heads of teeth that stand at the very ends.
      TEETH_ROOM,
      own - 2 * TEETH_ROOM,
      bands,
    );
    return marks;
  };
  return (
    <div className="zipper" ref={box}>
      <MarkCanvas
        width={width}
        height={(bands.verdictY + 12) * scale}
        scale={scale}
        signature={signature}
        draw={draw}
        label={label}
      />
    </div>
  );
};
