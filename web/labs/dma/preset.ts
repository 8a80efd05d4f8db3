import { alignUp } from '../../../src/units.ts';
import { withBarBase, withBarSize } from '../../scenario/edit.ts';
import { withDma } from '../../scenario/view.ts';
import type { Update } from '../../state/steps.ts';

/** A BAR of this size, laid at a multiple of it as PCI wants, mapped whole and in windows that hold it. */
export const withPreset =
  (size: number): Update =>
  s => {
    const base = alignUp(s.device.bar.base, size);
    const whole = withBarBase(base)(withBarSize(size)({ ...s, request: { ...s.request, file: 'vfio' } }));
    const windows = whole.device.windows.filter(w => w.base <= base && base + size <= w.base + w.size);
    return withDma({ iova: undefined, memory: 'bar' })({ ...whole, device: { ...whole.device, windows } });
  };
