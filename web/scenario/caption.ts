import { spacePreset } from '../../src/scenario/presets.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import { writeSize } from '../ui/BytesField.tsx';

/** The scene in a line, for the header: “2 GiB BAR, QEMU-like, 25 VMAs, no ASLR”. */
export const sceneCaption = ({ device, request, space: { source } }: Scenario): string => {
  const what = request.file === 'vfio' ? `${writeSize(device.bar.size)} BAR` : writeSize(request.length);
  return `${what}, ${source.kind === 'preset' ? spacePreset(source.id).label : source.name}`;
};
