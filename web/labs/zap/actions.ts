import type { ZapView } from '../../../src/scenario/scenario.ts';
import { withZap } from '../../scenario/view.ts';
import type { Phase } from '../../state/steps.ts';
import { app } from '../../state/store.ts';

/** Changes what the lab shows. During a drag every change is one of what is shown at the moment. */
export const changeZap = (part: Partial<ZapView>, phase: Phase = 'done'): void => {
  const { scenario, change } = app.getState();
  change(withZap({ ...scenario.view.labs.zap, ...part }), phase);
};
