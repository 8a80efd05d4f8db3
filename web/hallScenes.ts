import type { LabId, Scenario } from '../src/scenario/scenario.ts';
import { compareOnStage } from './compare/stagePicture.ts';
import { dmaOnStage } from './labs/dma/stagePicture.ts';
import { pagesOnStage } from './labs/pages/stagePicture.ts';
import { zapOnStage } from './labs/zap/stagePicture.ts';
import type { HallScene } from './picture/hall.ts';
import { solutionOf } from './state/solution.ts';

const labs: Readonly<Record<LabId, (s: Scenario) => HallScene | undefined>> = {
  dma: s => dmaOnStage(s, solutionOf(s)),
  pages: s => pagesOnStage(s.view.labs.pages),
  zap: s => zapOnStage(s.view.labs.zap),
};

/** The picture of a Scenario for a hall; undefined where its screen has none. Throws for an address space that cannot be. */
export const hallScene = (s: Scenario): HallScene | undefined => {
  switch (s.view.screen) {
    case 'compare':
      return compareOnStage(s);
    case 'labs':
      return labs[s.view.labs.lab](s);
    // The stage draws the Map itself; the others stand on it as they are.
    case 'map':
    case 'sweep':
    case 'diagnose':
    case 'evidence':
      return undefined;
  }
};
