import { findArch } from '../arch/index.ts';
import { iommuIds, memoryKinds } from '../dma/ids.ts';
import { formatKernelVersion, parseKernelVersion } from '../kernel/version.ts';
import { MAP } from '../placement/flags.ts';
import { policies } from '../placement/policies.ts';
import { fileKinds } from '../placement/request.ts';
import type { ShmemSetting } from '../placement/shmem.ts';
import { formatAddress, formatExact, type Read, readBytes } from '../text.ts';
import { bytes, pa, va } from '../units.ts';
import { designIds } from '../zap/ids.ts';
import { readTexts, writeTexts } from './packTexts.ts';
import { readVmas, writeVmas } from './packVmas.ts';
import { spacePresets } from './presets.ts';
import {
  type Bar,
  type BridgeWindow,
  type CompareView,
  compareColumns,
  compareGroups,
  type DiagnoseView,
  type DmaView,
  defaultScenario,
  type EvidenceFilter,
  type EvidenceView,
  evidenceFilters,
  type GivenPairing,
  type Hole,
  type LabsView,
  labIds,
  type MapView,
  type PagesLabView,
  type PresentView,
  type Range,
  type Scenario,
  type SweepAxis,
  type SweepInput,
  type SweepView,
  screenIds,
  sweepColours,
  sweepInputs,
  usualWindows,
  type ZapView,
} from './scenario.ts';

/** The version that links are written in. CHANGELOG.md tells what each one changed. */
export const LINK_VERSION = 1;

/** Compresses a pasted address space into text that a hash can carry, and back; undefined: not such a text. */
export interface Packer {
  readonly pack: (text: string) => string;
  /** The same for what an object writes: a packer may remember it by the object, which never changes. */
  readonly packOf?: (of: object, write: () => string) => string;
  readonly unpack: (packed: string) => string | undefined;
}

/** A field of a link that could not be used. The rest of the link applies. */
export interface LinkProblem {
  readonly field: string;
  readonly value: string;
  readonly reason: string;
  /** What is used in its place. */
  readonly used: string;
}

/** What a link says. */
export interface ReadLink {
  readonly scenario: Scenario;
  readonly problems: readonly LinkProblem[];
  /** What the link says beyond its fields, in sentences; absent where there is nothing. */
  readonly notes?: readonly string[];
}

/** One field: its key in the hash, how it is written (undefined: default, left out) and how it is read. */
interface Field {
  readonly key: string;
  readonly write: (s: Scenario, packer: Packer) => string | undefined;
  /** What is written in a few characters less, for a link that is long without; absent: there is no shorter way. */
  readonly brief?: (s: Scenario) => string;
  readonly read: (text: string, s: Scenario, packer: Packer) => Read<Scenario>;
  /** The value at hand in words, also where it is the default. */
  readonly show?: (s: Scenario) => string;
}

const ok = <T>(value: T): Read<T> => ({ ok: true, value });
const bad = (reason: string): Read<never> => ({ ok: false, reason });
const map = <A, B>(r: Read<A>, f: (a: A) => Read<B>): Read<B> => (r.ok ? f(r.value) : r);

const packed = (packer: Packer, of: object, write: () => string): string =>
  packer.packOf?.(of, write) ?? packer.pack(write());

const PAGE = 4096;
const readPages = (text: string): Read<number> =>
  map(readBytes(text), n => (n % PAGE === 0 ? ok(n) : bad('not a multiple of 4 KiB')));

const oneOf = <T extends string>(values: readonly T[], text: string): Read<T> => {
  const found = values.find(v => v === text);
  return found === undefined ? bad(`not one of ${values.join(', ')}`) : ok(found);
};

const choice = <T extends string>(
  key: string,
  values: readonly T[],
  get: (s: Scenario) => T,
  set: (s: Scenario, value: T) => Scenario,
): Field => ({
  key,
  write: s => (get(s) === get(defaultScenario) ? undefined : get(s)),
  show: get,
  read: (text, s) => map(oneOf(values, text), v => ok(set(s, v))),
});

const size = (
  key: string,
  read: (text: string) => Read<number>,
  write: (n: number) => string,
  get: (s: Scenario) => number,
  set: (s: Scenario, value: number) => Scenario,
  brief?: (n: number) => string,
): Field => ({
  key,
  write: s => (get(s) === get(defaultScenario) ? undefined : write(get(s))),
  ...(brief === undefined ? {} : { brief: (s: Scenario) => brief(get(s)) }),
  show: s => write(get(s)),
  read: (text, s) => map(read(text), v => ok(set(s, v))),
});

const machine = (s: Scenario, part: Partial<Scenario['machine']>): Scenario => ({
  ...s,
  machine: { ...s.machine, ...part },
});
const device = (s: Scenario, part: Partial<Scenario['device']>): Scenario => ({
  ...s,
  device: { ...s.device, ...part },
});
const space = (s: Scenario, part: Partial<Scenario['space']>): Scenario => ({
  ...s,
  space: { ...s.space, ...part },
});
const request = (s: Scenario, part: Partial<Scenario['request']>): Scenario => ({
  ...s,
  request: { ...s.request, ...part },
});

const compare = (s: Scenario, part: Partial<CompareView>): Scenario => ({
  ...s,
  view: { ...s.view, compare: { ...s.view.compare, ...part } },
});

const diagnose = (s: Scenario, part: Partial<DiagnoseView>): Scenario => ({
  ...s,
  view: { ...s.view, diagnose: { ...s.view.diagnose, ...part } },
});

/** A field of the Diagnose screen that is left out where the reader did not say. */
const said = <K extends 'kernel' | 'arch' | 'thp' | 'faults' | 'vmPteKib'>(
  key: string,
  name: K,
  read: (text: string) => Read<NonNullable<DiagnoseView[K]>>,
): Field => ({
  key,
  show: () => 'what was read',
  write: s => s.view.diagnose[name]?.toString(),
  read: (text, s) => map(read(text), value => ok(diagnose(s, { [name]: value }))),
});

const readCount = (text: string): Read<number> =>
  /^\d{1,15}$/.test(text) ? ok(Number(text)) : bad('not a whole number');

