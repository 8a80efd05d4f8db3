import type { Step } from '../../../src/placement/policies/userSpace.ts';
import { policyOf } from '../../../src/placement/policies.ts';
import { formatAddress, formatSize } from '../../../src/text.ts';
import { useCalmFacts } from './useVerdict.ts';

/** A step of a program, as calls and arithmetic in words. */
const stepWords = (step: Step): { readonly head: string; readonly text: string } => {
  switch (step.kind) {
    case 'reserve':
      return {
        head: 'Reserve',
        text: `${formatSize(step.end - step.start)} PROT_NONE: the kernel gives ${formatAddress(step.start)}`,
      };
    case 'roundUp':
      return {
        head: 'Round up',
        text:
          step.from === step.to
            ? `${formatAddress(step.from)} is a multiple of ${formatSize(step.align)} already`
            : `to a multiple of ${formatSize(step.align)}: ${formatAddress(step.to)}`,
      };
    case 'unmap':
      return {
        head: `Unmap the ${step.part}`,
        text: `${formatSize(step.end - step.start)} from ${formatAddress(step.start)}`,
      };
    case 'map':
      return {
        head: step.fixed ? 'MAP_FIXED the device' : 'Map the device',
        text: `${formatSize(step.end - step.start)} at ${formatAddress(step.start)}, offset ${step.offset === 0 ? '0' : formatSize(step.offset)} in the BAR`,
      };
    case 'failed':
      return {
        head: 'Failed',
        text: `${step.call === 'reserve' ? 'the reservation' : 'the mapping'}, and the program gives up`,
      };
  }
};

/** The reservation as a bar: what is unmapped again, and what the device takes. */
const Bar = ({ steps }: { readonly steps: readonly Step[] }) => {
  const reserve = steps.find(s => s.kind === 'reserve');
  if (reserve === undefined) return null;
  const span = reserve.end - reserve.start;
  const at = (address: number): number => ((address - reserve.start) / span) * 250;
  return (
    <svg className="steps-bar" viewBox="0 0 252 26" width="252" height="26" aria-hidden="true">
      <rect className="reserved" x="1" y="4" width="250" height="18" />
      {steps.map(s => {
        if (s.kind !== 'unmap' && s.kind !== 'map') return null;
        const x = 1 + at(s.start);
        const w = Math.max(1.5, at(s.end) - at(s.start));
        return (
          <rect
            key={`${s.kind}${s.start}`}
            className={s.kind === 'map' ? 'taken' : 'given'}
            x={x}
            y="4"
            width={w}
            height="18"
          />
        );
      })}
    </svg>
  );
};

/** How a program in user space gets its address: its calls in order, and the reservation they cut up. */
export const Steps = () => {
  const { scenario, solution } = useCalmFacts();
  if (solution.steps.length === 0) return null;
  return (
    <section>
      <h2>Steps of {policyOf(scenario.machine.policy).label}</h2>
      <Bar steps={solution.steps} />
      <ol className="steps">
        {solution.steps.map((step, i) => {
          const { head, text } = stepWords(step);
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: the steps are a list in time, and equal ones may follow each other
            <li key={i}>
              <b>{head}</b> {text}
            </li>
          );
        })}
      </ol>
    </section>
  );
};
