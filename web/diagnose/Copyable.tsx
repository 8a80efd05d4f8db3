import { app } from '../state/store.ts';

/** Puts a text on the clipboard, and says whether that worked. */
export const copy = async (text: string, what: string): Promise<void> => {
  const { say } = app.getState();
  try {
    await navigator.clipboard.writeText(text);
    say(`${what} copied`);
  } catch {
    say('The browser does not let the page copy: select the text and copy it yourself');
  }
};

/** A text that is ready to copy, under its title. */
export const Copyable = ({
  title,
  text,
  says,
}: {
  readonly title: string;
  readonly text: string;
  /** What it is for, in a sentence. */
  readonly says?: string;
}) => (
  <div className="copyable">
    <header>
      <h3>{title}</h3>
      <button
        type="button"
        className="link"
        aria-label={`Copy: ${title}`}
        onClick={() => void copy(text, title)}
      >
        Copy
      </button>
    </header>
    {says !== undefined && says !== '' && <p className="note">{says}</p>}
    {/* biome-ignore lint/a11y/noNoninteractiveTabindex: long lines scroll, and not only for a mouse */}
    <pre className="code" tabIndex={0}>
      {text}
    </pre>
  </div>
);