/** Texts that are longer, in characters as given or packed, are not carried by a link: browsers and mail cut it. */
const MOST_TEXT = 2 ** 21;
const MAX_PACKED_TEXTS = 2 ** 16;
const MAX_PAIRINGS = 64;

const readPairing = (text: string): Read<GivenPairing> => {
  const m = /^(\d{1,7}):((?:[0-9a-f]{4,8}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7])?)\/([0-5])$/.exec(text);
  return m === null
    ? bad('not of the form 12:0000:41:00.0/2 (line, device, BAR)')
    : ok({ line: Number(m[1]), address: m[2] ?? '', bar: Number(m[3]) });
};

const evidence = (s: Scenario, part: Partial<EvidenceView>): Scenario => ({
  ...s,
  view: { ...s.view, evidence: { ...s.view.evidence, ...part } },
});

const labs = (s: Scenario, part: Partial<LabsView>): Scenario => ({
  ...s,
  view: { ...s.view, labs: { ...s.view.labs, ...part } },
});

const zap = (s: Scenario, part: Partial<ZapView>): Scenario =>
  labs(s, { zap: { ...s.view.labs.zap, ...part } });
const pagesLab = (s: Scenario, part: Partial<PagesLabView>): Scenario =>
  labs(s, { pages: { ...s.view.labs.pages, ...part } });
const dma = (s: Scenario, part: Partial<DmaView>): Scenario =>
  labs(s, { dma: { ...s.view.labs.dma, ...part } });

/** Page sizes with dots: `4K.2M.1G`. */
const readSizes = (text: string): Read<readonly number[]> => {
  const sizes: number[] = [];
  for (const part of text.split('.')) {
    const size = readPages(part);
    if (!size.ok) return size;
    if (!Number.isInteger(Math.log2(size.value))) return bad(`${part.slice(0, 20)} is not a power of two`);
    sizes.push(size.value);
  }
  return ok([...new Set(sizes)].sort((a, b) => a - b));
};

const mapView = (s: Scenario, part: Partial<MapView>): Scenario => ({
  ...s,
  view: { ...s.view, map: { ...s.view.map, ...part } },
});

const sweepView = (s: Scenario, part: Partial<SweepView>): Scenario => ({
  ...s,
  view: { ...s.view, sweep: { ...s.view.sweep, ...part } },
});

/** Changes what is presented; a link that names no tour presents none. */
const present = (s: Scenario, part: Partial<PresentView>): Read<Scenario> => {
  const before =
    s.view.present ?? (part.tour === undefined ? undefined : { tour: '', scene: 1, notes: false });
  return before === undefined
    ? bad('no tour is named')
    : ok({ ...s, view: { ...s.view, present: { ...before, ...part } } });
};

/** The other axis of a Sweep where a link names one only. */
const usualOther = (input: SweepInput): SweepInput => (input === 'len' ? 'off' : 'len');

const writeAxis = ({ input, range }: SweepAxis): string =>
  range === undefined ? input : `${input}:${formatExact(range.from)}..${formatExact(range.to)}`;

const writePoint = ({ x, y }: NonNullable<SweepView['point']>): string =>
  `${formatExact(x)},${formatExact(y)}`;

const readAxis = (text: string): Read<SweepAxis> => {
  const [name = '', rangeText, ...more] = text.split(':');
  return map<SweepInput, SweepAxis>(oneOf(sweepInputs, name), input => {
    if (rangeText === undefined) return ok({ input, range: undefined });
    const [fromText, toText, ...rest] = rangeText.split('..');
    if (fromText === undefined || toText === undefined || more.length + rest.length > 0)
      return bad('not of the form len:8M..2G (input, first value, last value)');
    return map(readPages(fromText), from =>
      map(readPages(toText), to => {
        if (to > 2 ** 57) return bad('beyond any address');
        return from < to ? ok({ input, range: { from, to } }) : bad('ends before it begins');
      }),
    );
  });
};

/** A sum with every sign turned: `512K+4K` and `512K-4K`. */
const turned = (sum: string): string => sum.replaceAll(/[+-]/g, sign => (sign === '+' ? '-' : '+'));

/** An offset from the start of a mapping; what lies before it begins with a `-`: `-512K-4K`. */
const writeSigned = (n: number): string => (n < 0 ? `-${turned(formatExact(-n))}` : formatExact(n));

const readSigned = (text: string): Read<number> => {
  const below = text.startsWith('-');
  return map(readBytes(below ? turned(text.slice(1)) : text), n =>
    n > 2 ** 57 ? bad('beyond any address') : ok(below && n > 0 ? -n : n),
  );
};

/** Longer sizes are no easier to read than the address. */
const MOST_BRIEF = '128T-4K'.length;

/** An address as a size, `112T+2M`, where that is short; else as it always stands. */
const briefAddress = (n: number): string => {
  const [address, exact] = [formatAddress(n), formatExact(n)];
  return exact.length <= MOST_BRIEF && exact.length < address.length ? exact : address;
};

const writeBar = (b: Bar): string => `${b.index}@${formatAddress(b.base)}+${formatExact(b.size)}`;

/** A `+` stands behind it, and so in it none. */
const briefPlace = (n: number): string => {
  const brief = briefAddress(n);
  return brief.includes('+') ? formatAddress(n) : brief;
};

/** The BAR that is mapped: `+128M` where number and base are those of the default. */
const briefBar = (b: Bar): string => {
  const { index, base } = defaultScenario.device.bar;
  const size = `+${formatExact(b.size)}`;
  return b.index === index && b.base === base ? size : `${b.index}@${briefPlace(b.base)}${size}`;
};

const readBar = (text: string): Read<Bar> => {
  const m = /^(?:([0-5])@([^+]+))?\+(.+)$/.exec(text);
  if (!m) return bad('not of the form 2@0x38_8000_0000+2G (BAR number, base, size)');
  const { device: standard } = defaultScenario;
  const [, index = String(standard.bar.index), baseText = formatAddress(standard.bar.base), sizeText = ''] =
    m;
  return map(readPages(baseText), base =>
    map(readPages(sizeText), length => {
      if (length === 0) return bad('the size is 0');
      if (length > 2 ** 40) return bad('a region above 1 TiB cannot be addressed through its file offset');
      if (base + length > 2 ** 57) return bad('beyond any physical address');
      return ok({ index: Number(index), base: pa(base), size: bytes(length) });
    }),
  );
};

