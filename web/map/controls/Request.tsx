import { MAP } from '../../../src/placement/flags.ts';
import { vfioOffset } from '../../../src/placement/mmap.ts';
import type { FileKind } from '../../../src/placement/request.ts';
import { formatAddress, formatExact } from '../../../src/text.ts';
import { HintControl, LengthControl, OffsetControl } from '../../controls/request.tsx';
import { withMachine, withRequest } from '../../scenario/edit.ts';
import { app, useApp, useArch } from '../../state/store.ts';
import { Term } from '../../ui/Term.tsx';
import { Choice } from './Choice.tsx';
import { Section } from './Section.tsx';

/** What is mapped, in words. Some kinds are two entries of the menu, told apart by MAP_SHARED and MAP_PRIVATE. */
const kinds: readonly {
  readonly id: string;
  readonly label: string;
  readonly file: FileKind;
  /** Sets MAP_SHARED or MAP_PRIVATE where the kind means one. */
  readonly type: number;
}[] = [
  { id: 'vfio', label: 'VFIO BAR', file: 'vfio', type: MAP.SHARED },
  { id: 'private', label: 'anonymous, private', file: 'anon', type: MAP.PRIVATE },
  { id: 'shared', label: 'anonymous, shared', file: 'anon', type: MAP.SHARED },
  { id: 'memfd', label: 'memfd', file: 'memfd', type: MAP.SHARED },
  { id: 'tmpfsNever', label: 'tmpfs, huge=never', file: 'tmpfsHugeNever', type: MAP.SHARED },
  { id: 'tmpfsAlways', label: 'tmpfs, huge=always', file: 'tmpfsHugeAlways', type: MAP.SHARED },
  { id: 'hooked', label: 'ext4 file (THP hook)', file: 'hookedFile', type: MAP.SHARED },
  { id: 'ramfs', label: 'ramfs file (plain)', file: 'ramfs', type: MAP.SHARED },
  { id: 'devMem', label: '/dev/mem (no hook)', file: 'devMem', type: MAP.SHARED },
  { id: 'devZero', label: '/dev/zero, private', file: 'devZero', type: MAP.PRIVATE },
  { id: 'devZeroShared', label: '/dev/zero, shared', file: 'devZero', type: MAP.SHARED },
  { id: 'hugetlb', label: 'anonymous, MAP_HUGETLB', file: 'anonHugetlb', type: MAP.PRIVATE },
  { id: 'hugetlbFile', label: 'hugetlbfs file', file: 'hugetlbFile', type: MAP.SHARED },
];

const isShmem = (file: FileKind): boolean =>
  file === 'memfd' || file === 'tmpfsHugeNever' || file === 'tmpfsHugeAlways';

/** Another mapping type makes another kind of memory of it. */
const hasTwo = (file: FileKind): boolean => file === 'anon' || file === 'devZero';

const OTHER_TYPE = 'otherType';

const Kind = () => {
  const file = useApp(s => s.scenario.request.file);
  const flags = useApp(s => s.scenario.request.flags);
  const shmemThp = useApp(s => s.scenario.machine.shmem);
  const { change } = app.getState();
  const shared = (flags & MAP.SHARED) !== 0;
  const type = flags & MAP.TYPE;
  const now = kinds.find(k => k.file === file && (!hasTwo(k.file) || k.type === type));
  // A link may carry a type that the menu has no word for.
  const odd = {
    id: OTHER_TYPE,
    label: `${file === 'anon' ? 'anonymous' : '/dev/zero'}, mapping type ${type}`,
  };
  return (
    <>
      <Choice
        label="Maps"
        wide
        value={now?.id ?? OTHER_TYPE}
        options={now === undefined ? [odd, ...kinds] : kinds}
        onChange={id => {
          const kind = kinds.find(k => k.id === id);
          if (kind)
            change(
              s => withRequest({ file: kind.file, flags: (s.request.flags & ~MAP.TYPE) | kind.type })(s),
              'done',
            );
        }}
      />
      {(isShmem(file) || (file === 'anon' && shared)) && (
        <Choice
          label="shmem THP"
          value={shmemThp}
          options={(['never', 'always', 'within_size', 'advise', 'deny', 'force'] as const).map(id => ({
            id,
            label: id,
          }))}
          onChange={shmem => change(withMachine({ shmem }), 'done')}
        />
      )}
    </>
  );
};

