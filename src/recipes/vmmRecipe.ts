import { formatKernelVersion } from '../kernel/version.ts';
import { type LeafRun, leafCount } from '../leaves/runs.ts';
import { leavesText } from '../leaves/words.ts';
import type { Area } from '../placement/policies/userSpace.ts';
import { policyOf } from '../placement/policies.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { type DeviceAnswer, deviceAnswer, programAreas, type Solution, solve } from '../solve.ts';
import { formatCount, formatSize, type Read } from '../text.ts';
import { alignUp, type Bytes, bytes, formatPower, mod, va } from '../units.ts';
import { cHex, inComment, linkInComment } from './cText.ts';

/** How a VMM reserves and maps so that every area gets the best leaves, and what that wins. */
export interface VmmRecipe {
  /** A C function in a small file of its own. */
  readonly code: string;
  /** What it wins, in a sentence. */
  readonly says: string;
  /** The range reserved begins at the first area and ends with the last: bytes. */
  readonly length: Bytes;
  /** The size of the largest leaf that can appear: a power of two, in bytes. */
  readonly align: Bytes;
  /** The range must start at this modulo {@link align}. */
  readonly residue: Bytes;
  /** Bytes of the region, in ascending order. */
  readonly areas: readonly Area[];
  /** Faults of touching everything, and leaves, once it is mapped so. */
  readonly faults: number;
  readonly leaves: number;
}

/** A multiple of every leaf size: only residues count. */
const SOMEWHERE = 2 ** 37;

interface Promised {
  readonly runs: readonly LeafRun[];
  readonly faults: number;
}

/** What the areas get when the range starts at `start`. Seams of physical memory inside an area end its leaves. */
const promiseAt = (
  scenario: Scenario,
  { prepared }: Solution,
  areas: readonly Area[],
  start: number,
): Promised => {
  const first = areas[0]?.offset ?? 0;
  const answers = areas.map(
    (area): DeviceAnswer =>
      deviceAnswer(
        scenario,
        prepared,
        va(start + (area.offset - first)),
        va(start + (area.offset - first) + area.size),
        area.offset,
      ),
  );
  return {
    runs: answers.flatMap(answer => answer.leaves),
    faults: answers.reduce((sum, answer) => sum + answer.faults, 0),
  };
};

const faultsText = (n: number): string => (n === 1 ? '1 fault' : `${formatCount(n)} faults`);

const winsOf = (promise: Promised, { total, placement }: Solution): string => {
  const gets = `${leavesText(promise.runs)} with ${faultsText(promise.faults)}`;
  if (total === undefined)
    return placement.ok ? `${gets}.` : `${gets}, where the request as it is gets no mapping.`;
  const before = leafCount(total.leaves);
  if (before > leafCount(promise.runs) || total.faults > promise.faults)
    return `${gets} instead of ${faultsText(total.faults)} (${leavesText(total.leaves)}).`;
  return `${gets}, as the mapping has now; this makes sure of it.`;
};

