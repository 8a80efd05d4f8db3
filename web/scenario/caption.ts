import { spacePreset } from '../../src/scenario/presets.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import { writeSize } from '../ui/BytesField.tsx';
import { labNames } from './labNames.ts';

/**
 * The scene in a line, for the header: “2 GiB BAR, QEMU-like, 25 VMAs, no ASLR”. A lab that is about something else than
 * the scene's BAR says what it is about.
 */
export const sceneCaption = ({ device, request, space: { source }, view }: Scenario): string => {
  if (view.screen === 'labs') {
    const { lab, dma } = view.labs;
    if (lab !== 'dma') return labNames[lab];
    if (dma.memory !== 'bar') return `${writeSize(request.length)} of ordinary memory`;
  }
  const what = request.file === 'vfio' ? `${writeSize(device.bar.size)} BAR` : writeSize(request.length);
  return `${what}, ${source.kind === 'preset' ? spacePreset(source.id).label : source.name}`;
};