/** BARs of other devices carry their address: `0000:02:00.0/0@0x38_0000_0000+16K`. */
const writeOther = (b: Bar): string => `${b.owner === undefined ? '' : `${b.owner}/`}${writeBar(b)}`;
const briefOther = (b: Bar): string =>
  `${b.owner === undefined ? '' : `${b.owner}/`}${b.index}@${briefPlace(b.base)}+${formatExact(b.size)}`;

const LABEL = /^[A-Za-z0-9.:_-]{1,40}$/;

const readOther = (text: string): Read<Bar> => {
  const at = text.indexOf('/');
  if (text.slice(at + 1).startsWith('+')) return bad('another BAR needs its number and base');
  if (at < 0) return readBar(text);
  const owner = text.slice(0, at);
  if (!LABEL.test(owner)) return bad('the owner before / is not a PCI address such as 0000:02:00.0');
  return map(readBar(text.slice(at + 1)), bar => ok({ ...bar, owner }));
};

const writeWindow = (w: BridgeWindow): string =>
  `${w.label === '' ? '' : `${w.label}@`}${formatAddress(w.base)}+${formatExact(w.size)}${w.prefetchable ? '.pref' : ''}`;

const readWindow = (text: string): Read<BridgeWindow> => {
  const m = /^(?:([^@]*)@)?([^+@]+)\+(.+?)(\.pref)?$/.exec(text);
  if (!m) return bad('not of the form 0x38_0000_0000+8G (base, size)');
  const [, label = '', baseText = '', sizeText = '', pref] = m;
  if (label !== '' && !LABEL.test(label))
    return bad('what stands before @ is not a name such as 0000:00:01.0');
  return map(readPages(baseText), base =>
    map(readPages(sizeText), length => {
      if (length === 0) return bad('the size is 0');
      if (base + length > 2 ** 57) return bad('beyond any physical address');
      return ok({ label, base: pa(base), size: bytes(length), prefetchable: pref !== undefined });
    }),
  );
};

const byBase = (a: BridgeWindow, b: BridgeWindow): number => a.base - b.base || b.size - a.size;

const writeWindows = (windows: readonly BridgeWindow[]): string => windows.map(writeWindow).join(',');

const writeRange = (r: Range): string => `${formatExact(r.offset)}@${formatAddress(r.phys)}`;

const readRange = (text: string): Read<Range> => {
  const m = /^([^@]+)@(.+)$/.exec(text);
  if (!m) return bad('not of the form 1G@0x50_0000_0000 (offset in the BAR, physical address)');
  const [, offsetText = '', physText = ''] = m;
  return map(readPages(offsetText), offset =>
    map(readPages(physText), phys => {
      if (offset === 0) return bad('the first range is the BAR itself');
      if (offset >= 2 ** 40 || phys > 2 ** 56) return bad('beyond any region or physical address');
      return ok({ offset: bytes(offset), phys: pa(phys) });
    }),
  );
};

const writeHole = (h: Hole): string => `${formatAddress(h.offset)}+${formatExact(h.size)}`;

const briefHole = (h: Hole): string => `${briefPlace(h.offset)}+${formatExact(h.size)}`;

const readHole = (text: string): Read<Hole> => {
  const m = /^([^+]+)\+(.+)$/.exec(text);
  if (!m) return bad('not of the form 0x2000+4K (offset in the BAR, size)');
  const [, offsetText = '', sizeText = ''] = m;
  return map(readPages(offsetText), offset =>
    map(readPages(sizeText), length => {
      if (length === 0) return bad('the size is 0');
      if (offset + length > 2 ** 40) return bad('beyond 1 TiB, where no region reaches');
      return ok({ offset: bytes(offset), size: bytes(length) });
    }),
  );
};

const sameBar = (a: Bar, b: Bar): boolean =>
  a.index === b.index && a.base === b.base && a.size === b.size && a.owner === b.owner;

const flagNames: readonly (readonly [string, number])[] = [
  ['private', MAP.PRIVATE],
  ['shared', MAP.SHARED],
  ['fixed', MAP.FIXED],
  ['noreplace', MAP.FIXED_NOREPLACE],
  ['32bit', MAP.BIT32],
  ['above4g', MAP.ABOVE4G],
  ['growsdown', MAP.GROWSDOWN],
  ['locked', MAP.LOCKED],
  ['noreserve', MAP.NORESERVE],
];

const writeFlags = (flags: number): string => {
  const names = flagNames.filter(([, bit]) => flags & bit);
  const rest = names.reduce((f, [, bit]) => f & ~bit, flags) >>> 0;
  return [...names.map(([name]) => name), ...(rest ? [`0x${rest.toString(16)}`] : [])].join('.') || '0';
};

const readFlags = (text: string): Read<number> => {
  let flags = 0;
  for (const part of text.split('.')) {
    const named = flagNames.find(([name]) => name === part);
    if (named) flags |= named[1];
    else if (/^(?:0|0x[0-9a-f]{1,8})$/.test(part)) flags |= Number(part);
    else return bad(`“${part.slice(0, 20)}” is no flag`);
  }
  if (flags & (MAP.ANONYMOUS | MAP.HUGETLB))
    return bad('what is mapped is said by f, not by MAP_ANONYMOUS or MAP_HUGETLB');
  return ok(flags >>> 0);
};

/** A text that a lab reads itself; here only its form is looked at. */
const formed = (
  key: string,
  form: RegExp,
  like: string,
  get: (s: Scenario) => string,
  set: (s: Scenario, value: string) => Scenario,
): Field => ({
  key,
  write: s => (get(s) === get(defaultScenario) ? undefined : get(s)),
  show: get,
  read: (text, s) => (form.test(text) ? ok(set(s, text)) : bad(`not of the form ${like}`)),
});