const codeOf = (input: {
  readonly scenario: Scenario;
  readonly solution: Solution;
  readonly recipe: Omit<VmmRecipe, 'code'>;
  readonly link: string | undefined;
}): string => {
  const { scenario, solution, recipe, link } = input;
  const { prepared } = solution;
  const { bar } = scenario.device;
  const [first] = recipe.areas;
  const natural = mod(bar.base, recipe.align) === 0;
  const size = formatPower(recipe.align);
  const advise =
    scenario.request.advice === 'huge'
      ? '		madvise(at, areas[i].size, MADV_HUGEPAGE); /* transparent_hugepage/enabled is madvise */\n'
      : '';
  const why = natural
    ? [
        `The BAR lies at a multiple of ${size}, so an address that agrees with the offset in the BAR`,
        `modulo ${size} agrees with the physical address, too: VA - offset is a multiple of ALIGN.`,
      ]
    : [
        `The BAR lies at no multiple of ${size}, so the offset is not enough: VA - PA must be a multiple`,
        'of ALIGN. RESIDUE holds for the physical address of this BAR only; read it from sysfs.',
      ];
  return `/*
 * Maps BAR ${bar.index} so that Linux can use its largest leaves.
 *
${link === undefined ? '' : ` * ${linkInComment(link)}\n *\n`} * Linux ${formatKernelVersion(prepared.version)} on ${inComment(prepared.arch.label)}:
 * ${inComment(recipe.says)}
 *
 * ${why.join('\n * ')}
 */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64

#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/types.h>

#define ALIGN ${cHex(recipe.align)}   /* ${size}: the largest leaf that fits */
#define RESIDUE ${cHex(recipe.residue)} /* of the first area's physical address, modulo ALIGN */
#define LENGTH ${cHex(recipe.length)}  /* from the first area to the end of the last */

static const struct area {
	uint64_t offset, size; /* bytes of the region, as VFIO_REGION_INFO_CAP_SPARSE_MMAP has them */
} areas[] = {
${recipe.areas.map(area => `	{ ${cHex(area.offset)}, ${cHex(area.size)} }, /* ${inComment(formatSize(area.size))} */`).join('\n')}
};

void *map_region(int device, off_t region, int prot);

/*
 * 'device' is the VFIO device file, 'region' the offset that VFIO_DEVICE_GET_REGION_INFO gives. Returns where
 * byte ${cHex(first?.offset ?? 0)} of the region is mapped, or MAP_FAILED with errno set and nothing left behind.
 */
void *map_region(int device, off_t region, int prot)
{
	char *room, *start;
	uint64_t skip;
	size_t i;

	/* Room enough for a start with the right residue, wherever the kernel puts it. */
	room = mmap(NULL, LENGTH + ALIGN, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (room == MAP_FAILED)
		return MAP_FAILED;
	skip = (RESIDUE - (uint64_t)(uintptr_t)room) & (ALIGN - 1);
	start = room + skip;
	if (skip > 0)
		munmap(room, skip);
	if (skip < ALIGN)
		munmap(start + LENGTH, ALIGN - skip);

	/*
	 * The reservation holds the place until it is replaced, so MAP_FIXED hits nobody else. What
	 * lies between the areas stays PROT_NONE.
	 */
	for (i = 0; i < sizeof(areas) / sizeof(areas[0]); i++) {
		void *at = start + (areas[i].offset - areas[0].offset);

		if (mmap(at, areas[i].size, prot, MAP_SHARED | MAP_FIXED, device,
			 region + (off_t)areas[i].offset) == MAP_FAILED) {
			munmap(start, LENGTH);
			return MAP_FAILED;
		}
${advise}	}
	return start;
}
`;
};

/**
 * The reservation for a VMM: one range from the first area to the last, aligned so that VA and PA agree modulo the
 * largest leaf that these areas can have under the Scenario's kernel, architecture and switches. What it promises is
 * the engine's answer at such an address, in the Scenario's touch order. Where no address helps the reason is given.
 *
 * `link` leads back to the Scenario, in a comment. Never throws.
 */
