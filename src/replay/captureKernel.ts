import { factsOf, type KernelFacts } from '../kernel/facts.ts';
import { type KernelVersion, parseKernelVersion } from '../kernel/version.ts';

/** The kernel a captured row ran on, as the engine knows it. */
export interface CaptureKernel {
  readonly version: KernelVersion;
  readonly facts: KernelFacts;
}

/** What a build's name in the captures changes in the facts of its release; undefined: not a name we know. */
const changesOf = (variant: string): Partial<KernelFacts> | undefined => {
  switch (variant) {
    case 'stock':
    case 'stock-la57':
    case 'host':
    case 'ref':
      return {};
    case 'nofile':
      return { unhookedAlign: 'never' };
    case 'vfio-thp':
      return { unhookedAlign: 'never', vfioHook: 'thp' };
    case 'vfio-peterx-v1':
      return { unhookedAlign: 'never', vfioHook: 'peterxV1' };
    case 'fault-pfncheck':
      return { faultEra: 'hugeExact', thpGate: 'obeyed' };
    case 'fault-v6.12.0':
      return { faultEra: 'hugeExactNoPfn', thpGate: 'obeyed' };
    default:
      return undefined;
  }
};

/**
 * The facts behind a captured row's `kernel` (`uname -r`) and `variant` (name of the build). The only place that
 * knows the variants; each is described in the captures' own notes.
 */
export const captureKernel = (
  kernel: string,
  variant: string,
): CaptureKernel | { readonly unsupported: string } => {
  const version = parseKernelVersion(kernel);
  if (version === undefined) return { unsupported: `not a kernel version: ${kernel}` };
  const changes = changesOf(variant);
  if (changes === undefined) return { unsupported: `unknown kernel variant: ${variant}` };
  return { version, facts: { ...factsOf(version), ...changes } };
};