/** The name of a row of the Compare table: its group's letter and what it stands for. */
const readRow = (text: string): Read<string> =>
  /^[a-z]:[A-Za-z0-9_.+-]{1,40}$/.test(text) ? ok(text) : bad('not the name of a row, such as k:7.3');

/** Longest filter of the Compare table. */
const MAX_FILTER = 80;

/** The name of a set of captured cases, and the id of a case in it. */
const SET = /^[A-Za-z0-9._-]{1,80}$/;
const CASE = SET;
/** What a filter of the Evidence may hold. */
const FILTER = /^[A-Za-z0-9._+ -]{1,40}$/;

const filterNames = Object.keys(evidenceFilters) as readonly EvidenceFilter[];

const shmemSettings: readonly ShmemSetting[] = ['never', 'always', 'within_size', 'advise', 'deny', 'force'];

/** The BAR is mapped from end to end, and is the only one of its device. */
const isWhole = ({ device: { bar, others }, request: { length } }: Scenario): boolean =>
  others.length === 0 && length === bar.size && !sameBar(bar, defaultScenario.device.bar);

/** The fields of version 1, in the order in which they are written. */
const fields: readonly Field[] = [
  {
    key: 'a',
    show: s => s.machine.arch,
    write: s => (s.machine.arch === defaultScenario.machine.arch ? undefined : s.machine.arch),
    read: (text, s) => {
      const arch = findArch(text);
      return arch === undefined ? bad('no such architecture') : ok(machine(s, { arch: arch.id }));
    },
  },
  {
    key: 'k',
    show: s => s.machine.kernel,
    write: s => (s.machine.kernel === defaultScenario.machine.kernel ? undefined : s.machine.kernel),
    read: (text, s) => {
      const version = text.length > 80 ? undefined : parseKernelVersion(text);
      return version === undefined
        ? bad('not a kernel version such as 6.12.117 or 7.3-rc4')
        : ok(machine(s, { kernel: formatKernelVersion(version) }));
    },
  },
  choice(
    'p',
    policies.map(p => p.id),
    s => s.machine.policy,
    (s, policy) => machine(s, { policy }),
  ),
  choice(
    'thp',
    ['always', 'madvise', 'never'],
    s => s.machine.thp,
    (s, thp) => machine(s, { thp }),
  ),
  choice(
    'shmem',
    shmemSettings,
    s => s.machine.shmem,
    (s, shmem) => machine(s, { shmem }),
  ),
  choice(
    'cont',
    ['today', 'marked'],
    s => s.machine.cont,
    (s, cont) => machine(s, { cont }),
  ),
  {
    // Written in short links alone; what it stands for may follow it, and counts.
    key: 'whole',
    show: s => writeBar(s.device.bar),
    write: () => undefined,
    brief: s => briefBar(s.device.bar),
    read: (text, s) =>
      map(readBar(text), bar =>
        ok(request(device(s, { bar, others: [], windows: usualWindows(bar) }), { length: bar.size })),
      ),
  },
  {
    key: 'bar',
    show: s => writeBar(s.device.bar),
    write: s => (sameBar(s.device.bar, defaultScenario.device.bar) ? undefined : writeBar(s.device.bar)),
    brief: s => briefBar(s.device.bar),
    read: (text, s) => map(readBar(text), bar => ok(device(s, { bar, windows: usualWindows(bar) }))),
  },
  {
    key: 'others',
    show: s => s.device.others.map(writeOther).join(',') || 'none',
    write: s => {
      const { others } = s.device;
      const standard = defaultScenario.device.others;
      const same =
        others.length === standard.length &&
        others.every((b, i) => {
          const o = standard[i];
          return o !== undefined && sameBar(b, o);
        });
      return same ? undefined : others.map(writeOther).join(',');
    },
    brief: s => s.device.others.map(briefOther).join(','),
    read: (text, s) => {
      const others: Bar[] = [];
      for (const part of text === '' ? [] : text.split(',')) {
        const bar = readOther(part);
        if (!bar.ok) return bar;
        others.push(bar.value);
      }
      if (others.length > 64) return bad('more than 64 BARs');
      return ok(device(s, { others: others.sort((a, b) => a.base - b.base) }));
    },
  },
  {
    key: 'win',
    show: s => writeWindows(s.device.windows) || 'none',
    write: ({ device: { bar, windows } }) => {
      const text = writeWindows(windows);
      return text === writeWindows(usualWindows(bar)) ? undefined : text;
    },
    read: (text, s) => {
      const windows: BridgeWindow[] = [];
      for (const part of text === '' ? [] : text.split(',')) {
        const window = readWindow(part);
        if (!window.ok) return window;
        windows.push(window.value);
      }
      if (windows.length > 16) return bad('more than 16 windows');
      return ok(device(s, { windows: windows.sort(byBase) }));
    },
  },
  {
    key: 'holes',
    show: () => 'none',
    write: s => (s.device.holes.length === 0 ? undefined : s.device.holes.map(writeHole).join(',')),
    brief: s => s.device.holes.map(briefHole).join(','),
    read: (text, s) => {
      const holes: Hole[] = [];
      for (const part of text === '' ? [] : text.split(',')) {
        const hole = readHole(part);
        if (!hole.ok) return hole;
        holes.push(hole.value);
      }
      if (holes.length > 16) return bad('more than 16 holes');
      holes.sort((a, b) => a.offset - b.offset);
      if (holes.some((h, i) => h.offset < (holes[i - 1]?.offset ?? 0) + (holes[i - 1]?.size ?? 0)))
        return bad('holes overlap');
      return ok(device(s, { holes }));
    },
  },
  {
    key: 'ranges',
    show: () => 'none',
    write: s => (s.device.ranges.length === 0 ? undefined : s.device.ranges.map(writeRange).join(',')),
    read: (text, s) => {
      const ranges: Range[] = [];
      for (const part of text === '' ? [] : text.split(',')) {
        const range = readRange(part);
        if (!range.ok) return range;
        ranges.push(range.value);
      }
      if (ranges.length > 16) return bad('more than 16 ranges');
      ranges.sort((a, b) => a.offset - b.offset);
      if (ranges.some((r, i) => r.offset === ranges[i - 1]?.offset))
        return bad('two ranges begin at one offset');
      return ok(device(s, { ranges }));
    },
  },
  {
    key: 'as',
    show: ({ space: { source } }) => (source.kind === 'preset' ? source.id : source.name),
    write: s => {
      const { source } = s.space;
      if (source.kind !== 'preset') return undefined;
      const standard = defaultScenario.space.source;
      return standard.kind === 'preset' && standard.id === source.id ? undefined : source.id;
    },
    read: (text, s) => {
      const preset = spacePresets.find(p => p.id === text);
      return preset === undefined
        ? bad('no such address space')
        : ok(space(s, { source: { kind: 'preset', id: preset.id } }));
    },
  },
  {
    key: 'vmas',
    show: ({ space: { source } }) => (source.kind === 'preset' ? source.id : source.name),
    write: ({ space: { source } }, packer) =>
      source.kind === 'pasted' ? packed(packer, source, () => writeVmas(source)) : undefined,
    read: (text, s, packer) => {
      const unpacked = packer.unpack(text);
      if (unpacked === undefined) return bad('the packed address space is damaged');
      return map(readVmas(unpacked), source => ok(space(s, { source })));
    },
  },
  size(
    'stack',
    text => (text === 'unlimited' ? ok(Number.POSITIVE_INFINITY) : readBytes(text)),
    n => (Number.isFinite(n) ? formatExact(n) : 'unlimited'),
    s => s.space.stackLimit,
    (s, stackLimit) => space(s, { stackLimit }),
  ),
  choice(
    'layout',
    ['topdown', 'bottomup'],
    s => (s.space.legacy ? 'bottomup' : 'topdown'),
    (s, v) => space(s, { legacy: v === 'bottomup' }),
  ),
  {
    key: 'base',
    show: s => (s.space.mmapBase === undefined ? 'what the process has' : formatAddress(s.space.mmapBase)),
    write: s => (s.space.mmapBase === undefined ? undefined : formatAddress(s.space.mmapBase)),
    brief: s => briefAddress(s.space.mmapBase ?? 0),
    read: (text, s) =>
      map(readPages(text), n =>
        n < 2 ** 30 || n > 2 ** 57
          ? bad('mmap_base lies between 1 GiB and 2^57')
          : ok(space(s, { mmapBase: va(n) })),
      ),
  },
  {
    key: 'lid',
    show: s => (s.space.lid === undefined ? 'none' : formatAddress(s.space.lid)),
    write: s => (s.space.lid === undefined ? undefined : formatAddress(s.space.lid)),
    brief: s => briefAddress(s.space.lid ?? 0),
    read: (text, s) => map(readPages(text), n => ok(space(s, { lid: va(n) }))),
  },
  {
    key: 'slide',
    show: s => formatExact(s.space.slide ?? 0),
    write: s => (s.space.slide === undefined ? undefined : formatExact(s.space.slide)),
    read: (text, s) =>
      map(readPages(text), n => {
        if (n > 2 ** 57) return bad('beyond any address');
        return ok(n === 0 ? s : space(s, { slide: bytes(n) }));
      }),
  },
  choice(
    'f',
    fileKinds,
    s => s.request.file,
    (s, file) => request(s, { file }),
  ),
  size(
    'off',
    readPages,
    formatExact,
    s => s.request.offset,
    (s, n) => request(s, { offset: bytes(n) }),
  ),
  size(
    'len',
    readBytes,
    formatExact,
    s => s.request.length,
    (s, n) => request(s, { length: bytes(n) }),
  ),
  size(
    'hint',
    readBytes,
    formatAddress,
    s => s.request.hint,
    (s, hint) => request(s, { hint }),
    briefAddress,
  ),
  size(
    'fl',
    readFlags,
    writeFlags,
    s => s.request.flags,
    (s, flags) => request(s, { flags }),
  ),
  size(
    'prot',
    text => (/^[0-7]$/.test(text) ? ok(Number(text)) : bad('not 0 to 7')),
    String,
    s => s.request.prot,
    (s, prot) => request(s, { prot }),
  ),
  choice(
    'adv',
    ['none', 'huge', 'nohuge'],
    s => s.request.advice,
    (s, advice) => request(s, { advice }),
  ),
  choice(
    't',
    ['asc', 'desc', 'middle'],
    s => s.request.touch,
    (s, touch) => request(s, { touch }),
  ),
  choice(
    's',
    screenIds,
    s => s.view.screen,
    (s, screen) => ({ ...s, view: { ...s.view, screen } }),
  ),
  choice(
    'lab',
    labIds,
    s => s.view.labs.lab,
    (s, lab) => labs(s, { lab }),
  ),
  choice(
    'zd',
    designIds,
    s => s.view.labs.zap.design,
    (s, design) => zap(s, { design }),
  ),
  {
    key: 'zx',
    show: () => 'none',
    write: s => s.view.labs.zap.dropped.map(i => i + 1).join('.') || undefined,
    read: (text, s) =>
      // No mapper has more than nine steps.
      /^[1-9](\.[1-9])*$/.test(text)
        ? ok(zap(s, { dropped: [...new Set(text.split('.').map(n => Number(n) - 1))].sort() }))
        : bad('not numbers of steps with dots between, such as 4.6'),
  },
  {
    key: 'zs',
    show: () => 'the plainest bad order',
    write: s => s.view.labs.zap.turns?.map(who => who[0]).join('') || (s.view.labs.zap.turns && 'none'),
    read: (text, s) =>
      /^([mz]{1,32}|none)$/.test(text)
        ? ok(zap(s, { turns: text === 'none' ? [] : [...text].map(c => (c === 'm' ? 'mapper' : 'zapper')) }))
        : bad('not turns such as mmzzm, 32 at most'),
  },
  {
    key: 'zt',
    show: () => 'the last turn',
    write: s => s.view.labs.zap.at?.toString(),
    read: (text, s) =>
      /^\d{1,2}$/.test(text) ? ok(zap(s, { at: Number(text) })) : bad('not a number of turns'),
  },
  formed(
    'mem',
    /^(?:M\d{1,2}|[a-z]+\d*(?::[\d,@-]+){3})$/,
    'M1 or boot612:8:0-1,3:12-15,24-27 (memmap, pages per section, sections, pages)',
    s => s.view.labs.pages.memory,
    (s, memory) => pagesLab(s, { memory }),
  ),
  choice(
    'memby',
    ['none', 'J1', 'J2', 'J3'],
    s => s.view.labs.pages.drawnFor,
    (s, drawnFor) => pagesLab(s, { drawnFor }),
  ),
  formed(
    'memvs',
    /^(?:V[1-5]|V3fixed|J[1-3])\.(?:V[1-5]|V3fixed|J[1-3])$/,
    'V2.V5 (two counters)',
    s => s.view.labs.pages.pair,
    (s, pair) => pagesLab(s, { pair }),
  ),
  {
    key: 'di',
    show: () => 'where a guest would have the BAR',
    write: ({ view }) => (view.labs.dma.iova === undefined ? undefined : formatAddress(view.labs.dma.iova)),
    read: (text, s) =>
      map(readPages(text), iova => (iova > 2 ** 57 ? bad('beyond any address') : ok(dma(s, { iova })))),
  },
  {
    key: 'du',
    show: () => 'the usual one of the architecture',
    write: s => s.view.labs.dma.iommu,
    read: (text, s) => map(oneOf(iommuIds, text), iommu => ok(dma(s, { iommu }))),
  },
  {
    key: 'dz',
    show: () => 'all that the IOMMU has',
    write: s => {
      const { sizes } = s.view.labs.dma;
      return sizes === undefined ? undefined : sizes.map(formatExact).join('.') || 'none';
    },
    read: (text, s) => map(text === 'none' ? ok([]) : readSizes(text), sizes => ok(dma(s, { sizes }))),
  },
  choice(
    'dm',
    memoryKinds,
    s => s.view.labs.dma.memory,
    (s, memory) => dma(s, { memory }),
  ),
  choice(
    'dv',
    ['as-placed', 'page-off'],
    s => (s.view.labs.dma.vaOff ? 'page-off' : 'as-placed'),
    (s, v) => dma(s, { vaOff: v === 'page-off' }),
  ),
  choice(
    'dh',
    ['on', 'off'],
    s => (s.view.labs.dma.smallPages ? 'off' : 'on'),
    (s, v) => dma(s, { smallPages: v === 'off' }),
  ),
  {
    key: 'v',
    show: () => 'the whole mapping',
    write: ({ view: { map: shown } }) =>
      shown.range === undefined
        ? undefined
        : `${writeSigned(shown.range.from)}..${writeSigned(shown.range.to)}`,
    read: (text, s) => {
      const [fromText, toText, ...more] = text.split('..');
      if (fromText === undefined || toText === undefined || more.length > 0)
        return bad(
          'not of the form 512M..514M (first byte, first byte after, from the start of the mapping)',
        );
      return map(readSigned(fromText), from =>
        map(readSigned(toText), to => {
          if (from % PAGE !== 0 || to % PAGE !== 0) return bad('not a multiple of 4 KiB');
          return from < to ? ok(mapView(s, { range: { from, to } })) : bad('ends before it begins');
        }),
      );
    },
  },
  {
    key: 'at',
    show: () => 'none',
    write: s => (s.view.map.at === undefined ? undefined : formatExact(s.view.map.at)),
    read: (text, s) =>
      map(readBytes(text), at => (at > 2 ** 57 ? bad('beyond any address') : ok(mapView(s, { at })))),
  },
  size(
    'part',
    text => (/^[1-9]\d?$/.test(text) ? ok(Number(text)) : bad('not a number from 1 to 99')),
    String,
    s => s.view.map.part,
    (s, part) => mapView(s, { part }),
  ),
  {
    key: 'sort',
    show: () => 'the order of the table',
    write: ({ view: { compare } }) =>
      compare.sort === undefined ? undefined : `${compare.sort.down ? '-' : ''}${compare.sort.by}`,
    read: (text, s) =>
      map(oneOf(compareColumns, text.replace(/^-/, '')), by =>
        ok(compare(s, { sort: { by, down: text.startsWith('-') } })),
      ),
  },
  {
    key: 'find',
    show: () => 'no filter',
    write: s => (s.view.compare.filter === '' ? undefined : s.view.compare.filter),
    read: (text, s) =>
      text.length > MAX_FILTER
        ? bad(`longer than ${MAX_FILTER} characters`)
        : ok(compare(s, { filter: text })),
  },
  {
    key: 'rows',
    show: s => s.view.compare.groups.join('.'),
    write: s => {
      const { groups } = s.view.compare;
      const text = compareGroups.filter(g => groups.includes(g)).join('.');
      const standard = defaultScenario.view.compare.groups.join('.');
      return text === standard ? undefined : text || 'none';
    },
    read: (text, s) => {
      const wanted = text === 'none' ? [] : text.split('.');
      const unknown = wanted.find(w => !compareGroups.some(g => g === w));
      return unknown === undefined
        ? ok(compare(s, { groups: compareGroups.filter(g => wanted.includes(g)) }))
        : bad(`not one of ${compareGroups.join(', ')}, with dots between`);
    },
  },
  {
    key: 'vs',
    show: () => 'none',
    write: s => s.view.compare.baseline,
    read: (text, s) => map(readRow(text), baseline => ok(compare(s, { baseline }))),
  },
  {
    key: 'pin',
    show: () => 'none',
    write: s => {
      const { pins } = s.view.compare;
      return pins === undefined ? undefined : pins.join(',') || 'none';
    },
    read: (text, s) => {
      const pins: string[] = [];
      for (const part of text === 'none' ? [] : text.split(',')) {
        const row = readRow(part);
        if (!row.ok) return row;
        pins.push(row.value);
      }
      return pins.length > 2 ? bad('more than two rows') : ok(compare(s, { pins }));
    },
  },
  said('dk', 'kernel', text =>
    parseKernelVersion(text) === undefined || text.length > 80 ? bad('not a kernel version') : ok(text),
  ),
  said('da', 'arch', text => {
    const arch = findArch(text);
    return arch === undefined ? bad('not an architecture') : ok(arch.id);
  }),
  said('dt', 'thp', text => oneOf(['always', 'madvise', 'never'], text)),
  said('df', 'faults', readCount),
  said('dp', 'vmPteKib', readCount),
  {
    key: 'pair',
    show: () => 'none',
    write: s => s.view.diagnose.pairings.map(p => `${p.line}:${p.address}/${p.bar}`).join(',') || undefined,
    read: (text, s) => {
      const pairings: GivenPairing[] = [];
      for (const part of text.split(',')) {
        const pairing = readPairing(part);
        if (!pairing.ok) return pairing;
        pairings.push(pairing.value);
      }
      return pairings.length > MAX_PAIRINGS
        ? bad(`more than ${MAX_PAIRINGS} of them`)
        : ok(diagnose(s, { pairings }));
    },
  },
  {
    key: 'paste',
    show: () => 'nothing pasted',
    write: (s, packer) => {
      const { texts } = s.view.diagnose;
      if (texts.length === 0 || texts.reduce((n, t) => n + t.text.length, 0) > MOST_TEXT) return undefined;
      const text = packed(packer, texts, () => writeTexts(texts));
      return text.length > MAX_PACKED_TEXTS ? undefined : text;
    },
    read: (text, s, packer) => {
      const unpacked = packer.unpack(text);
      if (unpacked === undefined) return bad('damaged or too large');
      return map(readTexts(unpacked), texts => ok(diagnose(s, { texts })));
    },
  },
  {
    key: 'case',
    show: () => 'none',
    write: ({
      view: {
        evidence: { at },
      },
    }) => (at?.id === undefined ? at?.set : `${at.set}/${at.id}`),
    read: (text, s) => {
      const [set = '', id, ...more] = text.split('/');
      return SET.test(set) && (id === undefined || CASE.test(id)) && more.length === 0
        ? ok(evidence(s, { at: { set, id } }))
        : bad('not a file of captures and a case in it, such as linux-7.3.4-debian.x86_64/leaf-whole-1');
    },
  },
  {
    key: 'only',
    show: () => 'all cases',
    write: ({ view: { evidence: shown } }) =>
      filterNames
        .flatMap(name =>
          shown.only[name] === undefined ? [] : [`${evidenceFilters[name]}:${shown.only[name]}`],
        )
        .join(',') || undefined,
    read: (text, s) => {
      const only: Partial<Record<EvidenceFilter, string>> = {};
      for (const part of text.split(',')) {
        const at = part.indexOf(':');
        const name = filterNames.find(n => evidenceFilters[n] === part.slice(0, at));
        const value = part.slice(at + 1);
        if (name === undefined || !FILTER.test(value))
          return bad('not of the form k:7.3.4,a:arm64,c:hint,o:miss,id:leaf');
        only[name] = value;
      }
      return ok(evidence(s, { only }));
    },
  },
  {
    key: 'x',
    show: s => writeAxis(s.view.sweep.x),
    write: ({ view: { sweep } }) => {
      const text = writeAxis(sweep.x);
      return text === defaultScenario.view.sweep.x.input ? undefined : text;
    },
    read: (text, s) =>
      map(readAxis(text), x => {
        const { y } = s.view.sweep;
        return ok(
          sweepView(s, { x, y: y.input === x.input ? { input: usualOther(x.input), range: undefined } : y }),
        );
      }),
  },
  {
    key: 'y',
    show: s => writeAxis(s.view.sweep.y),
    write: ({ view: { sweep } }) => {
      const text = writeAxis(sweep.y);
      return text === usualOther(sweep.x.input) ? undefined : text;
    },
    read: (text, s) =>
      map(readAxis(text), y =>
        y.input === s.view.sweep.x.input ? bad('stands on the other axis') : ok(sweepView(s, { y })),
      ),
  },
  choice(
    'col',
    sweepColours,
    s => s.view.sweep.colour,
    (s, colour) => sweepView(s, { colour }),
  ),
  size(
    'n',
    text => (/^(64|256|1024)$/.test(text) ? ok(Number(text)) : bad('not 64, 256 or 1024')),
    String,
    s => s.view.sweep.detail,
    (s, detail) => sweepView(s, { detail }),
  ),
  {
    key: 'pt',
    show: ({ view: { sweep } }) =>
      sweep.point === undefined ? 'that of the request' : writePoint(sweep.point),
    write: ({ view: { sweep } }) => (sweep.point === undefined ? undefined : writePoint(sweep.point)),
    read: (text, s) => {
      const [xText, yText, ...more] = text.split(',');
      if (xText === undefined || yText === undefined || more.length > 0)
        return bad('not of the form 64K,2G (a value on each axis)');
      return map(readPages(xText), x =>
        map(readPages(yText), y =>
          Math.max(x, y) > 2 ** 57 ? bad('beyond any address') : ok(sweepView(s, { point: { x, y } })),
        ),
      );
    },
  },
  {
    key: 'tour',
    show: () => 'none',
    write: s => s.view.present?.tour,
    read: (text, s) =>
      /^(?:[a-z0-9-]+(?:,[a-z0-9-]+)*|~[A-Za-z0-9_-]+)$/.test(text) && text.length <= MAX_PACKED_TEXTS
        ? present(s, { tour: text })
        : bad('not a tour, lessons with commas between, or a packed list'),
  },
  {
    key: 'scene',
    show: s => String(s.view.present?.scene ?? 'none'),
    write: s =>
      s.view.present === undefined || s.view.present.scene === 1 ? undefined : String(s.view.present.scene),
    read: (text, s) =>
      /^[1-9]\d{0,2}$/.test(text) ? present(s, { scene: Number(text) }) : bad('not a number from 1 to 999'),
  },
  {
    key: 'notes',
    show: () => 'none',
    write: s => (s.view.present?.notes === true ? '1' : undefined),
    read: (text, s) => (text === '1' ? present(s, { notes: true }) : bad('not 1')),
  },
];

