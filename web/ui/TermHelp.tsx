import { glossary } from '../scenario/glossary.ts';
import { HELP, showTerm, useShownTerm } from './Term.tsx';

/** The popover that explains the words. One on the page, anywhere. Apart from the words, so that its texts may come after them. */
export const TermHelp = () => {
  const now = useShownTerm();
  const entry = now === undefined ? undefined : glossary[now.id];
  return (
    <div
      id={HELP}
      className="term-help"
      popover="auto"
      role="dialog"
      aria-label={entry?.name ?? 'Explanation'}
      tabIndex={-1}
      onToggle={e => {
        if (e.newState === 'open' || now === undefined) return;
        // Browsers give the focus back to where it was when it opened; Safari gives no focus to a pressed button.
        if (document.activeElement === document.body) now.at.focus();
        showTerm(undefined);
      }}
    >
      {entry !== undefined && (
        <>
          <p>
            <b>{entry.name}.</b> {entry.text}
          </p>
          {entry.source !== undefined && <p className="source">{entry.source}</p>}
        </>
      )}
    </div>
  );
};
