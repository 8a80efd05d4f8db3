import { fieldName } from './scenario/fieldNames.ts';
import { app, useApp } from './state/store.ts';

/** Fields of the link that were not used: what stood there, why not, and what is used instead. */
export const LinkProblems = () => {
  const problems = useApp(s => s.problems);
  const notes = useApp(s => s.linkNotes);
  const canUndo = useApp(s => s.past.length > 0);
  if (problems.length === 0 && notes.length === 0) return null;
  const { dismissProblems, undo } = app.getState();
  return (
    <section className="link-problems" aria-label="About the link">
      <div role={problems.length > 0 ? 'alert' : 'status'}>
        <ul>
          {problems.map(p => (
            <li key={`${p.field}:${p.value}`}>
              <span aria-hidden="true" className="red">
                ✕{' '}
              </span>
              <b>{fieldName(p.field)}</b> <code>{p.value === '' ? 'nothing' : p.value}</code>: {p.reason}.
              Used instead: <code>{p.used}</code>
            </li>
          ))}
          {notes.map(note => (
            <li key={note} className="note">
              {note}
            </li>
          ))}
        </ul>
      </div>
      {canUndo && (
        <button type="button" className="button" onClick={undo}>
          Undo
        </button>
      )}
      <button type="button" className="button" onClick={dismissProblems}>
        Dismiss
      </button>
    </section>
  );
};
