import { archOf } from '../arch/index.ts';
import { formatKernelVersion } from '../kernel/version.ts';
import { MAP } from '../placement/flags.ts';
import { mmap } from '../placement/mmap.ts';
import type { PolicyId } from '../placement/policies.ts';
import { ordinaryLimits } from '../placement/request.ts';
import { NO_ROOM } from '../placement/search.ts';
import { type Bar, defaultScenario, type Scenario, type TouchChoice } from '../scenario/scenario.ts';
import { mmapLayout } from '../space/mmapLayout.ts';
import type { Vma } from '../space/vma.ts';
import { bytes, pa, type Va, va, type Word } from '../units.ts';
import { hex, isJson, type Json, objectIn, reading, stringIn } from './json.ts';
import { type CapturedCall, readCall } from './placementRow.ts';
import { kindOf } from './replay.ts';
import { readSearches } from './searchRow.ts';

/** A captured case as the Map can show it. */
export type RowScenario =
  | {
      readonly kind: 'scenario';
      readonly scenario: Scenario;
      /** What the Map leaves out or takes otherwise, so that its answer may not be the captured one; sentences. */
      readonly notes: readonly string[];
      /** What is said otherwise and answers the same; sentences. */
      readonly remarks: readonly string[];
    }
  | { readonly kind: 'none'; readonly reason: string };

/** Collects what a Scenario cannot say. */
class Words {
  readonly notes: string[] = [];
  readonly remarks: string[] = [];
}

/** The kernel and the policy that answer a captured build's requests. */
interface Stand {
  readonly kernel: string;
  readonly policy: PolicyId;
}

/**
 * A release, and a policy where it needs one, with the facts of a captured build that this kind of request asks
 * about. The builds are described in {@link captureKernel}.
 */
const standOf = (call: CapturedCall, variant: string, words: Words): Stand => {
  const own = formatKernelVersion(call.mm.facts.version);
  switch (variant) {
    case 'vfio-thp':
      return { kernel: own, policy: 'thp' };
    case 'vfio-peterx-v1':
      return { kernel: own, policy: 'xu1' };
    case 'nofile':
      if (call.request.file === 'vfio') {
        words.remarks.push(
          'Linux 7.3 stands in for this build: it too aligns no VFIO file, and its faults are the same.',
        );
        return { kernel: '7.3', policy: 'shipped' };
      }
      words.remarks.push(
        'The THP helper in vfio stands in for this build: it changes the same rule, and VFIO files beside it.',
      );
      return { kernel: own, policy: 'thp' };
    case 'fault-pfncheck':
      words.remarks.push('Linux 6.12.28 stands in for this build: the last one with its fault test.');
      return { kernel: '6.12.28', policy: 'shipped' };
    case 'fault-v6.12.0':
      words.remarks.push('Linux 6.12.9 stands in for this build: the last one with its fault test.');
      return { kernel: '6.12.9', policy: 'shipped' };
    default:
      return { kernel: own, policy: 'shipped' };
  }
};

/** Numbers of a system call that a Scenario holds; undefined: not exact as a double. */
const exact = ({ base, rest }: Word): number | undefined =>
  rest === 0 || base < 2 ** 53 ? base + rest : undefined;

const wordOr = (w: Word, what: string, words: Words): number => {
  const n = exact(w);
  if (n === undefined) words.notes.push(`Map shows it without the last 12 bits of ${what}.`);
  return n ?? w.base;
};

/** How the captured touch order, advice and prctl() are said in a Scenario. */
const touchOf = (
  row: Json,
  era: CapturedCall['mm']['facts']['faultEra'],
  words: Words,
): { readonly touch: TouchChoice; readonly advice: Scenario['request']['advice'] } => {
  const spec = row['spec'];
  if (!isJson(spec)) return { touch: 'asc', advice: 'none' };
  const order = String(spec['order']).replace(/:.*$/, '');
  const madv = String(spec['madv']);
  let advice: Scenario['request']['advice'] = 'none';
  if (madv === 'huge' || madv === 'nohuge') advice = madv;
  else if (madv === 'prctl') {
    advice = 'nohuge';
    words.remarks.push('prctl(PR_SET_THP_DISABLE) is shown as MADV_NOHUGEPAGE: both forbid huge leaves.');
  }
  if (order === 'asc' || order === 'wasc') return { touch: 'asc', advice };
  if (order === 'desc') return { touch: 'desc', advice };
  const told = (Object.hasOwn(orderWords, order) ? orderWords[order] : undefined) ?? 'in an order of its own';
  // Only where a leaf has to begin at the touched page does it matter which page is touched first.
  if (era === 'hugeExact' || era === 'hugeExactNoPfn')
    words.notes.push(
      `Map shows it without the captured touch order, ${told}: it touches upwards, and on this kernel the order decides the leaves.`,
    );
  else words.remarks.push(`Captured ${told}, shown touched upwards: on this kernel the leaves are the same.`);
  return { touch: 'asc', advice };
};

