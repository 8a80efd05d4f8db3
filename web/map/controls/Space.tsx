import { useId, useMemo } from 'react';
import { useShallow } from 'zustand/react/shallow';
import { archOf } from '../../../src/arch/index.ts';
import { spacePreset, spacePresets } from '../../../src/scenario/presets.ts';
import { processOf } from '../../../src/scenario/process.ts';
import type { Scenario, SpaceSource } from '../../../src/scenario/scenario.ts';
import { baseProblem, lidProblem } from '../../../src/scenario/spaceRules.ts';
import { findVma, gapEnd, gapStart } from '../../../src/space/gapIndex.ts';
import { formatAddress, formatCount, type Read, readBytes } from '../../../src/text.ts';
import { GiB, MiB, va } from '../../../src/units.ts';
import { withLid, withSpace } from '../../scenario/edit.ts';
import { preparedOf, solutionOf } from '../../state/solution.ts';
import { app, useApp } from '../../state/store.ts';
import { BytesField, readPages, writeSize } from '../../ui/BytesField.tsx';
import { BytesSlider } from '../../ui/BytesSlider.tsx';
import { linearScale } from '../../ui/scale.ts';
import { Terms } from '../../ui/Terms.tsx';
import { Choice } from './Choice.tsx';
import { Note, Section } from './Section.tsx';

const PASTED = 'pasted';
/** How far down the lid goes: every residue of a 1 GiB leaf comes by twice. */
const LID_RANGE = 2 * GiB;

const Source = () => {
  const source = useApp(s => s.scenario.space.source);
  const id = useId();
  const { change, open } = app.getState();
  const choose = (next: SpaceSource): void =>
    change(withSpace({ source: next, mmapBase: undefined, lid: undefined }), 'done');
  const preset = source.kind === 'preset' ? spacePreset(source.id) : undefined;
  return (
    <>
      <select
        id={id}
        className="whole"
        title={source.kind === 'pasted' ? source.name : preset?.label}
        aria-label="Address space"
        value={preset?.id ?? PASTED}
        onChange={e => {
          const chosen = spacePresets.find(p => p.id === e.target.value);
          if (chosen) choose({ kind: 'preset', id: chosen.id });
        }}
      >
        {source.kind === 'pasted' && <option value={PASTED}>{source.name}</option>}
        {spacePresets.map(p => (
          <option key={p.id} value={p.id}>
            {p.label}
          </option>
        ))}
      </select>
      <button type="button" className="button wide-button" onClick={() => open('intake')}>
        Paste maps, lspci…
      </button>
    </>
  );
};

interface Gap {
  readonly low: number;
  readonly high: number;
}

let lastGap: Gap | undefined;

/** {@link naturalGap}; the same object while it says the same, so that nothing is drawn again for it. */
const sameGap = (scenario: Scenario): Gap | undefined => {
  const gap = naturalGap(scenario);
  if (gap === undefined || lastGap?.low !== gap.low || lastGap.high !== gap.high) lastGap = gap;
  return lastGap;
};

/** The gap that the mapping would land in with no lid, or the one its lid is in. */
const naturalGap = (scenario: Scenario): Gap | undefined => {
  const bare = scenario.space.lid === undefined ? scenario : withLid(undefined)(scenario);
  const prepared = preparedOf(bare.machine, bare.space);
  const { index, layout } = prepared.mm.space;
  const { lid } = scenario.space;
  const placement = lid === undefined ? solutionOf(scenario).placement : undefined;
  const at = lid ?? (placement?.ok ? placement.start : undefined);
  if (at === undefined || at >= layout.mmapBase) return undefined;
  const gap = findVma(index, at);
  const low = Math.max(gapStart(index, gap), prepared.arch.mmapMinAddr);
  const high = Math.min(gapEnd(index, gap), layout.mmapBase);
  return high <= low ? undefined : { low, high };
};

