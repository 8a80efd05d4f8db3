import { designOf } from '../../../src/zap/designs.ts';
import { changeZap } from './actions.ts';
import { type Shown, toggled } from './race.ts';

/** The mapper's steps, each to be taken out: what is it for? */
export const Steps = ({ shown }: { readonly shown: Shown }) => {
  const { steps } = designOf(shown.design);
  return (
    <fieldset className="zap-steps">
      <legend>
        Break it: take a step out of mapper {shown.design}
        {shown.dropped.length > 0 && (
          <button
            type="button"
            className="link zap-put-back"
            onClick={() => changeZap({ dropped: [], turns: undefined, at: undefined })}
          >
            Put all back
          </button>
        )}
      </legend>
      <ol>
        {steps.map((step, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a step is its place in the list
          <li key={i}>
            <label className="check">
              <input
                type="checkbox"
                checked={!shown.dropped.includes(i)}
                onChange={() => changeZap(toggled(shown, i))}
              />
              <span>
                {i + 1} {step.label}
              </span>
            </label>
          </li>
        ))}
      </ol>
    </fieldset>
  );
};
