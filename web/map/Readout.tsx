import { useMemo } from 'react';
import type { Arch } from '../../src/arch/arch.ts';
import type { DeviceAnswer, Solution } from '../../src/solve.ts';
import { formatAddress } from '../../src/text.ts';
import { mod } from '../../src/units.ts';
import { leafSentence } from '../picture/words.ts';
import { fileOffsetAt } from '../scenario/fileOffset.ts';
import { useCalmScenario } from '../state/calm.ts';
import { solutionOf } from '../state/solution.ts';
import { useApp } from '../state/store.ts';
import { Spoken } from '../ui/Spoken.tsx';

/** Where the crosshair was put by keys or a click, for those who hear it. */
const Pinned = ({ device, arch }: { readonly device: DeviceAnswer; readonly arch: Arch }) => {
  const at = useApp(s => s.scenario.view.map.at);
  const length = device.mapping.end - device.mapping.start;
  return <Spoken text={at === undefined || at >= length ? '' : leafSentence(device, arch, at).join(', ')} />;
};

/** How far behind the first mapping the one looked at begins in the file, in bytes. */
const partOffset = ({ device, parts }: Solution, holes: boolean): number => {
  const first = parts[0]?.mapping;
  if (device === undefined || first === undefined) return 0;
  // Around holes each mapping is one of its own; ranges lie behind one mapping.
  return holes ? device.mapping.pa - first.pa : device.mapping.start - first.start;
};

/** The byte under the crosshair, through every row: addresses, file offset, and the slots that lead to it. */
export const Readout = () => {
  const scenario = useCalmScenario();
  const solution = useMemo(() => solutionOf(scenario), [scenario]);
  const { placement, prepared, device } = solution;
  const crosshair = useApp(s => s.crosshair);
  if (!placement.ok) return <p className="readout">No mapping to point at.</p>;
  const { page } = prepared.arch;
  const length = placement.end - placement.start;
  const offset = Math.min(Math.max(0, Math.floor((crosshair ?? 0) / page) * page), length - page);
  const at = placement.start + offset;
  const file = fileOffsetAt(scenario, offset + partOffset(solution, scenario.device.holes.length > 0));
  const items: readonly (readonly [string, string])[] = [
    ['VA', formatAddress(at)],
    ...(device === undefined ? [] : [['PA', formatAddress(device.mapping.pa + offset)] as const]),
    ...(file === undefined
      ? []
      : [['pgoff', file === 0 ? '0' : formatAddress(Math.floor(file / page))] as const]),
    ['offset', offset === 0 ? '0' : formatAddress(offset)],
  ];
  const slots = [...prepared.arch.levels]
    .reverse()
    .map(l => [l.name, String(mod(Math.floor(at / 2 ** l.shift), l.entries))] as const);
  return (
    <section className="readout" aria-live="off" aria-label="At the crosshair">
      {device !== undefined && <Pinned device={device} arch={prepared.arch} />}
      <dl>
        {items.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
        {slots.map(([name, value]) => (
          <div key={name} className="slot">
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
};
