import type { Scenario } from '../../../src/scenario/scenario.ts';
import type { Solution } from '../../../src/solve.ts';
import { formatCount } from '../../../src/text.ts';
import type { Ink } from '../../draw/marks.ts';
import { HALL, HALL_SMALL, type HallScene, largest } from '../../picture/hall.ts';
import { fitText, write } from '../../picture/sheet.ts';
import type { Sheet } from '../../picture/types.ts';
import { dmaFacts, rampOf } from './answer.ts';
import { drawDma } from './picture.ts';
import { pictureOf } from './pictureOf.ts';

/** Where the numbers stand. */
const NUMBERS = HALL.width - 150;

const writeNumber = (s: Sheet, y: number, figure: string, what: string, ink: Ink): void => {
  const room = HALL.width - NUMBERS;
  const fit = largest(s, [figure], [46, 40, 34, 28, 22], room, { weight: 700 });
  const size = fit?.size ?? HALL_SMALL;
  write(s, {
    x: NUMBERS,
    y: y - 8,
    text: fitText(s, figure, room, { weight: 700, size }),
    size,
    weight: 700,
    ink,
  });
  write(s, { x: NUMBERS, y: y + size / 2 + 4, text: what, size: 14, weight: 600, ink: 'ink' });
};

/** The lab of DMA for a hall: three rulers with two tables between them, and a number beside each table. */
export const dmaOnStage = (scenario: Scenario, solution: Solution): HallScene | undefined => {
  const facts = dmaFacts(scenario, solution);
  if (facts === undefined) return undefined;
  const { result } = facts;
  const input = pictureOf(facts);
  const steps = result.ok ? formatCount(result.pinning.steps) : result.errno;
  const stepWords = result.ok && result.pinning.steps === 1 ? 'step' : 'steps';
  const [first] = input.iommu;
  const leaves = result.ok ? formatCount(result.leaves) : '0';
  const leafWords = result.ok && result.leaves === 1 ? 'IOMMU leaf' : 'IOMMU leaves';
  return {
    number: undefined,
    draw: (height, measure) => {
      const s: Sheet = { marks: [], hits: [], measure };
      const picture = drawDma({ ...input, width: HALL.width, measure, at: undefined, hall: height });
      s.marks.push(...picture.marks);
      const [iommu, cpu] = picture.tables;
      const kindOf = (size: number): Ink => `${rampOf(size, input.bounds)}.text`;
      writeNumber(
        s,
        iommu,
        leaves,
        result.ok && result.leaves === 1 ? 'leaf' : 'leaves',
        first === undefined ? 'red' : kindOf(first.size),
      );
      const leaf = facts.cpu.leaves[0]?.kind;
      writeNumber(
        s,
        cpu,
        steps,
        result.ok ? stepWords : '',
        !result.ok ? 'red' : leaf === undefined ? 'ink' : `${leaf}.text`,
      );
      return s.marks;
    },
    words: `${steps} ${result.ok ? stepWords : ''} over the CPU’s leaves; ${leaves} ${leafWords}.`,
  };
};
