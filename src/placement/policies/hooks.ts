import type { VfioHookId } from '../../kernel/facts.ts';
import { fullOrder, leafRule, leafRuleHelper } from './gunthorpe.ts';
import { thpHook } from './pighin.ts';
import type { VfioHook } from './region.ts';
import { startPfnCascade, startPfnSingle } from './startPfn.ts';
import { xuV1, xuV2, xuV2Phys } from './xu.ts';

/** Every proposal that replaces the kernel's rule for VFIO files, by the fact that chooses it. */
export const vfioHooks: Readonly<Record<VfioHookId, VfioHook | undefined>> = {
  none: undefined,
  thp: thpHook,
  peterxV1: xuV1,
  xu2: xuV2,
  xu2pa: xuV2Phys,
  jg: leafRule,
  jgh: leafRuleHelper,
  jgfull: fullOrder,
  spfn: startPfnSingle,
  spfnc: startPfnCascade,
};
