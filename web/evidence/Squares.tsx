import { useId } from 'react';
import type { ListedCase } from '../../src/replay/listed.ts';
import { paint } from '../draw/canvas.ts';
import { outlined, palettes } from '../draw/tokens.ts';
import { useThemeName } from '../state/store.ts';
import { usePainted } from '../ui/painted.ts';
import { usePixelRatio } from '../ui/pixelRatio.ts';
import { choose, rest } from './actions.ts';
import { gridHeight, gridOf, moved, type Square, squareAt, squareMarks } from './squares.ts';
import { caseWords } from './words.ts';

/**
 * The cases of a set, one square each, on a canvas. To those who hear the page it is a list box of which they get the
 * case they are at: thousands of elements would be no better to walk through.
 */
export const Squares = ({
  setKey,
  label,
  cases,
  waiting,
  chosen,
  large,
  width,
  onLeave,
  onEnter,
  onPick,
}: {
  readonly setKey: string;
  readonly label: string;
  /** In the order of the squares. */
  readonly cases: readonly ListedCase[];
  /** So many are still to come. */
  readonly waiting: number;
  /** Id of the chosen case, if it is one of this set. */
  readonly chosen: string | undefined;
  /** The set is the one that is looked at. */
  readonly large: boolean;
  /** Width in CSS pixels. */
  readonly width: number;
  /** A key leads to another set: 1 the next, -1 the one before. */
  readonly onLeave: (step: 1 | -1) => void;
  /** Enter was pressed on the chosen case. */
  readonly onEnter: () => void;
  /** A case was chosen with the pointer. */
  readonly onPick: () => void;
}) => {
  const id = useId();
  const theme = useThemeName();
  const ratio = usePixelRatio();
  const count = cases.length + waiting;
  const grid = gridOf(count, width, large);
  const height = gridHeight(grid);
  const found = chosen === undefined ? -1 : cases.findIndex(c => c.id === chosen);
  const at = found < 0 ? undefined : found;
  const current = cases[at ?? 0];

  const canvas = usePainted(
    { width, height, ratio, atOnce: false },
    '200px',
    ctx => {
      const squares: readonly Square[] = [
        ...cases.map(c => c.outcome),
        ...Array.from({ length: waiting }, () => 'waiting' as const),
      ];
      const outlines = outlined.has(theme);
      const g = gridOf(squares.length, width, large);
      paint(ctx, squareMarks(g, squares, at, outlines), palettes[theme], outlines);
    },
    [cases, waiting, at, large, theme],
  );

  const under = (e: { readonly clientX: number; readonly clientY: number }): ListedCase | undefined => {
    const area = canvas.current?.getBoundingClientRect();
    if (area === undefined) return undefined;
    const square = squareAt(grid, e.clientX - area.left, e.clientY - area.top, cases.length);
    return square === undefined ? undefined : cases[square];
  };
  const step = (to: number | undefined, phase: 'drag' | 'done'): void => {
    const next = to === undefined ? undefined : cases[to];
    if (next !== undefined) choose(setKey, next.id, phase);
  };
  return (
    <div
      className="squares"
      role="listbox"
      tabIndex={0}
      aria-label={label}
      aria-activedescendant={current === undefined ? undefined : `${id}-${current.id}`}
      data-set={setKey}
      onBlur={rest}
      onKeyUp={e => {
        if (e.key.startsWith('Arrow') || e.key === 'Home' || e.key === 'End') rest();
      }}
      onKeyDown={e => {
        if (e.ctrlKey || e.metaKey || e.altKey) return;
        if (e.key === 'PageDown' || e.key === 'PageUp') onLeave(e.key === 'PageDown' ? 1 : -1);
        else if (e.key === 'Enter' && at !== undefined) onEnter();
        else if (e.key === ' ' || e.key === 'Enter') step(at ?? 0, 'done');
        else {
          const to =
            at === undefined && e.key.startsWith('Arrow') ? 0 : moved(grid, at ?? 0, e.key, cases.length);
          if (to === undefined) return;
          step(to, 'drag');
        }
        e.preventDefault();
      }}
      onPointerMove={e => {
        const element = canvas.current;
        const over = under(e);
        // Only the pointer needs it: those who hear the page are told the case that is chosen.
        if (element !== null) element.title = over === undefined ? '' : caseWords(over);
      }}
      onClick={e => {
        const over = under(e);
        if (over === undefined) return;
        choose(setKey, over.id);
        onPick();
      }}
    >
      <canvas ref={canvas} style={{ width: `${width}px`, height: `${height}px` }} />
      {current === undefined ? (
        <span role="option" aria-selected={false} aria-disabled tabIndex={-1} className="visually-hidden">
          not replayed yet
        </span>
      ) : (
        <span
          key={current.id}
          id={`${id}-${current.id}`}
          role="option"
          className="visually-hidden"
          aria-selected={at !== undefined}
          aria-posinset={(at ?? 0) + 1}
          aria-setsize={count}
          tabIndex={-1}
        >
          {caseWords(current)}
        </span>
      )}
    </div>
  );
};
