import { useEffect, useRef } from 'react';
import { formatSize } from '../../src/text.ts';
import { arithmeticOf, type SearchStep } from '../picture/searchSteps.ts';
import { stepCount, stepSentence } from '../picture/searchWords.ts';
import { useCalmScenario } from '../state/calm.ts';
import { goToStep, stepPlayer, stepsOf, togglePlaying, usePlayer } from '../state/player.ts';
import { closePlayer } from '../state/playing.ts';
import { useMedia } from '../state/store.ts';
import { Sign, StepButton } from '../ui/PlayButtons.tsx';
import { Spoken } from '../ui/Spoken.tsx';
import './player.css';

/** The least size on the scale of {@link Against}: half a small page. */
const LEAST = 2048;

/** The size of a gap against the size needed, as marks on one scale of doublings. */
const Against = ({ size, needed, kind }: { size: number; needed: number; kind: SearchStep['kind'] }) => {
  const span = Math.log2(Math.max(size, needed) / LEAST) * 1.04;
  const at = (bytes: number): string =>
    `${Math.max(0, Math.min(100, (Math.log2(Math.max(bytes, LEAST) / LEAST) / span) * 100)).toFixed(2)}%`;
  const enough = size >= needed;
  const words = `Gap ${formatSize(size)}, needed ${formatSize(needed)}`;
  return (
    <div className="against" role="img" aria-label={`${words}, on a scale of doublings`}>
      <span className={enough && kind !== 'guarded' ? undefined : 'red'}>
        {enough && kind !== 'guarded' ? '' : '✕ '}gap {formatSize(size)}
      </span>
      <span className="axis">
        <span className="tick" style={{ left: at(needed) }} />
        <span className={enough ? 'dot' : 'dot short'} style={{ left: at(size) }} />
      </span>
      <span>needed {formatSize(needed)}</span>
    </div>
  );
};

/** Plays the search of the address space: its buttons, the step in words, its arithmetic. */
export const SearchPlayer = () => {
  const onClose = (): void => {
    closePlayer();
    document.getElementById('play')?.focus({ preventScroll: true });
  };
  const scenario = useCalmScenario();
  const { at, playing } = usePlayer(scenario);
  const still = useMedia('(prefers-reduced-motion: reduce)');
  const first = useRef<HTMLButtonElement>(null);
  const steps = stepsOf(scenario);
  const step = steps.at(at);
  const lines = arithmeticOf(step);
  const end = at >= steps.count - 1;
  const sentence = stepSentence(step);

  useEffect(() => first.current?.focus({ preventScroll: true }), []);

  useEffect(() => {
    if (!playing) return;
    const { plan } = steps;
    const next = plan.find(stop => stop.step > at);
    if (still || next === undefined) {
      goToStep(at);
      return;
    }
    const stay = plan.find(stop => stop.step >= at)?.ms ?? next.ms;
    const timer = window.setTimeout(() => goToStep(next.step, true), stay);
    return () => window.clearTimeout(timer);
  }, [playing, still, steps, at]);

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Escape closes from any of the buttons inside
    <div
      className="player"
      onKeyDown={e => {
        if (e.key !== 'Escape') return;
        e.stopPropagation();
        onClose();
      }}
    >
      <div className="player-buttons">
        <StepButton label="First step" sign="first" off={at === 0} run={() => goToStep(0)} />
        <StepButton label="Previous step" sign="previous" off={at === 0} run={() => stepPlayer(-1)} />
        <button
          ref={first}
          type="button"
          className="button icon"
          aria-label={playing ? 'Pause' : still ? 'Step on' : 'Play'}
          title={playing ? 'Pause' : still ? 'Step on' : 'Play'}
          onClick={togglePlaying}
        >
          <Sign of={playing ? 'pause' : 'play'} />
        </button>
        <StepButton label="Next step" sign="next" off={end} run={() => stepPlayer(1)} />
        <StepButton label="Last step" sign="last" off={end} run={() => goToStep(steps.count - 1)} />
        <span className="player-count">{stepCount(at, steps.count)}</span>
      </div>
      <p className="player-sentence">{sentence}</p>
      <button type="button" className="button player-close" onClick={onClose}>
        Close
      </button>
      <div className="player-sums">
        {'size' in step && 'needed' in step ? (
          <Against size={step.size} needed={step.needed} kind={step.kind} />
        ) : null}
        {lines.length > 0 ? (
          <dl className="player-lines" aria-label="Arithmetic">
            {lines.map(l => (
              <div key={l.words}>
                <dt>{l.words}</dt>
                <dd>{l.sum}</dd>
              </div>
            ))}
          </dl>
        ) : null}
      </div>
      <Spoken text={[`${stepCount(at, steps.count)}.`, sentence, ...lines.map(l => l.sum)].join(' ')} />
    </div>
  );
};
