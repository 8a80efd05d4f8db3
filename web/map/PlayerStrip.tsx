import { usePlayer } from '../state/player.ts';
import { useAsked } from '../state/store.ts';
import { LatePart } from '../ui/late.tsx';
import { player } from './parts.ts';

/** The player of the search above the drawing, while it is open. */
export const PlayerStrip = () => {
  const { open } = usePlayer(useAsked());
  return open ? <LatePart of={player} wanted frame={content => content} props={{}} /> : null;
};
