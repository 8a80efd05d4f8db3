import { formatAddress, formatCount, formatSize } from '../../src/text.ts';
import type { SearchStep } from './searchSteps.ts';

const range = (from: number, to: number): string => `${formatAddress(from)} to ${formatAddress(to)}`;

const partName = (part: 'head' | 'gap' | 'tail'): string => {
  switch (part) {
    case 'head':
      return 'below its mapping';
    case 'gap':
      return 'between its mappings';
    case 'tail':
      return 'above its mapping';
  }
};

const programSentence = (step: Extract<SearchStep, { kind: 'program' }>['step']): string => {
  switch (step.kind) {
    case 'reserve':
      return `The program reserves room for its next area: ${range(step.start, step.end)}.`;
    case 'roundUp':
      return step.from === step.to
        ? `The program has ${formatAddress(step.to)}, a multiple of ${formatSize(step.align)} already.`
        : `The program rounds ${formatAddress(step.from)} up to a multiple of ${formatSize(step.align)}: ${formatAddress(step.to)}.`;
    case 'unmap':
      return `The program unmaps the ${formatSize(step.end - step.start)} ${partName(step.part)}.`;
    case 'map':
      return `The program maps the device at ${range(step.start, step.end)}${step.fixed ? ' with MAP_FIXED' : ''}.`;
    case 'failed':
      return `The call to ${step.call === 'map' ? 'map the device' : 'reserve room'} fails, and the program gives up.`;
  }
};

/** A step in a sentence, with its numbers. */
export const stepSentence = (step: SearchStep): string => {
  switch (step.kind) {
    case 'begin': {
      const extra = step.needed - step.length;
      const gap =
        extra === 0
          ? `a gap of ${formatSize(step.needed)}`
          : `a gap of ${formatSize(step.length)} + ${formatSize(extra)}, so that alignment has room in any gap`;
      const program =
        step.reserves === undefined
          ? ''
          : `The program reserves ${formatSize(step.reserves)}, to cut its place out of it. `;
      return step.topDown
        ? `${program}The search starts at ${formatAddress(step.high)} and goes down to ${formatAddress(step.low)}, for ${gap}.`
        : `${program}The search starts at ${formatAddress(step.low)} and goes up to ${formatAddress(step.high)}, for ${gap}.`;
    }
    case 'passed':
      return `The gap at ${range(step.from, step.to)} is too small: ${formatSize(step.size)}, and ${formatSize(step.needed)} is needed. ${formatSize(step.shortfall)} is missing.`;
    case 'guarded':
      return `The gap at ${range(step.from, step.to)} is large enough: ${formatSize(step.size)}. But ${formatSize(step.guard)} below ${formatAddress(step.guardStart + step.guard)} is the guard of the mapping there, so the search goes on ${step.topDown ? 'below' : 'above'} ${formatAddress(step.limit)}.`;
    case 'taken':
      return `The gap at ${range(step.from, step.to)} is large enough: ${formatSize(step.size)}. The mapping goes to its ${step.search.topDown ? 'top' : 'bottom'}.`;
    case 'none':
      return `No gap of ${formatSize(step.needed)} is left: this search has failed.`;
    case 'fallback':
      return step.topDown
        ? 'Nothing fits below mmap_base: a second search covers what lies above it.'
        : 'Nothing fits from mmap_base down: a second search begins, from the bottom up.';
    case 'hint':
      return step.verdict === 'taken'
        ? `The hint ${formatAddress(step.hint)} is free for ${formatSize(step.length)}: it is taken, and nothing is searched.`
        : `The hint ${formatAddress(step.hint)} is refused: ${step.verdict}.`;
    case 'pad':
      return `To align to ${formatSize(step.size)}, the kernel asks for more than the mapping needs: ${formatSize(step.length)}.`;
    case 'padGaveUp':
      return `Alignment to ${formatSize(step.size)} is given up: ${step.why}.`;
    case 'congruent':
      return `In what was found the mapping moves up by ${formatSize(step.added)}, to an address congruent modulo ${formatSize(step.size)}.`;
    case 'masked':
      return step.addr === undefined
        ? `No gap has room for a mapping aligned to ${formatSize(step.size)}.`
        : `${formatAddress(step.addr)} is congruent modulo ${formatSize(step.size)}.`;
    case 'unaligned':
      return `No alignment is asked for: ${step.why}.`;
    case 'program':
      return programSentence(step.step);
    case 'done':
      return step.placement.ok
        ? `The mapping is at ${range(step.placement.start, step.placement.end)}.`
        : `mmap() fails: ${step.placement.refusal}.`;
  }
};

/** `Step 3 of 18`. */
export const stepCount = (i: number, count: number): string =>
  `Step ${formatCount(i + 1)} of ${formatCount(count)}`;
