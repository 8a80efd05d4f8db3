import { DeviceBar } from './DeviceBar.tsx';
import { Lessons } from './Lessons.tsx';
import { Machine } from './Machine.tsx';
import { LeafKey, Policy } from './Policy.tsx';
import { Request } from './Request.tsx';
import { Space } from './Space.tsx';

/** The left column: everything that can be changed. */
export const Controls = () => (
  <>
    <Lessons />
    <Machine />
    <DeviceBar />
    <Request />
    <Space />
    <Policy />
    <LeafKey />
  </>
);
