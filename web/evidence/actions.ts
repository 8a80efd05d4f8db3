import { defaultScenario, type EvidenceView, type Scenario } from '../../src/scenario/scenario.ts';
import { withEvidence } from '../scenario/view.ts';
import { loadCodec } from '../state/codec.ts';
import type { Phase } from '../state/steps.ts';
import { app } from '../state/store.ts';
import { addFiles } from './session.ts';

/** Looks at a set, and at a case in it. With `drag` the step ends when the keys are let go: see {@link rest}. */
export const choose = (set: string, id: string | undefined, phase: Phase = 'done'): void => {
  const { scenario, change } = app.getState();
  const { at } = scenario.view.evidence;
  if (at?.set === set && at.id === id) return;
  change(withEvidence({ at: { set, id } }), phase);
};

/** Looks at no case any more. */
export const chooseNone = (): void => app.getState().change(withEvidence({ at: undefined }), 'done');

/** Ends a step that keys began. */
export const rest = (): void => app.getState().finish();

/** Filters the cases. */
export const filterBy = (only: EvidenceView['only'], phase: Phase = 'done'): void =>
  app.getState().change(withEvidence({ only }), phase);

/** Shows a captured case in the Map; Back leads to the Evidence again. */
export const openCase = async (shown: Scenario): Promise<void> => {
  const { change, say } = app.getState();
  try {
    // Its address space goes into the link.
    await loadCodec();
  } catch {
    say('The part of the page that packs address spaces did not load');
    return;
  }
  change(s => ({ ...shown, view: { ...s.view, screen: 'map', map: defaultScenario.view.map } }), 'done');
  window.scrollTo(0, 0);
};

/** Replays files of the reader's own, and looks at the first of them. */
export const takeFiles = async (files: readonly File[]): Promise<void> => {
  const [first] = await addFiles(files);
  // A link may have named a case of this very file.
  const { at } = app.getState().scenario.view.evidence;
  if (first !== undefined && at?.set !== first) choose(first, undefined);
};
