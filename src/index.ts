/**
 * The placement engine's public face: a Scenario in, the placement, the leaves, their cost and the reasons out.
 * Pure TypeScript, no DOM, no dependency. docs/engine.md shows how to use it; what is not named here may change.
 */

export type { Arch, ArchId, LeafKind } from './arch/arch.ts';
export { archs, findArch } from './arch/index.ts';
export type { LeafCost, TableCost } from './cost/cost.ts';
export { diagnose } from './diagnose/diagnose.ts';
export type { DiagnoseChoices, Diagnosis, DiagnosisRow } from './diagnose/diagnosis.ts';
export { diagnosisJson } from './diagnose/json.ts';
export { scenarioPicture } from './diagnose/plain.ts';
export { diagnosisPicture, diagnosisTable } from './diagnose/report.ts';
export { scenarioOf } from './diagnose/scenarioOf.ts';
export { type Intake, readIntake } from './intake/intake.ts';
export { type FactChange, factChanges, factsOf, type KernelFacts } from './kernel/facts.ts';
export { formatKernelVersion, type KernelVersion, parseKernelVersion } from './kernel/version.ts';
export { type LeafRun, leafCount } from './leaves/runs.ts';
export type { WhyCause, WhySize } from './leaves/why.ts';
export { leavesText } from './leaves/words.ts';
export type { PlacementEvent } from './placement/mm.ts';
export type { Placement, Refusal } from './placement/mmap.ts';
export { mmap } from './placement/mmap.ts';
export type { Step } from './placement/policies/userSpace.ts';
export { type Policy, type PolicyId, policies, policyOf, sourceUrl } from './placement/policies.ts';
export type { MmapRequest } from './placement/request.ts';
export { NO_ROOM, type SearchQuery, vmUnmappedArea } from './placement/search.ts';
export { type CollectCommand, collectCommands, collectPaste, collectScript } from './recipes/collect.ts';
export { cProgram } from './recipes/cProgram.ts';
export { type TraceRecipe, traceRecipes } from './recipes/traceRecipes.ts';
export { type VmmRecipe, vmmRecipe } from './recipes/vmmRecipe.ts';
export { type FileReport, replayLines } from './replay/replay.ts';
export { type LinkProblem, type Packer, type ReadLink, readLink, writeLink } from './scenario/link.ts';
export { spacePresets } from './scenario/presets.ts';
export { defaultScenario, type Scenario } from './scenario/scenario.ts';
export { type DeviceAnswer, type Prepared, prepare, type Solution, solve, trace } from './solve.ts';
export type { Vma } from './space/vma.ts';

export { formatAddress, formatCount, formatExact, formatSize, type Read, readBytes } from './text.ts';
export { type Bytes, bytes, GiB, KiB, MiB, type Pa, pa, type Va, va } from './units.ts';
