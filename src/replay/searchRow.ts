import { NO_ROOM, type SearchQuery, vmUnmappedArea } from '../placement/search.ts';
import { buildGapIndex } from '../space/gapIndex.ts';
import { stackGuardGap } from '../space/mmapLayout.ts';
import type { Vma } from '../space/vma.ts';
import { va } from '../units.ts';
import { arrayIn, ascending, hex, isJson, type Json, malformed, numberIn, pageHex, reading } from './json.ts';
import { MATCHED, type Verdict } from './verdict.ts';

const MIN_ADDR = 65_536;

const readVma = (x: unknown): Vma => {
  if (!Array.isArray(x) || x.length !== 3) return malformed('a VMA is not [start, end, kind]');
  const [start, end, kind] = x as readonly unknown[];
  return {
    start: va(pageHex(start, 'start')),
    end: va(pageHex(end, 'end')),
    growsDown: kind === 1,
    shadowStack: false,
    perms: '----',
    name: '',
  };
};

const show = (addr: number): string => (addr === NO_ROOM ? 'ENOMEM' : `0x${BigInt(addr).toString(16)}`);

/** One query of the search vectors, and what the kernel's own code answered. */
export interface CapturedSearch {
  readonly query: SearchQuery;
  /** The address, or {@link NO_ROOM}. */
  readonly expected: number;
}

/** The address space of a line of search vectors, and its queries. Throws only what {@link reading} catches. */
export const readSearches = (
  row: Json,
): { readonly vmas: readonly Vma[]; readonly searches: readonly CapturedSearch[] } => ({
  vmas: ascending(arrayIn(row, 'vmas').map(readVma)),
  searches: arrayIn(row, 'q').map((q): CapturedSearch => {
    if (!isJson(q)) return malformed('a query is not an object');
    return {
      query: {
        topDown: numberIn(q, 'td') === 1,
        length: pageHex(q['len'], 'len'),
        lowLimit: pageHex(q['low'], 'low'),
        highLimit: pageHex(q['high'], 'high'),
        alignMask: pageHex(q['mask'], 'mask'),
        alignOffset: pageHex(q['off'], 'off'),
        startGap: pageHex(q['gap'], 'gap'),
      },
      expected: q['r'] === NO_ROOM ? NO_ROOM : Number(hex(q['r'], 'r')),
    };
  }),
});

/** What the kernel and the engine answer to one query; an address, or ENOMEM. */
export interface ComparedSearch {
  readonly expected: string;
  readonly got: string;
  readonly same: boolean;
}

/** Runs every query of one line of the vm_unmapped_area vectors beside what the kernel's code answered. */
export const compareSearches = (
  row: Json,
): { readonly value: readonly ComparedSearch[] } | { readonly malformed: string } =>
  reading(() => {
    const { vmas, searches } = readSearches(row);
    const index = buildGapIndex(vmas, {
      stackGuardGap: stackGuardGap(4096),
      shadowStackGuard: 4096,
    });
    return searches.map(({ query, expected }) => {
      const got = vmUnmappedArea(index, { minAddr: MIN_ADDR, guards: true }, query);
      return { expected: show(expected), got: show(got), same: got === expected };
    });
  });

/** Runs every query of one line of the vm_unmapped_area vectors; one verdict a query. */
export const replaySearches = (row: Json): readonly Verdict[] => {
  const compared = compareSearches(row);
  if ('malformed' in compared) return [{ kind: 'malformed', reason: compared.malformed }];
  return compared.value.map(({ expected, got, same }) =>
    same ? MATCHED : { kind: 'differs', expected, got },
  );
};
