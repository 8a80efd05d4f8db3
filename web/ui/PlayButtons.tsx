import './play.css';

/** The signs of the buttons: outlines in a box of 16. No font is sure to have them. */
const SIGNS = {
  first: 'M4 3v10M12 3L7 8l5 5',
  previous: 'M10.5 3l-5 5 5 5',
  play: 'M5 3l8 5-8 5z',
  pause: 'M5.5 3v10M10.5 3v10',
  next: 'M5.5 3l5 5-5 5',
  last: 'M12 3v10M4 3l5 5-5 5',
} as const;

/** A sign of a player. */
export const Sign = ({ of }: { readonly of: keyof typeof SIGNS }) => (
  <svg className="play-sign" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
    <path d={SIGNS[of]} />
  </svg>
);

/** A button of a player; at either end it stays where it is, and keeps the focus. */
export const StepButton = (props: {
  readonly label: string;
  readonly sign: keyof typeof SIGNS;
  readonly off: boolean;
  readonly run: () => void;
}) => (
  <button
    type="button"
    className="button icon"
    aria-label={props.label}
    title={props.label}
    // Not `disabled`: that would drop the focus at either end.
    aria-disabled={props.off || undefined}
    onClick={props.off ? undefined : props.run}
  >
    <Sign of={props.sign} />
  </button>
);
