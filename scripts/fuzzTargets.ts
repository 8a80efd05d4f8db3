import { fileTargets } from './fuzzFiles.ts';
import { type Target, textTargets } from './fuzzing.ts';

/** Everything that reads what strangers write. */
export const targets: readonly Target[] = [...textTargets, ...fileTargets];
