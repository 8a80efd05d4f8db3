/** What stands beside the picture, as one chunk: the first paint does not wait for it. */
export { Controls } from './controls/Controls.tsx';
export { Sheet } from './Sheet.tsx';
export { Findings } from './verdict/Findings.tsx';
