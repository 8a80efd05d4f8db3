import { spacePreset } from '../../src/scenario/presets.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import { writeSize } from '../ui/BytesField.tsx';
import { labCaption } from './labNames.ts';

/** The scene in a line, for the header: “2 GiB BAR, QEMU-like, 25 VMAs, no ASLR”. */
export const sceneCaption = (s: Scenario): string => {
  const lab = s.view.screen === 'labs' ? labCaption(s) : undefined;
  if (lab !== undefined) return lab;
  const { device, request } = s;
  const { source } = s.space;
  const what = request.file === 'vfio' ? `${writeSize(device.bar.size)} BAR` : writeSize(request.length);
  return `${what}, ${source.kind === 'preset' ? spacePreset(source.id).label : source.name}`;
};