const Lid = () => {
  const space = useApp(s => s.scenario.space);
  const archId = useApp(s => s.scenario.machine.arch);
  const { lid } = space;
  const topDown = useApp(s => solutionOf(s.scenario).prepared.mm.space.layout.topDown);
  const { change, finish } = app.getState();
  const gap = useApp(s => sameGap(s.scenario));
  const high = gap?.high ?? 0;
  const low = gap === undefined ? 0 : Math.max(gap.low + MiB, high - LID_RANGE);
  const scale = useMemo(() => linearScale(Math.min(low, high), high), [low, high]);
  const set = (value: number, phase: 'drag' | 'done'): void =>
    change(withLid(value >= high && gap !== undefined ? undefined : va(value)), phase);
  const arch = archOf(archId);
  const readLid = (text: string): Read<number> => {
    const read = readPages(text);
    if (!read.ok || gap === undefined || read.value === gap.high) return read;
    const problem = lidProblem(arch, space, read.value);
    if (problem !== undefined) return { ok: false, reason: problem };
    return read.value < gap.low || read.value > gap.high
      ? { ok: false, reason: `not in the gap ${formatAddress(gap.low)} to ${formatAddress(gap.high)}` }
      : read;
  };
  const reset = (
    <button type="button" className="link" onClick={() => change(withLid(undefined), 'done')}>
      Reset
    </button>
  );
  const idle = lid === undefined ? undefined : lidProblem(arch, space, lid);
  // A search from below meets the lowest gap: what is free below an address says nothing there.
  if (gap === undefined || idle !== undefined || !topDown)
    return lid === undefined ? null : (
      <p className={idle === undefined ? 'note' : 'bad'}>
        {idle === undefined ? 'Taken by hand from ' : '✕ Free below '}
        <code>{formatAddress(lid)}</code>
        {idle === undefined ? ' up. ' : `: ${idle}. `}
        {reset}
      </p>
    );
  const value = lid ?? high;
  return (
    <>
      <BytesField
        label="Free below"
        value={value}
        write={formatAddress}
        read={readLid}
        onCommit={v => set(v, 'done')}
      />
      <BytesSlider
        label="Free below: everything from here up to the next mapping counts as taken"
        value={Math.max(scale.min, value)}
        scale={scale}
        words={formatAddress(value)}
        page={arch.page}
        bigStep={(v, direction) => v + direction * GiB}
        onDrag={v => set(v, 'drag')}
        onDone={finish}
      />
      {lid !== undefined && <p className="note">Taken from here up. {reset}</p>}
    </>
  );
};

const fixedBase = ({ source }: Scenario['space']): boolean =>
  (source.kind === 'preset' ? spacePreset(source.id).mmapBase : source.mmapBase) !== undefined;

const UNLIMITED = 'unlimited';
const readLimit = (text: string): Read<number> =>
  text.trim() === UNLIMITED ? { ok: true, value: Number.POSITIVE_INFINITY } : readBytes(text);
const writeLimit = (n: number): string => (Number.isFinite(n) ? writeSize(n) : UNLIMITED);

const Layout = () => {
  // Without its lid: nothing here is drawn again while only that moves.
  const space = useApp(useShallow(s => ({ ...s.scenario.space, lid: undefined })));
  const machine = useApp(s => s.scenario.machine);
  const { change } = app.getState();
  const { layout } = useMemo(() => processOf(archOf(machine.arch), space), [machine.arch, space]);
  const running = fixedBase(space);
  const unlimited = !Number.isFinite(space.stackLimit);
  const why = running
    ? 'The process runs: its mmap_base was fixed at exec.'
    : space.mmapBase === undefined
      ? undefined
      : 'mmap_base is set by hand.';
  const readBase = (text: string): Read<number> => {
    const read = readBytes(text);
    if (!read.ok) return read;
    const problem = baseProblem(archOf(machine.arch), space, read.value);
    return problem === undefined ? read : { ok: false, reason: problem };
  };
  return (
    <details className="more">
      <summary>
        Layout and stack
        {(space.legacy || space.mmapBase !== undefined || (unlimited && !running)) && (
          <span className="set"> changed</span>
        )}
      </summary>
      <Choice
        label="Search"
        value={space.legacy ? 'up' : 'down'}
        options={[
          { id: 'down', label: 'top-down' },
          { id: 'up', label: 'bottom-up (legacy)' },
        ]}
        onChange={v => change(withSpace({ legacy: v === 'up' }), 'done')}
      />
      <BytesField
        label="mmap_base"
        term="mmapBase"
        value={layout.mmapBase}
        write={formatAddress}
        read={readBase}
        onCommit={base => change(withSpace({ mmapBase: va(base) }), 'done')}
      />
      {space.mmapBase !== undefined && (
        <p className="note">
          Set by hand.{' '}
          <button
            type="button"
            className="link"
            onClick={() => change(withSpace({ mmapBase: undefined }), 'done')}
          >
            Reset
          </button>
        </p>
      )}
      <BytesField
        label="Stack limit"
        value={space.stackLimit}
        write={writeLimit}
        read={readLimit}
        disabled={why}
        onCommit={stackLimit => change(withSpace({ stackLimit }), 'done')}
      />
      <label className="check">
        <input
          type="checkbox"
          checked={unlimited}
          disabled={why !== undefined}
          onChange={e =>
            change(withSpace({ stackLimit: e.target.checked ? Number.POSITIVE_INFINITY : 8 * MiB }), 'done')
          }
        />
        unlimited stack
      </label>
    </details>
  );
};

/** The process: where its VMAs come from, its layout, and the lid. */
export const Space = () => {
  const source = useApp(s => s.scenario.space.source);
  return (
    <Section
      title="Address space"
      about={
        <Note>
          <Terms
            of={
              source.kind === 'pasted'
                ? `${formatCount(source.vmas.length)} VMAs, read in this page.`
                : spacePreset(source.id).about
            }
          />
        </Note>
      }
    >
      <Source />
      <Lid />
      <Layout />
    </Section>
  );
};
