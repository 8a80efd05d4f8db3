import { useId, useMemo, useRef } from 'react';
import { type IommuId, type MemoryKind, memoryKinds } from '../../../src/dma/ids.ts';
import { iommus, usualIommu } from '../../../src/dma/iommus.ts';
import { releases } from '../../../src/kernel/releases.ts';
import type { DmaView } from '../../../src/scenario/scenario.ts';
import { formatAddress, formatSize, type Read } from '../../../src/text.ts';
import { alignDown, formatPower, GiB } from '../../../src/units.ts';
import { withMachine } from '../../scenario/edit.ts';
import { withDma } from '../../scenario/view.ts';
import { app } from '../../state/store.ts';
import { BytesField, readPages } from '../../ui/BytesField.tsx';
import { BytesSlider } from '../../ui/BytesSlider.tsx';
import { linearScale } from '../../ui/scale.ts';
import { type DmaFacts, foliosOf } from './answer.ts';

const set = (part: Partial<DmaView>): void => app.getState().change(withDma(part), 'done');

const readIova = (text: string): Read<number> => {
  const pages = readPages(text);
  return pages.ok && pages.value > 2 ** 57 ? { ok: false, reason: 'beyond any address' } : pages;
};

/** Bytes that the slider covers: room on both sides of the mapping. */
const spanOf = (length: number): number => {
  let span = 8 * GiB;
  while (span < length * 4) span *= 2;
  return span;
};

/** Where the slider begins: it stays where it is as long as it shows the IOVA, so that it never moves under a hand. */
const useWindow = (iova: number, length: number): number => {
  const span = spanOf(length);
  const last = useRef<{ readonly low: number; readonly span: number }>(undefined);
  const known = last.current;
  if (known?.span !== span || iova < known.low || iova >= known.low + span)
    last.current = { low: Math.max(0, alignDown(iova, span / 2) - span / 4), span };
  return last.current?.low ?? 0;
};

/** The IOVA, with its slider and the nearest ones that would do best. */
export const IovaControl = ({ facts }: { readonly facts: DmaFacts }) => {
  const { iova, arch, length, result, scenario } = facts;
  const { change, finish } = app.getState();
  const low = useWindow(iova, length);
  const span = spanOf(length);
  const scale = useMemo(() => linearScale(low, low + span - arch.page, arch.page), [low, span, arch.page]);
  const best = result.ok ? result.best : undefined;
  const go = (to: number | undefined, label: string) => (
    <button
      type="button"
      className="button"
      disabled={to === undefined || to === iova}
      onClick={() => set({ iova: to })}
    >
      {label}
    </button>
  );
  return (
    <div className="iova">
      <BytesField
        label="IOVA"
        value={iova}
        write={formatAddress}
        read={readIova}
        onCommit={value => set({ iova: value })}
      />
      <BytesSlider
        label="IOVA"
        value={iova}
        scale={scale}
        words={formatAddress(iova)}
        page={arch.page}
        bigStep={(value, direction) => value + direction * GiB}
        onDrag={value => change(withDma({ iova: value }), 'drag')}
        onDone={finish}
      />
      <div className="jumps">
        {best !== undefined && best.residue !== 0 && (
          <>
            {go(best.below, `Best below: −${formatSize(best.residue)}`)}
            {go(best.above, `Best above: +${formatSize(best.size - best.residue)}`)}
          </>
        )}
        {go(iova + arch.page, `+${formatPower(arch.page)}`)}
        {go(iova + arch.pmdSize, `+${formatPower(arch.pmdSize)}`)}
        <button
          type="button"
          className="button"
          disabled={scenario.view.labs.dma.iova === undefined}
          onClick={() => set({ iova: undefined })}
        >
          As in a guest
        </button>
      </div>
    </div>
  );
};

const Kernel = ({ facts }: { readonly facts: DmaFacts }) => {
  const id = useId();
  const { kernel } = facts.scenario.machine;
  return (
    <div className="field">
      <label htmlFor={id}>Kernel</label>
      <select
        id={id}
        value={kernel}
        onChange={e => app.getState().change(withMachine({ kernel: e.target.value }), 'done')}
      >
        {!releases.some(r => r.version === kernel) && <option value={kernel}>Linux {kernel}</option>}
        {releases.map(r => (
          <option key={r.version} value={r.version}>
            Linux {r.version}
          </option>
        ))}
      </select>
    </div>
  );
};