/** The keys of all fields, in the order in which they are written. */
export const linkKeys: readonly string[] = fields.map(f => f.key);

/**
 * Turns the fields of a link of version n into those of version n + 1; `upgraders[n - 1]` for n. There is one
 * for every version below {@link LINK_VERSION}: a missing one stops the module from loading.
 */
const upgraders: readonly ((fields: ReadonlyMap<string, string>) => ReadonlyMap<string, string>)[] = [];
if (upgraders.length !== LINK_VERSION - 1) throw new Error('a link version has no upgrader');

/**
 * The hash of a Scenario, with its `#`: version, then every field that is not at its default, readable and in
 * a fixed order. The default Scenario has an empty hash. One above {@link PLAIN} characters has the shorter spellings.
 */
export const writeLink = (s: Scenario, packer: Packer): string => {
  const texts = fields.map(f => f.write(s, packer));
  const link = joined(texts);
  if (link.length <= PLAIN) return link;
  const whole = isWhole(s);
  const brief = joined(
    fields.map((f, i) => {
      const written = f.key === 'whole' ? whole : texts[i] !== undefined && !(whole && IN_WHOLE.has(f.key));
      return written ? (f.brief?.(s) ?? texts[i]) : undefined;
    }),
  );
  return brief.length < link.length ? brief : link;
};