const orderWords: Readonly<Record<string, string>> = {
  firstmid: 'first, middle, last and three more pages, then all upwards',
  rnd: 'pages at random, then all upwards',
  one: 'one page, then all upwards',
  perm: 'all pages in a pseudo-random order',
};

/**
 * The mmap_base that makes a Scenario's process search upwards from `begin`: the one that the same random draw
 * gives. undefined: none is needed. See processOf().
 */
const baseForLegacy = (call: CapturedCall, stackLimit: number, begin: number): Va | undefined => {
  const { arch } = call.mm;
  const drawn = begin - arch.layout.unmappedBase;
  if (drawn === 0) return undefined;
  const top = mmapLayout(arch, { stackLimit, legacy: false, randomize: true, random: 0 }).mmapBase;
  return va(top - drawn);
};

/** RLIMIT_STACK as a Scenario holds it. */
const stackLimitOf = (row: Json): number => {
  const limit = hex(objectIn(row, 'layout')['rlimit_stack'], 'rlimit_stack');
  return limit >= 2n ** 63n ? Number.POSITIVE_INFINITY : Number(limit);
};

const barOf = (row: Json): Bar | undefined => {
  const bar = objectIn(row, 'request')['bar'];
  if (!isJson(bar)) return undefined;
  return {
    index: Number(hex(bar['region_offset'], 'region_offset') >> 40n),
    base: pa(Number(hex(bar['phys'], 'phys'))),
    size: bytes(Number(hex(bar['size'], 'size'))),
  };
};

/** Flags without those that a Scenario's file kind says by itself. */
const flagsOf = (call: CapturedCall, words: Words): number => {
  const { file, flags } = call.request;
  const hugetlb = file === 'anonHugetlb' || file === 'hugetlbFile';
  if (!hugetlb && flags & MAP.HUGETLB) words.notes.push('Map shows it without MAP_HUGETLB on this file.');
  return (flags & ~(MAP.ANONYMOUS | MAP.HUGETLB)) >>> 0;
};

/** A mapping that no process has, and no link could say. */
const cannotBe = (v: Vma): boolean => v.end > 2 ** 63;

const noSpace = { kind: 'none', reason: 'a mapping above all of user space' } as const;

const calledRow = (row: Json): RowScenario => {
  const words = new Words();
  const call = readCall(row);
  if ('unsupported' in call) return { kind: 'none', reason: call.unsupported };
  const { mm, request, limits } = call;
  const bar = barOf(row);
  if (request.file === 'vfio' && bar === undefined)
    return { kind: 'none', reason: 'the row says nothing of the BAR behind its file' };
  if (mm.space.vmas.some(cannotBe)) return noSpace;
  if (
    bar !== undefined &&
    (bar.index > 5 ||
      bar.size > 2 ** 40 ||
      bar.size <= 0 ||
      bar.size % 4096 !== 0 ||
      bar.base % 4096 !== 0 ||
      bar.base + bar.size > 2 ** 57)
  )
    return { kind: 'none', reason: 'a region that a Scenario cannot hold' };
  const { kernel, policy } = standOf(call, stringIn(row, 'variant'), words);
  const { touch, advice } = touchOf(row, mm.facts.faultEra, words);
  const stackLimit = stackLimitOf(row);
  const { topDown, mmapBase } = mm.space.layout;
  const base = topDown ? mmapBase : baseForLegacy(call, stackLimit, mmapBase);
  if (base !== undefined && !(base >= 0 && base <= 2 ** 57))
    return { kind: 'none', reason: 'an mmap_base outside all of user space' };
  const enabled = row['thp_enabled'];

  let offset = wordOr(request.offset, 'the offset', words);
  if (request.file === 'vfio' && bar !== undefined) {
    offset -= bar.index * 2 ** 40;
    if (offset < 0) return { kind: 'none', reason: 'an offset below the region that the row describes' };
  }
  if (offset % 4096 !== 0) {
    words.notes.push('Map shows it without the part of the offset below a page.');
    offset = Math.floor(offset / 4096) * 4096;
  }
  if (request.prot > 7) words.notes.push('Map shows it without protection bits above 7.');
  if (call.randomStart)
    words.notes.push('Map shows it without the random start that MAP_32BIT drew: it draws 0.');
  const hugetlb = request.file === 'anonHugetlb' || request.file === 'hugetlbFile';
  if (!topDown && hugetlb && !mm.facts.hugetlbCore && mm.arch.family !== 'x86')
    words.notes.push(
      'Map shows it without the mmap_base of a bottom-up process, where this kernel begins to search for huge pages.',
    );
  // What the machine's memory and rights decided, an ordinary process on an ordinary machine does not meet.
  const bounded = mmap(mm, limits, request);
  const free = mmap(mm, ordinaryLimits, request);
  if (bounded.ok !== free.ok || (!bounded.ok && !free.ok && bounded.errno !== free.errno))
    words.notes.push(
      'Map shows it without the memory and the rights of the captured machine, which decide this answer.',
    );
  return {
    kind: 'scenario',
    notes: words.notes,
    remarks: words.remarks,
    scenario: {
      machine: {
        arch: mm.arch.id,
        kernel,
        policy,
        thp: enabled === 'madvise' || enabled === 'never' ? enabled : 'always',
        shmem: request.shmemEnabled,
        cont: 'today',
      },
      device:
        bar === undefined ? defaultScenario.device : { bar, others: [], windows: [], holes: [], ranges: [] },
      space: {
        source: {
          kind: 'pasted',
          name: `${stringIn(row, 'id')} of ${stringIn(row, 'kernel')}`.slice(0, 200),
          vmas: mm.space.vmas,
          mmapBase: base,
        },
        stackLimit,
        legacy: !topDown,
        mmapBase: undefined,
        lid: undefined,
      },
      request: {
        file: request.file,
        offset: bytes(offset),
        length: bytes(wordOr(request.length, 'the length', words)),
        hint: wordOr(request.hint, 'the hint', words),
        flags: flagsOf(call, words),
        prot: request.prot & 7,
        advice,
        touch,
      },
      view: defaultScenario.view,
    },
  };
};

