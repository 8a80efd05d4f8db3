import { type Call, type Count, type CounterId, type Judged, judge } from '../../../src/memmap/counters.ts';
import { type Layout, pageOf, sectionOf } from '../../../src/memmap/layout.ts';
import type { MemmapKind, Passed } from '../../../src/memmap/setup.ts';
import { formatCount } from '../../../src/text.ts';

const n = formatCount;

/** Short names for heads of columns. */
export const shortNames: Readonly<Record<CounterId, string>> = {
  V1: 'V1',
  V2: 'V2',
  V3: 'V3',
  V3fixed: 'V3′',
  V4: 'V4',
  V5: 'V5',
  J1: 'J1',
  J2: 'J2',
  J3: 'J3',
};

/** How the ways of laying the memmap out are called. */
export const kindNames: Readonly<Record<MemmapKind, string>> = {
  boot612: 'sparse, as 6.12 boots: ascending',
  boot73: 'sparse, as 7.3 boots: descending',
  padded: 'sparse, a spare page between blocks',
  hotplug: 'sparse, each block where you put it',
  vmemmap: 'vmemmap: one virtual array',
  flat: 'flat: one array',
};

/** An answer beside the truth, in a few words. */
export const verdictWords = (answer: number, right: number): string => {
  if (answer === right) return 'right';
  if (answer < right) return 'short but safe';
  return answer - right === 1 ? 'too long: 1 wrong frame' : `too long: ${n(answer - right)} wrong frames`;
};

/** What became of a first page that is no memory, and why. */
export const passedWords = ({ asked, section, first }: Passed): string =>
  `PFN ${n(asked)} lies in section ${n(section)}, a hole: begins at PFN ${n(first)}, the ${first > asked ? 'next' : 'last'} page of memory.`;

/** Why a counter stopped where it did: the step, and what it compared there. */
export const stopWords = (id: CounterId, layout: Layout, pfns: readonly number[], count: Count): string => {
  const s = layout.pagesPerSection;
  const first = pfns[0] ?? 0;
  const at = count.answer;
  const pfn = pfns[at] ?? 0;
  const step = `Stops at i = ${n(at)}, PFN ${n(pfn)}`;
  switch (count.stop) {
    case 'end':
      return 'Took every page of the list';
    case 'pointer': {
      const [has, from] = [pageOf(layout, pfn), pageOf(layout, first)];
      if (id === 'V1' && layout.model === 'sparse')
        return `${step}: its struct page is ${n(has ?? 0)}, that of PFN ${n(first + at)} is ${n(pageOf(layout, first + at) ?? 0)}`;
      return `${step}: its struct page is ${n(has ?? 0)}, not ${n(from ?? 0)} + ${n(at)}`;
    }
    case 'section':
      return `${step}: the pointer goes on, but into section ${n(sectionOf(layout, pfn))} from ${n(sectionOf(layout, first))}`;
    case 'absent':
      return `${step}: PFN ${n(first + at)} should come, and section ${n(sectionOf(layout, first + at))} has no memmap to ask`;
    case 'limit':
      return id === 'V3'
        ? `Limit ${n(s)} − (${n(first)} AND ${n(s)}) = ${n(s - (sectionOf(layout, first) % 2) * s)}, so ${at === 1 ? 'the loop is not entered' : `${n(at)} pages`}`
        : `Limit ${n(s)} − ${n(first)} mod ${n(s)} = ${n(s - (first % s))}, the end of section ${n(sectionOf(layout, first))}`;
  }
};

/** Calls that answered alike, one after the other. */
export interface CallGroup {
  readonly answer: number;
  readonly times: number;
  /** They took frames for neighbours that are none. */
  readonly wrong: boolean;
  /** Index of the first of them in the list. */
  readonly from: number;
}

/** The answers of call after call, alike ones together. */
export const groupCalls = (made: readonly Call[]): readonly CallGroup[] => {
  const out: CallGroup[] = [];
  for (const { from, answer, truth } of made) {
    const wrong = answer > truth;
    const before = out.at(-1);
    if (before !== undefined && before.answer === answer && before.wrong === wrong)
      out[out.length - 1] = { ...before, times: before.times + 1 };
    else out.push({ answer, times: 1, wrong, from });
  }
  return out;
};

/** As a line: `4, 4` or, of many, `8 × 1` for eight calls of one page. */
export const groupWords = ({ answer, times }: CallGroup): string =>
  times <= 3 ? Array.from({ length: times }, () => n(answer)).join(', ') : `${n(times)} × ${n(answer)}`;

/** The work of call after call. */
export const workWords = (made: readonly Call[]): string => {
  const looked = made.reduce((sum, c) => sum + c.looked, 0);
  return `${n(looked)} ${looked === 1 ? 'look' : 'looks'}`;
};

/** What is said when the answers change: the counters that go wrong, then those that are short. */
export const spokenWords = (
  title: string,
  answers: readonly { readonly id: CounterId; readonly answer: number }[],
  right: number,
  pfns: readonly number[],
): string => {
  const of = (judged: Judged): readonly string[] =>
    answers.filter(a => judge(a.answer, pfns) === judged).map(a => `${shortNames[a.id]} ${n(a.answer)}`);
  const [unsafe, short] = [of('unsafe'), of('short')];
  const parts = [
    ...(unsafe.length > 0 ? [`Too long: ${unsafe.join(', ')}.`] : ['No counter is wrong.']),
    ...(short.length > 0 ? [`Short: ${short.join(', ')}.`] : []),
  ];
  return `${title}. Truth ${n(right)} of ${n(pfns.length)}. ${parts.join(' ')}`;
};
