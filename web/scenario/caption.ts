import { spacePreset } from '../../src/scenario/presets.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import { writeSize } from '../ui/BytesField.tsx';
import { labCaption } from './labNames.ts';

/** The scene in a line: “2 GiB BAR, QEMU-like, 25 VMAs, no ASLR”. */
export const sceneCaption = ({ device, request, space: { source } }: Scenario): string => {
  const what = request.file === 'vfio' ? `${writeSize(device.bar.size)} BAR` : writeSize(request.length);
  return `${what}, ${source.kind === 'preset' ? spacePreset(source.id).label : source.name}`;
};

/** What the screen shown is about, in a line, for the header: the scene only where it is the scene. */
export const screenCaption = (s: Scenario): string => {
  const { screen, diagnose } = s.view;
  switch (screen) {
    case 'map':
    case 'compare':
    case 'sweep':
      return sceneCaption(s);
    case 'labs':
      return labCaption(s) ?? sceneCaption(s);
    case 'diagnose': {
      const { length } = diagnose.texts;
      return length === 0
        ? 'what a machine prints'
        : `${length} ${length === 1 ? 'text' : 'texts'} of a machine`;
    }
    case 'evidence':
      return 'captures of real kernels';
  }
};