const SEARCH_ARCH = 'x86_64-4';
const x86 = archOf(SEARCH_ARCH);
const TOP = 2 ** 47 - 4096;
const MIN_ADDR = 65_536;

/** A query to the search alone, as the mmap() on Linux 7.3 and x86-64 that asks it; what no mmap() asks has a reason. */
const searched = (row: Json, number: number): RowScenario => {
  const { vmas, searches } = readSearches(row);
  if (vmas.some(cannotBe)) return noSpace;
  const search = searches[number - 1];
  if (search === undefined) return { kind: 'none', reason: 'no such query' };
  const { query, expected } = search;
  const none = (reason: string): RowScenario => ({ kind: 'none', reason });
  if (query.alignMask !== 0)
    return none('it asks the search alone for an alignment; which mask an mmap() uses, its file decides');
  if (query.startGap !== 0) return none('it asks for a start gap, which only a new shadow stack gets');
  if (query.length === 0) return none('it asks for nothing');
  if (query.topDown ? query.lowLimit > MIN_ADDR : query.highLimit !== TOP)
    return none('it searches between limits that no mmap() on x86-64 sets');
  if (query.topDown && query.highLimit > TOP) return none('it searches above user space');
  const notes: string[] = [];
  if (query.topDown && expected === NO_ROOM)
    notes.push('Map shows it without the end of the search: after it mmap() searches once more, upwards.');
  const top = mmapLayout(x86, {
    stackLimit: defaultScenario.space.stackLimit,
    legacy: false,
    randomize: true,
    random: 0,
  }).mmapBase;
  const drawn = query.lowLimit - x86.layout.unmappedBase;
  if (!query.topDown && drawn <= 0)
    return none('it begins below the lowest address at which an mmap() on x86-64 searches upwards');
  return {
    kind: 'scenario',
    notes,
    remarks: ['A file of ramfs asks for it: its hook searches plainly.'],
    scenario: {
      ...defaultScenario,
      machine: { ...defaultScenario.machine, arch: SEARCH_ARCH, kernel: '7.3' },
      space: {
        source: {
          kind: 'pasted',
          name: `search vectors, query ${number}`,
          vmas,
          mmapBase: query.topDown ? va(query.highLimit) : va(top - drawn),
        },
        stackLimit: defaultScenario.space.stackLimit,
        legacy: !query.topDown,
        mmapBase: undefined,
        lid: undefined,
      },
      request: {
        ...defaultScenario.request,
        file: 'ramfs',
        offset: bytes(0),
        length: bytes(query.length),
        hint: 0,
        flags: MAP.PRIVATE,
        prot: 1,
      },
    },
  };
};

/**
 * The Scenario whose Map shows one captured case: the process as pasted VMAs with its own mmap_base, the kernel with
 * its architecture and switches, the request. `query` is the number of a query, from 1, where the row holds search
 * vectors. Where a Scenario cannot say something it is named in `notes`. Never throws on bad input.
 */
export const scenarioOfRow = (row: unknown, query = 1): RowScenario => {
  if (!isJson(row)) return { kind: 'none', reason: 'not a JSON object' };
  const kind = kindOf(row);
  if (kind === undefined) return { kind: 'none', reason: 'not a captured case' };
  const read = reading(() => (kind === 'search' ? searched(row, query) : calledRow(row)));
  return 'malformed' in read ? { kind: 'none', reason: read.malformed } : read.value;
};
