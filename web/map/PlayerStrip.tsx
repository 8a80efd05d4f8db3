import { usePlayerOpen } from '../state/playing.ts';
import { LatePart } from '../ui/late.tsx';
import { player } from './parts.ts';

/** The player of the search above the drawing, while it is open. */
export const PlayerStrip = () => {
  return usePlayerOpen() ? <LatePart of={player} wanted frame={content => content} props={{}} /> : null;
};
