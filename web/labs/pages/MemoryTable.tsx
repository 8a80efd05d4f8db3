import { pageOf } from '../../../src/memmap/layout.ts';
import { pagesOf, type Setup } from '../../../src/memmap/setup.ts';
import { formatCount } from '../../../src/text.ts';
import { seamsOf } from './seams.ts';
import { useDrawnFor } from './state.ts';

const range = (first: number, count: number): string =>
  count === 1 ? formatCount(first) : `${formatCount(first)} to ${formatCount(first + count - 1)}`;

const MOST_ROWS = 64;

/** The picture as tables: sections and where their struct pages lie, then the seams of the list. */
export const MemoryTable = ({ setup }: { readonly setup: Setup }) => {
  const drawnFor = useDrawnFor();
  const layout = drawnFor === undefined ? setup.layout : drawnFor.layout(setup.layout);
  const s = layout.pagesPerSection;
  const seams = seamsOf(setup.runs, layout);
  return (
    <details className="twin">
      <summary>The picture as a table</summary>
      <div className="twin-tables">
        <table>
          <thead>
            <tr>
              <th scope="col">Section</th>
              <th scope="col">Frames</th>
              <th scope="col">Struct pages</th>
              <th scope="col">In the list</th>
            </tr>
          </thead>
          <tbody>
            {layout.sections.slice(0, MOST_ROWS).map(({ section }) => {
              const inside = setup.runs
                .map(({ first, count }) => ({
                  first: Math.max(first, section * s),
                  count: Math.min(first + count, (section + 1) * s) - Math.max(first, section * s),
                }))
                .filter(r => r.count > 0);
              return (
                <tr key={section}>
                  <th scope="row">{section}</th>
                  <td>{range(section * s, s)}</td>
                  <td>{range(pageOf(layout, section * s) ?? 0, s)}</td>
                  <td>
                    {inside.length === 0
                      ? 'none'
                      : `${formatCount(pagesOf(inside))}: ${inside.map(r => range(r.first, r.count)).join(', ')}`}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
        {seams.length > 0 && (
          <table>
            <thead>
              <tr>
                <th scope="col">Frames</th>
                <th scope="col">Struct pages</th>
                <th scope="col">Between the two</th>
              </tr>
            </thead>
            <tbody>
              {seams.slice(0, MOST_ROWS).map(seam => (
                <tr key={seam.before}>
                  <td>
                    {formatCount(seam.before)}, {formatCount(seam.after)}
                  </td>
                  <td>
                    {formatCount(seam.pageBefore)}, {formatCount(seam.pageAfter)}
                  </td>
                  <td>
                    {seam.kind === 'false'
                      ? 'pointers touch, frames do not'
                      : 'frames follow, pointers do not'}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </div>
    </details>
  );
};
