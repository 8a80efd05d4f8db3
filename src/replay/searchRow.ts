import { NO_ROOM, vmUnmappedArea } from '../placement/search.ts';
import { buildGapIndex } from '../space/gapIndex.ts';
import { stackGuardGap } from '../space/mmapLayout.ts';
import type { Vma } from '../space/vma.ts';
import { va } from '../units.ts';
import { arrayIn, hex, isJson, type Json, malformed, numberIn, pageHex, reading } from './json.ts';
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

/** Runs every query of one line of the vm_unmapped_area vectors; one verdict a query. */
export const replaySearches = (row: Json): readonly Verdict[] => {
  const read = reading(() => {
    const index = buildGapIndex(arrayIn(row, 'vmas').map(readVma), {
      stackGuardGap: stackGuardGap(4096),
      shadowStackGuard: 4096,
    });
    return arrayIn(row, 'q').map((q): Verdict => {
      if (!isJson(q)) return malformed('a query is not an object');
      const got = vmUnmappedArea(
        index,
        { minAddr: MIN_ADDR, guards: true },
        {
          topDown: numberIn(q, 'td') === 1,
          length: pageHex(q['len'], 'len'),
          lowLimit: pageHex(q['low'], 'low'),
          highLimit: pageHex(q['high'], 'high'),
          alignMask: pageHex(q['mask'], 'mask'),
          alignOffset: pageHex(q['off'], 'off'),
          startGap: pageHex(q['gap'], 'gap'),
        },
      );
      const expected = q['r'] === NO_ROOM ? NO_ROOM : Number(hex(q['r'], 'r'));
      return got === expected ? MATCHED : { kind: 'differs', expected: show(expected), got: show(got) };
    });
  });
  return 'malformed' in read ? [{ kind: 'malformed', reason: read.malformed }] : read.value;
};