const families = [
  { family: 'x86', label: 'x86' },
  { family: 'arm64', label: 'arm64' },
  { family: 'riscv', label: 'riscv64' },
  { family: 's390', label: 's390x' },
] as const;

const IommuSelect = ({ facts }: { readonly facts: DmaFacts }) => {
  const id = useId();
  const { arch, iommu } = facts;
  const usual = usualIommu(arch.family, arch.page);
  const choose = (value: string): void => {
    const chosen: IommuId | undefined = iommus.find(i => i.id === value)?.id;
    set({ iommu: chosen === usual ? undefined : chosen, sizes: undefined });
  };
  return (
    <div className="field">
      <label htmlFor={id}>IOMMU</label>
      <select id={id} value={iommu.id} onChange={e => choose(e.target.value)}>
        {families.map(({ family, label }) => (
          <optgroup key={family} label={label}>
            {iommus
              .filter(i => i.family === family)
              .map(i => (
                <option key={i.id} value={i.id}>
                  {i.label}
                </option>
              ))}
          </optgroup>
        ))}
      </select>
    </div>
  );
};

const memoryLabel = (kind: MemoryKind, size: number): string => {
  switch (kind) {
    case 'bar':
      return 'the BAR';
    case 'pages':
      return `memory in pages of ${formatSize(size)}`;
    case 'thp':
      return `memory in THP of ${formatSize(size)}`;
    case 'huge':
    case 'giant':
      return `hugetlb of ${formatSize(size)}`;
  }
};

const Memory = ({ facts }: { readonly facts: DmaFacts }) => {
  const id = useId();
  const folios = foliosOf(facts.arch);
  return (
    <div className="field">
      <label htmlFor={id}>What is mapped</label>
      <select
        id={id}
        value={facts.memory}
        onChange={e => set({ memory: memoryKinds.find(k => k === e.target.value) ?? 'bar' })}
      >
        {memoryKinds
          .filter(kind => kind === 'bar' || folios.has(kind))
          .map(kind => (
            <option key={kind} value={kind}>
              {memoryLabel(kind, folios.get(kind) ?? 0)}
            </option>
          ))}
      </select>
    </div>
  );
};

/** The pgsize_bitmap, a box a size. */
const Sizes = ({ facts }: { readonly facts: DmaFacts }) => {
  const { iommu, offered, sizes, arch } = facts;
  const toggle = (size: number, on: boolean): void => {
    const next = offered.filter(z => (z === size ? on : sizes.includes(z)));
    const all = iommu.sizes.filter(z => offered.includes(z));
    const same = next.length === all.length && next.every((z, i) => z === all[i]);
    set({ sizes: same ? undefined : next });
  };
  return (
    <fieldset className="sizes">
      <legend>Page sizes</legend>
      <div>
        {offered.map(size => (
          <label key={size}>
            <input
              type="checkbox"
              checked={sizes.includes(size)}
              onChange={e => toggle(size, e.target.checked)}
            />
            {formatPower(size).replace(/^(\d{4,}) GiB$/, (_, n: string) => `${Number(n) / 1024} TiB`)}
          </label>
        ))}
      </div>
      <p className="note">
        {iommu.family === arch.family ? '' : `What if: this IOMMU does not come with ${arch.label}. `}
        {iommu.note}
        {iommu.depends === undefined ? '' : ` ${iommu.depends}.`}
      </p>
    </fieldset>
  );
};

/** The machine, the memory and the switches. */
export const Controls = ({ facts }: { readonly facts: DmaFacts }) => {
  const { dma } = facts.scenario.view.labs;
  return (
    <section className="options" aria-label="Machine and memory">
      <div className="selects">
        <Memory facts={facts} />
        <Kernel facts={facts} />
        <IommuSelect facts={facts} />
      </div>
      <Sizes facts={facts} />
      <div className="switches">
        {facts.memory === 'bar' && (
          <label className="check">
            <input type="checkbox" checked={dma.vaOff} onChange={e => set({ vaOff: e.target.checked })} />
            <span>VA off by {formatSize(facts.arch.page)}</span>
          </label>
        )}
        <label className="check">
          <input
            type="checkbox"
            checked={dma.smallPages}
            onChange={e => set({ smallPages: e.target.checked })}
          />
          <span>
            <code>disable_hugepages</code>
          </span>
        </label>
      </div>
    </section>
  );
};