export const vmmRecipe = (scenario: Scenario, link?: string): Read<VmmRecipe> => {
  const no = (reason: string): Read<VmmRecipe> => ({ ok: false, reason });
  const { request, device } = scenario;
  if (request.file !== 'vfio') return no('The recipe is for device memory; this maps another file.');
  if (policyOf(scenario.machine.policy).kind === 'none') return no('A machine without MMU places nothing.');
  if (request.length === 0) return no('The length is 0.');
  const solution = solve(scenario);
  const { page } = solution.prepared.arch;
  const areas = programAreas(scenario).map(area => ({ ...area, size: bytes(alignUp(area.size, page)) }));
  const [first] = areas;
  const last = areas.at(-1);
  if (first === undefined || last === undefined)
    return no('The holes in the BAR leave nothing of the range to map.');
  if (last.offset + last.size > alignUp(device.bar.size, page)) return no('The range ends beyond the BAR.');
  if (areas.some((area, i) => mod(area.offset, page) !== 0 || area.offset < endOf(areas[i - 1])))
    return no('The areas do not begin at pages of this machine.');
  if (mod(device.bar.base, page) !== 0) return no('The BAR does not begin at a page of this machine.');
  const { placement } = solution;
  if (!placement.ok && placement.refusal === 'not a mappable BAR')
    return no('vfio-pci offers this BAR for reading and writing only.');

  // Each area has the start that is best for itself; the one that is best for all of them is taken. A start may agree
  // modulo more than was asked for, so the worst one of those that differ there is what can be promised: the fewest
  // whole blocks fit where an area begins at a boundary of a larger leaf, or as little as possible behind one.
  const at = (start: number): Promised => promiseAt(scenario, solution, areas, start);
  const larger = (align: number): readonly number[] =>
    solution.prepared.arch.pfnLeaves.map(leaf => leaf.size as number).filter(size => size > align);
  const surely = (start: number, align: number): Promised => {
    const starts = new Set([start, start + align]);
    for (const size of larger(align))
      for (const area of areas) {
        const begin = start + (area.offset - first.offset);
        const lowest = start - (mod(begin, size) - mod(begin, align));
        for (const one of [lowest, lowest + align]) starts.add(one);
      }
    return [...starts].map(at).reduce((a, b) => (leafCount(a.runs) < leafCount(b.runs) ? b : a));
  };
  const candidates = areas.map(area => {
    const answer = deviceAnswer(
      scenario,
      solution.prepared,
      va(SOMEWHERE),
      va(SOMEWHERE + area.size),
      area.offset,
    );
    const { modulus, residue } = answer.best;
    return { align: modulus, residue: bytes(mod(residue - (area.offset - first.offset), modulus)) };
  });
  const tried = candidates.map(candidate => ({
    ...candidate,
    promise: surely(SOMEWHERE + candidate.residue, candidate.align),
  }));
  const best = tried.reduce((a, b) =>
    leafCount(b.promise.runs) < leafCount(a.promise.runs) ||
    (leafCount(b.promise.runs) === leafCount(a.promise.runs) && b.align < a.align)
      ? b
      : a,
  );
  if (best.align <= page || best.promise.runs.every(run => run.size <= page))
    return no(
      `No address gives more than ${formatPower(page)} leaves here: ${noLeafReason(solution, candidates.length)}`,
    );
  const recipe = {
    says: winsOf(best.promise, solution),
    length: bytes(endOf(last) - first.offset),
    align: best.align,
    residue: best.residue,
    areas,
    faults: best.promise.faults,
    leaves: leafCount(best.promise.runs),
  };
  return { ok: true, value: { ...recipe, code: codeOf({ scenario, solution, recipe, link }) } };
};

const endOf = (area: Area | undefined): number => (area === undefined ? 0 : area.offset + area.size);

const noLeafReason = ({ prepared, device }: Solution, areas: number): string => {
  const { arch, facts } = prepared;
  if (arch.pfnLeaves.every(leaf => leaf.size <= arch.page || leaf.since === undefined))
    return 'Linux has none for device memory on this architecture.';
  switch (facts.faultEra) {
    case 'premap':
    case 'fullRemap':
    case 'perPage':
    case 'fullInsert':
      return 'this kernel maps device memory by pages; 6.12.10 and newer do not.';
    case 'hugeExactNoPfn':
    case 'hugeExact':
    case 'hugeAligned':
      break;
  }
  if (device?.rules.verdicts.some(v => !v.usable && v.refusal.kind === 'policy') === true)
    return 'the THP switches forbid it.';
  return areas > 1 ? 'the areas are too short.' : 'the range is too short, or was touched from its end.';
};
