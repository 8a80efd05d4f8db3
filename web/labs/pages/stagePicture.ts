import { counterOf, counters, countOn, judge, truth } from '../../../src/memmap/counters.ts';
import { pagesOf, pfnsOf, readSetup, type Setup } from '../../../src/memmap/setup.ts';
import type { PagesLabView } from '../../../src/scenario/scenario.ts';
import { formatCount } from '../../../src/text.ts';
import type { Ink, Measure } from '../../draw/marks.ts';
import { HALL, type HallScene, type StageNumber } from '../../picture/hall.ts';
import { check, cross, fitText, write } from '../../picture/sheet.ts';
import type { Sheet } from '../../picture/types.ts';
import { drawMemory, type Picture } from './picture.ts';

/** The line below the rows: how many counters are right, wrong, and short. */
interface Judgement {
  readonly text: string;
  readonly ink: Ink;
}

const judgementsOf = (setup: Setup, pfns: readonly number[]): readonly Judgement[] => {
  const answers = counters.map(counter => ({
    title: counter.title,
    answer: countOn(counter, setup.layout, pfns).answer,
  }));
  const of = (what: ReturnType<typeof judge>) => answers.filter(a => judge(a.answer, pfns) === what);
  const [wrong, short] = [of('unsafe'), of('short')];
  const right = answers.length - wrong.length - short.length;
  const names = wrong.map(a => `${a.title} ${formatCount(a.answer)}`).join(', ');
  return [
    ...(wrong.length === 0 ? [] : [{ text: `too long: ${names}`, ink: 'red' as const }]),
    { text: `${right} of ${answers.length} counters right`, ink: 'ink' as const },
    ...(short.length === 0 ? [] : [{ text: `${short.length} short but safe`, ink: 'mut' as const }]),
  ];
};

const SMALLEST = 12;
/** How high a row may be, the highest first. */
const ROWS: readonly number[] = [38, 34, 28, 22];
/** Room for the line below them. */
const LAST = 22;

/** Which counters are wrong, in one line. */
const writeJudgements = (s: Sheet, all: readonly Judgement[], y: number): void => {
  const style = { size: SMALLEST + 1, weight: 600 };
  let x = 0;
  for (const { text, ink } of all) {
    const rest = HALL.width - x;
    const before = ink === 'mut' ? 0 : 20;
    const shown = fitText(s, text, rest - before, style);
    if (shown === '') return;
    if (ink === 'red') cross(s, x + 7, y, 5);
    else if (before > 0) check(s, x + 6, y, ink);
    x += before + write(s, { x: x + before, y, text: shown, ...style, ink }) + 26;
  }
};

/** What comparing pointers says, against the truth. */
const numberOf = (setup: Setup, pfns: readonly number[]): StageNumber => {
  const right = truth(pfns);
  const { answer } = countOn(counterOf('V2'), setup.layout, pfns);
  return {
    figure: formatCount(answer),
    what: `${answer === 1 ? 'page' : 'pages'} by their pointers, ${formatCount(right)} in truth`,
    tone: answer > right ? 'bad' : 'plain',
  };
};

/** The lab of struct pages for a hall: frames over their memmap, the seams, and which counters are wrong. */
export const pagesOnStage = (view: PagesLabView): HallScene | undefined => {
  const read = readSetup(view.memory);
  if (!read.ok || pagesOf(read.value.runs) === 0) return undefined;
  const setup = read.value;
  const own = view.drawnFor === 'none' ? undefined : counterOf(view.drawnFor);
  const pfns = pfnsOf(setup.runs);
  const number = numberOf(setup, pfns);
  const judgements = judgementsOf(setup, pfns);
  const layout = own?.layout(setup.layout) ?? setup.layout;
  const rows = (height: number, measure: Measure, seamless: boolean): Picture => {
    const drawn = (rowHeight: number): Picture =>
      drawMemory(setup, layout, {
        width: HALL.width,
        measure,
        type: { text: 14, small: SMALLEST, rowHeight },
        drawnFor: own?.id,
        few: true,
        seamless,
      });
    // Many seams have many words: the rows make room for them.
    return ROWS.map(drawn).find(p => p.height <= height - LAST) ?? drawn(ROWS.at(-1) ?? 0);
  };
  return {
    number,
    draw: (height, measure) => {
      const s: Sheet = { marks: [], hits: [], measure };
      const picture = rows(height, measure, false);
      s.marks.push(...picture.marks);
      writeJudgements(s, judgements, Math.min(height - 14, Math.max(picture.height + 12, height - 26)));
      return s.marks;
    },
    asked: (height, measure) => rows(height, measure, true).marks,
    words: `${number.figure} ${number.what}. ${judgements.map(j => j.text).join('; ')}.`,
  };
};
