import { useState } from 'react';
import { hintDismissed, keepHintDismissed } from '../state/firstVisit.ts';
import { LatePart } from '../ui/late.tsx';
import { lessons } from './parts.ts';
import './legend.css';

/** A tooth as the zipper draws it, without a colour of its own: its colour tells a size, and here all are meant. */
const Tooth = ({ down }: { readonly down: boolean }) => (
  <svg viewBox="0 0 8 12" width="8" height="12" aria-hidden="true">
    <path d={down ? 'M4 0V6M0.5 5.5h7L4 11.5Z' : 'M4 12V6M0.5 6.5h7L4 0.5Z'} />
  </svg>
);

/** What to do first, with a way to the lessons, until it is dismissed. */
const FirstHint = ({ onDismiss }: { readonly onDismiss: () => void }) => (
  <p className="first-hint">
    <span>
      Drag <b>Offset in BAR</b>
      <span className="wide"> or pick a policy</span>, or see
    </span>
    <LatePart of={lessons} wanted holds frame={() => 'examples'} props={{ label: 'examples' }} />
    <button type="button" className="dismiss" aria-label="Dismiss this hint" onClick={onDismiss}>
      ✕
    </button>
  </p>
);

/** One line that says how to read the picture, and on a first visit what to drag. At most 26 CSS px high. */
export const Legend = () => {
  const [dismissed, setDismissed] = useState(hintDismissed);
  return (
    <div className={dismissed ? 'legend' : 'legend first'}>
      <p className="reading">
        <span className="wide">
          Teeth <Tooth down /> are boundaries of VA, <Tooth down={false} /> of PA. Where two of a size meet, a
          leaf of that size fits.
        </span>
        <span className="narrow">
          <Tooth down /> VA and <Tooth down={false} /> PA boundaries: where two meet, a leaf fits.
        </span>
      </p>
      {!dismissed && (
        <FirstHint
          onDismiss={() => {
            keepHintDismissed();
            setDismissed(true);
          }}
        />
      )}
    </div>
  );
};
