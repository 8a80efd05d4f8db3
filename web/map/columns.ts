/** What the first paint of the Map does not wait for, as one chunk. */

export { Below } from './Below.tsx';
export { BitRuler } from './bits/BitRuler.tsx';
export { Controls } from './controls/Controls.tsx';
export { Lessons } from './controls/Lessons.tsx';
export { Readout } from './Readout.tsx';
export { SearchPlayer } from './SearchPlayer.tsx';
export { Sheet } from './Sheet.tsx';
export { Findings } from './verdict/Findings.tsx';
