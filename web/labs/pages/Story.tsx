import { counters, pageRangeContiguous } from '../../../src/memmap/counters.ts';
import { sectionFacts } from '../../../src/memmap/layout.ts';
import type { Run, Setup } from '../../../src/memmap/setup.ts';
import { formatCount, formatSize } from '../../../src/text.ts';
import { type Piece, Pieces } from '../../ui/Pieces.tsx';
import { shortNames } from './words.ts';

const MOST_RANGES = 4;

/** The frames from the first of the list on, as many as it has pages: a folio would lie so. */
const straight = (runs: readonly Run[]): Run => ({
  first: runs[0]?.first ?? 0,
  count: runs.reduce((sum, r) => sum + r.count, 0),
});

/** page_range_contiguous() for what is chosen. */
export const RangeCheck = ({ setup }: { readonly setup: Setup }) => {
  const { layout, runs } = setup;
  const whole = straight(runs);
  const asked = runs.length > 1 ? [...runs.slice(0, MOST_RANGES), whole] : runs;
  return (
    <section aria-labelledby="range-head" className="range">
      <h3 id="range-head">
        <code>page_range_contiguous()</code>
      </h3>
      <p>
        Asked about a range, not a list: is <code>page + i</code> the struct page of frame i throughout? It
        looks at section starts alone, and is constant true where the memmap is one piece.
      </p>
      <ul>
        {asked.map(run => {
          const s = layout.pagesPerSection;
          const starts = Math.ceil((run.first + run.count) / s) - 1 - Math.floor(run.first / s);
          const yes = pageRangeContiguous(layout, run.first, run.count);
          return (
            <li key={run === whole ? 'whole' : run.first}>
              <span className="value">
                {formatCount(run.first)}
                {run.count > 1 && `–${formatCount(run.first + run.count - 1)}`}
              </span>
              : <b>{yes ? 'true' : 'false'}</b>
              <span className="note">
                {' '}
                {layout.model !== 'sparse'
                  ? 'nothing to look at'
                  : starts === 0
                    ? 'no section starts inside'
                    : `${formatCount(starts)} section ${starts === 1 ? 'start' : 'starts'} inside`}
                {run === whole && runs.length > 1 ? ', the first page and as many as the list has' : ''}
              </span>
            </li>
          );
        })}
      </ul>
    </section>
  );
};

const argument: readonly (readonly Piece[])[] = [
  [
    'Who maps memory for a device wants few and long runs of frames: each is one ',
    { code: 'iommu_map()' },
    ' call. Pinned memory comes as an array of ',
    { code: 'struct page *' },
    '. A series for vfio/type1 counted in 6.17’s merge window how far such an array goes on frame by frame, through ',
    { code: 'nth_page()' },
    ' (V1). In August 2025 the pull request was refused: a lookup for every page, in a header that everyone includes, where comparing the pointers would do (V2).',
  ],
  [
    'Would it? On classic sparse memory each section has a memmap of its own. Where the memmaps of two sections touch and a hole lies between their frames, pointers go on and frames do not. That would take the stars to align, as it was put; separate allocations should not end up side by side.',
  ],
  [
    'They do. At boot 6.12 hands the memmaps of a node’s present sections out of one buffer, one after the other, holes or not. The layout of case M1 is the usual one there, not luck. 7.3 has given that buffer up, and allocates from the top down: then false neighbours come in the other direction (M13).',
  ],
  [
    'So the thread looked for a stop at sections: a limit worked out beforehand (V3, whose mask is one off as it was posted, and V3′ as it was meant), a loop that looks at the section of each page (V4), or memmaps that can never touch falsely (J1 to J3). Choose a case, take a section away, and see who is wrong.',
  ],
];

const merged: readonly (readonly Piece[])[] = [
  [
    'In 6.18, not 6.17. ',
    { code: 'num_pages_contiguous()' },
    ' (V5, ',
    { commit: '929bf010e059' },
    ') is the loop with the section test; type1 uses it since merge ',
    { commit: 'ed4d6e92463e' },
    '. It stops at each section end, so M2 takes two calls where one was possible. A short answer costs a call, never a wrong page: type1 compares the PFN again after each.',
  ],
  [
    { code: 'nth_page()' },
    ' is gone since the same release (',
    { commit: '84efbefa26df' },
    '). Folios are limited instead so that ',
    { code: 'page + i' },
    ' always holds inside of one, and what may cross folios asks ',
    { code: 'page_range_contiguous()' },
    '.',
  ],
];

/** What the argument was, what became of it, and whom it concerns. */
export const Story = () => (
  <section className="story" aria-labelledby="story-head">
    <div>
      <h3 id="story-head">What the argument was</h3>
      {argument.map((pieces, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the text stands still
        <p key={i}>
          <Pieces of={pieces} />
        </p>
      ))}
      <details>
        <summary>Who proposed what</summary>
        <dl className="sources">
          {counters.map(({ id, title, source }) => (
            <div key={id}>
              <dt>
                {shortNames[id]} {title}
              </dt>
              <dd className="note">{source}</dd>
            </div>
          ))}
        </dl>
      </details>
    </div>
    <div>
      <h3>What was merged</h3>
      {merged.map((pieces, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the text stands still
        <p key={i}>
          <Pieces of={pieces} />
        </p>
      ))}
      <h3>Whom it concerns</h3>
      <p>
        Where the memmap is one virtual array every counter is right, and the section test vanishes. In 7.3
        classic sparse is left on arm, mips, sh, parisc, alpha, 32-bit riscv and i386.
      </p>
      <table>
        <thead>
          <tr>
            <th scope="col">Architecture</th>
            <th scope="col">Section</th>
            <th scope="col">Pages</th>
            <th scope="col">Memmap</th>
          </tr>
        </thead>
        <tbody>
          {sectionFacts.map(f => (
            <tr key={f.name}>
              <th scope="row">{f.name}</th>
              <td>{formatSize(2 ** f.sectionBits)}</td>
              <td>{formatCount(2 ** (f.sectionBits - f.pageBits))}</td>
              <td>{f.vmemmap ? 'vmemmap' : 'classic sparse'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  </section>
);