const flagBoxes: readonly { readonly bit: number; readonly label: string }[] = [
  { bit: MAP.FIXED, label: 'MAP_FIXED' },
  { bit: MAP.FIXED_NOREPLACE, label: 'MAP_FIXED_NOREPLACE' },
  { bit: MAP.BIT32, label: 'MAP_32BIT' },
  { bit: MAP.ABOVE4G, label: 'MAP_ABOVE4G' },
];

const Flags = () => {
  const flags = useApp(s => s.scenario.request.flags);
  const advice = useApp(s => s.scenario.request.advice);
  const touch = useApp(s => s.scenario.request.touch);
  const thp = useApp(s => s.scenario.machine.thp);
  const { change } = app.getState();
  const set = (next: number): void => change(withRequest({ flags: next }), 'done');
  const isPrivate = (flags & MAP.TYPE) === MAP.PRIVATE;
  const on = flagBoxes.filter(f => flags & f.bit).map(f => f.label);
  const more = [
    ...(isPrivate ? ['MAP_PRIVATE'] : []),
    ...on,
    ...(advice === 'none' ? [] : [advice === 'huge' ? 'MADV_HUGEPAGE' : 'MADV_NOHUGEPAGE']),
    ...(thp === 'always' ? [] : [`THP ${thp}`]),
    ...(touch === 'asc' ? [] : ['touch order']),
  ];
  return (
    <details className="more">
      <summary>
        Flags, THP, touch order
        {more.length > 0 && <span className="set"> {more.join(', ')}</span>}
      </summary>
      <div className="boxes">
        {flagBoxes.map(f => (
          <label key={f.label} className="check">
            <input
              type="checkbox"
              checked={(flags & f.bit) !== 0}
              onChange={e => set(e.target.checked ? flags | f.bit : flags & ~f.bit)}
            />
            {f.label}
          </label>
        ))}
        <label className="check">
          <input
            type="checkbox"
            checked={isPrivate}
            onChange={e => set((flags & ~MAP.TYPE) | (e.target.checked ? MAP.PRIVATE : MAP.SHARED))}
          />
          MAP_PRIVATE, not MAP_SHARED
        </label>
      </div>
      <Choice
        label="THP enabled"
        term="thp"
        value={thp}
        options={[
          { id: 'always', label: 'always' },
          { id: 'madvise', label: 'madvise' },
          { id: 'never', label: 'never' },
        ]}
        onChange={next => change(withMachine({ thp: next }), 'done')}
      />
      <Choice
        label="madvise()"
        value={advice}
        options={[
          { id: 'none', label: 'none' },
          { id: 'huge', label: 'MADV_HUGEPAGE' },
          { id: 'nohuge', label: 'MADV_NOHUGEPAGE' },
        ]}
        onChange={next => change(withRequest({ advice: next }), 'done')}
      />
      <Choice
        label="Touched"
        value={touch}
        options={[
          { id: 'asc', label: 'upwards' },
          { id: 'desc', label: 'downwards' },
          { id: 'middle', label: 'middle first, then up' },
        ]}
        onChange={next => change(withRequest({ touch: next }), 'done')}
      />
    </details>
  );
};

/** What the driver sees of the offset: the region's number is in it. */
const DriverOffset = () => {
  const file = useApp(s => s.scenario.request.file);
  const inBar = useApp(s => s.scenario.request.offset);
  const index = useApp(s => s.scenario.device.bar.index);
  const { page } = useArch();
  if (file !== 'vfio') return null;
  const offset = vfioOffset(index, inBar);
  return (
    <dl className="driver">
      <div>
        <dt>offset for the driver</dt>
        <dd>
          {index} {'<<'} 40 | {formatExact(inBar)}
        </dd>
      </div>
      <div>
        <dt>
          <Term id="pgoff">vm_pgoff</Term>
        </dt>
        <dd>{offset === 0 ? '0' : formatAddress(Math.floor(offset / page))}</dd>
      </div>
    </dl>
  );
};

/** The arguments of mmap(). */
export const Request = () => (
  <Section title="mmap() request">
    <Kind />
    <OffsetControl />
    <DriverOffset />
    <LengthControl />
    <HintControl />
    <Flags />
  </Section>
);
