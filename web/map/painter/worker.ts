import { defaultScenario, type Scenario, type SpaceSource } from '../../../src/scenario/scenario.ts';
import type { Vma } from '../../../src/space/vma.ts';
import { canvasMeasure } from '../../draw/canvas.ts';
import { solutionOf } from '../../state/solution.ts';
import { canvasSize, paintPicture, pictureOf } from '../frame.ts';
import { type Frame, type Order, type Painting, unpackVmas } from './orders.ts';

/** What of a worker's own scope is used here: the types of a page and of a worker cannot be loaded together. */
interface Scope {
  onmessage: ((event: MessageEvent<Order>) => void) | null;
  readonly postMessage: (frame: Frame, transfer: Transferable[]) => void;
}
const scope = self as unknown as Scope;

const canvas = new OffscreenCanvas(1, 1);
const context = canvas.getContext('2d');
if (context === null) throw new Error('no canvas beside the page');
const measure = canvasMeasure(context);

/** VMAs told so far, and the address space made of them once all are. */
let vmas: Vma[] = [];
let source: SpaceSource | undefined;

let painting: Painting | undefined;

const paint = ({ id, changes }: Extract<Order, { readonly order: 'paint' }>): void => {
  // The first order has all of it.
  painting = { ...painting, ...changes } as Painting;
  const { part, space, kept, look, ...rest } = painting;
  const scenario: Scenario = {
    ...defaultScenario,
    ...rest,
    // The same object each time: what is known of an address space is known by it.
    space: kept && source !== undefined ? { ...space, source } : space,
    view: { ...defaultScenario.view, map: { ...defaultScenario.view.map, part } },
  };
  const solution = solutionOf(scenario);
  const picture = pictureOf(scenario, solution, look, measure);
  const { w, h } = canvasSize(picture, look);
  if (canvas.width !== w || canvas.height !== h) {
    canvas.width = w;
    canvas.height = h;
  }
  paintPicture(context, picture, look);
  const bitmap = canvas.transferToImageBitmap();
  scope.postMessage({ id, bitmap, height: picture.height, view: picture.first?.view }, [bitmap]);
};

scope.onmessage = ({ data }) => {
  switch (data.order) {
    case 'vmas':
      if (data.first) vmas = [];
      for (const vma of unpackVmas(data.vmas)) vmas.push(vma);
      source = data.last && { ...data.last, vmas };
      return;
    case 'paint':
      paint(data);
      return;
  }
};
