import type { ReactNode } from 'react';
import { pinFolios, pinPfnMap, pinRules } from '../../../src/dma/pin.ts';
import { dmaPresets, type Published, publishedBars, publishedMemory } from '../../../src/dma/published.ts';
import { parseKernelVersion } from '../../../src/kernel/version.ts';
import { formatAddress, formatCount, formatSize } from '../../../src/text.ts';
import { leavesPieces } from '../../scenario/words.ts';
import { app } from '../../state/store.ts';
import { Pieces } from '../../ui/Pieces.tsx';
import { type DmaFacts, rampOf, type VaRow } from './answer.ts';
import { withPreset } from './preset.ts';
import { sizesPieces } from './words.ts';

const rowNames: Readonly<Record<VaRow['id'], string>> = {
  placed: 'as placed',
  pageOff: 'a page off that',
  best: 'the best VA',
  bestOff: 'a page off the best',
};

/** A table that scrolls by itself where it has no room, so that keys have to reach it. */
const Wide = ({ label, children }: { readonly label: string; readonly children: ReactNode }) => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: see above
  <section className="wide" aria-label={label} tabIndex={0}>
    {children}
  </section>
);

/** The same mapping at four VAs: what moves, and what does not. */
export const VaTable = ({ facts }: { readonly facts: DmaFacts }) => (
  <section>
    <h3>The CPU’s leaves never decide the IOMMU’s</h3>
    <p className="note">
      The same physical memory under the same IOVA, at four VAs. Faults and steps follow the CPU’s page table;
      the last column does not move.
    </p>
    <Wide label="Leaves and steps by VA">
      <table>
        <thead>
          <tr>
            <th scope="col">VA</th>
            <th scope="col">CPU leaves</th>
            <th scope="col">Faults</th>
            <th scope="col">Steps</th>
            <th scope="col">IOMMU entries</th>
          </tr>
        </thead>
        <tbody>
          {facts.rows.map(row => (
            <tr key={row.id}>
              <th scope="row">
                {rowNames[row.id]}
                {(row.id === 'placed' || row.id === 'pageOff') && <small>{formatAddress(row.va)}</small>}
              </th>
              <td>
                <Pieces of={leavesPieces(row.leaves)} />
              </td>
              <td>{formatCount(row.faults)}</td>
              <td>{row.result.ok ? formatCount(row.result.pinning.steps) : row.result.errno}</td>
              <td>
                {row.result.ok ? (
                  <Pieces of={sizesPieces(row.result.sizes, facts.arch, 2)} />
                ) : (
                  row.result.errno
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Wide>
  </section>
);

interface Era {
  readonly label: string;
  readonly version: string;
}
const barEras: readonly Era[] = [
  { label: 'up to 6.14', version: '6.14' },
  { label: '6.15 and newer', version: '6.15' },
];
const memoryEras: readonly Era[] = [
  { label: 'up to 5.11', version: '5.11' },
  { label: '5.12 to 6.17', version: '6.17' },
  { label: '6.18 and newer', version: '6.18' },
];

/** The pin loop of every era on this memory. */
export const EraTable = ({ facts }: { readonly facts: DmaFacts }) => {
  const { memory, arch, length, folio, cpu, scenario, solution } = facts;
  const { smallPages } = scenario.view.labs.dma;
  const pages = length / arch.page;
  const bar = memory === 'bar';
  const own = pinRules(solution.prepared.version, arch.page, smallPages);
  return (
    <section>
      <h3>The pin loop by kernel</h3>
      <Wide label="Steps by kernel">
        <table>
          <thead>
            <tr>
              <th scope="col">Linux</th>
              <th scope="col">Steps</th>
              {bar ? null : <th scope="col">Tests of a PFN</th>}
              {bar ? null : <th scope="col">Pointers compared</th>}
              <th scope="col">
                <code>iommu_map()</code>
              </th>
            </tr>
          </thead>
          <tbody>
            {(bar ? barEras : memoryEras).flatMap(({ label, version }) => {
              const parsed = parseKernelVersion(version);
              if (parsed === undefined) return [];
              const rules = pinRules(parsed, arch.page, smallPages);
              const pinning = bar
                ? pinPfnMap(rules, cpu.leaves, pages)
                : pinFolios(rules, pages, folio / arch.page);
              const now = bar
                ? rules.pfnStep === own.pfnStep
                : rules.batch === own.batch && rules.counter === own.counter;
              return (
                <tr key={label} className={now ? 'now' : undefined} aria-current={now ? 'true' : undefined}>
                  <th scope="row">{label}</th>
                  <td>{formatCount(pinning.steps)}</td>
                  {bar ? null : <td>{formatCount(pinning.tests)}</td>}
                  {bar ? null : <td>{formatCount(pinning.compared)}</td>}
                  <td>{formatCount(pinning.calls)}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </Wide>
    </section>
  );
};

const Source = ({ of }: { readonly of: Published }) => (
  <li>
    {of.claim}{' '}
    <span className="source">
      {of.message === undefined ? (
        of.source
      ) : (
        <a href={`https://lore.kernel.org/all/${of.message}/`} target="_blank" rel="noreferrer">
          {of.source}
        </a>
      )}
      {of.commit !== undefined && (
        <>
          {', '}
          <a
            className="commit"
            href={`https://git.kernel.org/linus/${of.commit}`}
            target="_blank"
            rel="noreferrer"
          >
            {of.commit}
          </a>
        </>
      )}
    </span>
  </li>
);

/** Step counts of the sizes the threads speak of, beside what was published. */
export const Presets = ({ facts }: { readonly facts: DmaFacts }) => {
  const { arch, scenario } = facts;
  const leaves = arch.pfnLeaves.filter(l => l.since !== undefined).map(l => l.size as number);
  return (
    <section>
      <h3>Steps for the sizes of the threads</h3>
      <p className="note">
        Up to 6.14 a step is a page of {formatSize(arch.page)}; since 6.15 it is a leaf, so that the VA
        decides.
      </p>
      <Wide label="Steps by size of BAR">
        <table>
          <thead>
            <tr>
              <th scope="col">BAR</th>
              <th scope="col">up to 6.14</th>
              {leaves
                .map(size => (
                  <th key={size} scope="col">
                    6.15, leaves of <b className={`ink-${rampOf(size, arch)}`}>{formatSize(size)}</b>
                  </th>
                ))
                .reverse()}
              <th scope="col" className="claims">
                Published
              </th>
            </tr>
          </thead>
          <tbody>
            {dmaPresets.map(({ size, published }) => (
              <tr key={size}>
                <th scope="row">
                  <button
                    type="button"
                    className="button"
                    aria-pressed={scenario.device.bar.size === size}
                    onClick={() => app.getState().change(withPreset(size), 'done')}
                  >
                    {formatSize(size)}
                  </button>
                </th>
                <td>{formatCount(size / arch.page)}</td>
                {leaves.map(leaf => <td key={leaf}>{formatCount(size / leaf)}</td>).reverse()}
                <td className="claims">
                  {published.length === 0 ? (
                    'nothing measured that we know of'
                  ) : (
                    <ul>
                      {published.map(p => (
                        <Source key={p.claim} of={p} />
                      ))}
                    </ul>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Wide>
      <h4>BARs of other sizes, as published</h4>
      <ul className="published">
        {publishedBars.map(p => (
          <Source key={p.claim} of={p} />
        ))}
      </ul>
      <h4>16 GiB of ordinary memory, as published</h4>
      <ul className="published">
        {publishedMemory.map(p => (
          <Source key={p.claim} of={p} />
        ))}
      </ul>
    </section>
  );
};

/** The picture as tables. */
export const Twin = ({ facts }: { readonly facts: DmaFacts }) => {
  const { result, iova, cpu, pa } = facts;
  return (
    <details className="twins">
      <summary>The picture as tables</summary>
      <div className="pair">
        <Wide label="Entries in the IOMMU’s table">
          <table>
            <caption>Entries in the IOMMU’s table</caption>
            <thead>
              <tr>
                <th scope="col">IOVA</th>
                <th scope="col">PA</th>
                <th scope="col">Size</th>
                <th scope="col">Count</th>
              </tr>
            </thead>
            <tbody>
              {(result.ok ? result.runs : []).map(r => (
                <tr key={r.iova}>
                  <th scope="row">{formatAddress(r.iova)}</th>
                  <td className="value">{pa === undefined ? 'anywhere' : formatAddress(r.pa)}</td>
                  <td>{formatSize(r.size)}</td>
                  <td>{formatCount(r.count)}</td>
                </tr>
              ))}
            </tbody>
          </table>
          {!result.ok && <p className="note">None: {formatAddress(iova)} is refused.</p>}
        </Wide>
        <Wide label="Leaves in the CPU’s page table">
          <table>
            <caption>Leaves in the CPU’s page table</caption>
            <thead>
              <tr>
                <th scope="col">VA</th>
                <th scope="col">PA</th>
                <th scope="col">Size</th>
                <th scope="col">Count</th>
              </tr>
            </thead>
            <tbody>
              {cpu.leaves.map(r => (
                <tr key={r.va}>
                  <th scope="row">{formatAddress(r.va)}</th>
                  <td className="value">
                    {pa === undefined ? 'anywhere' : formatAddress(pa + (r.va - cpu.va))}
                  </td>
                  <td>{formatSize(r.size)}</td>
                  <td>{formatCount(r.count)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Wide>
      </div>
    </details>
  );
};