/**
 * A hash of more characters is written in the shorter spellings. So much of the 78 columns of a mail is left behind an
 * address of 34, such as `https://example.github.io/hugemap/`.
 */
export const PLAIN = 44;

/** What `whole` says too. */
const IN_WHOLE: ReadonlySet<string> = new Set(['bar', 'others', 'len']);

const joined = (texts: readonly (string | undefined)[]): string => {
  const parts = fields.flatMap((f, i) => {
    const text = texts[i];
    return text === undefined ? [] : [`${f.key}=${escapeValue(text)}`];
  });
  return parts.length === 0 ? '' : `#${[LINK_VERSION, ...parts].join('&')}`;
};

// Everything a fragment may hold stays as it is, so that a link can be read and edited by hand. Half of a surrogate pair
// is no character, and nothing can encode it.
const escaped = (text: string): string =>
  text.replaceAll(/[^A-Za-z0-9_.,:;@+\-/~!$'()*]/gu, c =>
    encodeURIComponent(/^[\ud800-\udfff]$/u.test(c) ? '\ufffd' : c),
  );

/** So long a text is a packed address space: the same one in every link of a page. */
const LONG_TEXT = 1024;
let lastLong = { text: '', escaped: '' };

const escapeValue = (text: string): string => {
  if (text.length < LONG_TEXT) return escaped(text);
  if (lastLong.text !== text) lastLong = { text, escaped: escaped(text) };
  return lastLong.escaped;
};

const unescapeValue = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

/**
 * Reads a hash, with or without its `#`. Every field fails on its own: it keeps its default and is named among
 * the problems. Unknown fields are ignored, and named in a note. Never throws, whatever the text.
 */
export const readLink = (hash: string, packer: Packer): ReadLink => {
  const text = hash.replace(/^#/, '');
  if (text === '') return { scenario: defaultScenario, problems: [] };
  const problems: LinkProblem[] = [];
  const [head = '', ...rest] = text.split('&');
  const version = /^\d{1,4}$/.test(head) ? Number(head) : undefined;
  if (version === undefined || version < 1) {
    return {
      scenario: defaultScenario,
      problems: [
        {
          field: 'version',
          value: head.slice(0, 40),
          reason: 'a link begins with its version, such as #1&k=6.12',
          used: 'the default scene',
        },
      ],
    };
  }
  if (version > LINK_VERSION)
    problems.push({
      field: 'version',
      value: String(version),
      reason: `this link was made by a newer Hugemap; fields are read as version ${LINK_VERSION} knows them`,
      used: String(LINK_VERSION),
    });
  let given: ReadonlyMap<string, string> = new Map(
    rest.flatMap(part => {
      const at = part.indexOf('=');
      return at <= 0 ? [] : [[part.slice(0, at), unescapeValue(part.slice(at + 1))] as const];
    }),
  );
  for (const upgrade of upgraders.slice(version - 1)) given = upgrade(given);
  let scenario = defaultScenario;
  for (const field of fields) {
    const value = given.get(field.key);
    if (value === undefined) continue;
    const read = field.read(value, scenario, packer);
    if (read.ok) scenario = read.value;
    else
      problems.push({
        field: field.key,
        value: value.length > 40 ? `${value.slice(0, 40)}…` : value,
        reason: read.reason,
        used: field.show?.(scenario) || (field.write(scenario, packer) ?? 'the default'),
      });
  }
  const notes = notesOn(rest);
  return { scenario, problems, ...(notes.length === 0 ? {} : { notes }) };
};

const SHOWN_KEYS = 8;

/** What a reader of a link should know of its keys: those nobody knows, and those that stand there twice. */
const notesOn = (parts: readonly string[]): readonly string[] => {
  const seen = new Set<string>();
  const unknown = new Set<string>();
  const repeated = new Set<string>();
  for (const part of parts) {
    if (part === '') continue;
    const [key = ''] = part.split('=', 1);
    const known = part.includes('=') && fields.some(f => f.key === key);
    const name = key.length > 20 ? `${key.slice(0, 20)}…` : key || part.slice(0, 20);
    if (!known) unknown.add(name);
    else if (seen.has(key)) repeated.add(name);
    seen.add(key);
  }
  const list = (names: ReadonlySet<string>): string => {
    const some = [...names].slice(0, SHOWN_KEYS);
    return `${some.join(', ')}${names.size > some.length ? ` and ${names.size - some.length} more` : ''}`;
  };
  return [
    ...(unknown.size > 0 ? [`Not known, and left out: ${list(unknown)}.`] : []),
    ...(repeated.size > 0 ? [`There more than once, the last one counts: ${list(repeated)}.`] : []),
  ];
};
