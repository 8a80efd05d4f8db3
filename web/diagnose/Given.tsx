import { useEffect, useRef, useState } from 'react';
import { type Given, readIntake } from '../../src/intake/intake.ts';
import type { GivenText } from '../../src/scenario/scenario.ts';
import { formatCount } from '../../src/text.ts';
import { withDiagnose } from '../scenario/view.ts';
import { app, useApp } from '../state/store.ts';
import { TextFiles } from '../ui/TextFiles.tsx';
import { type Excerpt, excerptOf, type LineMark } from './excerpt.ts';
import { samples } from './samples.ts';

/** One of the texts, with where it begins among all of them. */
export interface Placed {
  readonly given: GivenText;
  /** Number of its first line, counted over all texts, from 1. */
  readonly first: number;
  readonly lines: readonly string[];
}

const recognised = new WeakMap<GivenText, readonly Given[]>();

/** Texts longer than this are not read a second time for what they are by themselves. Characters. */
const READ_AGAIN = 200_000;

/** What a text is by itself: a second one of a format is said to be one too. `all` is what all texts together are. */
const formatsOf = ({ given: text, first, lines }: Placed, all: readonly Given[]): readonly Given[] => {
  if (text.text.length > READ_AGAIN) return all.filter(g => g.line >= first && g.line < first + lines.length);
  const known = recognised.get(text);
  if (known !== undefined) return known;
  const { given } = readIntake(text.text);
  recognised.set(text, given);
  return given;
};

const change = (texts: readonly GivenText[]): void => {
  const { change: apply } = app.getState();
  // A mapping is named by its line; other texts have other lines.
  apply(withDiagnose({ texts, pairings: [] }), 'done');
};

/** The button that was pressed is gone: the field to paste into is what comes next, and it is said what happened. */
const toField = (said: string): void => {
  document.getElementById('diagnose-paste')?.focus({ preventScroll: true });
  app.getState().say(said);
};

/** Adds texts to those that are there. */
const addTexts = (more: readonly GivenText[]): void => {
  const kept = more.filter(t => t.text.trim() !== '');
  if (kept.length > 0) change([...app.getState().scenario.view.diagnose.texts, ...kept]);
};

const Lines = ({ of, name }: { readonly of: Excerpt; readonly name: string }) => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: long lines scroll, and not only for a mouse
  <section className="lines" tabIndex={0} aria-label={`Lines of ${name}`}>
    <pre>
      {of.map(part =>
        part.kind === 'more' ? (
          <span key={part.line} className="more">
            {`… ${formatCount(part.count)} more ${part.count === 1 ? 'line' : 'lines'}\n`}
          </span>
        ) : (
          <span key={part.line} className={part.mark === undefined ? undefined : `marked ${part.mark}`}>
            <span className="nr" aria-hidden="true">
              {part.line}
            </span>
            {`${part.text}\n`}
          </span>
        ),
      )}
    </pre>
  </section>
);

/** What was made of one text, and the lines of it that matter. */
const Text = ({
  text,
  at,
  all,
  marks,
}: {
  readonly text: Placed;
  readonly at: number;
  readonly all: readonly Given[];
  readonly marks: ReadonlyMap<number, LineMark>;
}) => {
  const texts = useApp(s => s.scenario.view.diagnose.texts);
  const inside = formatsOf(text, all);
  const name = text.given.name || inside.map(g => g.title).join(', ') || 'Pasted text';
  return (
    <li>
      <header>
        <h3>
          {at + 1} {name}
        </h3>
        <span className="note">
          {inside.length === 0 ? 'not recognised' : `recognised: ${inside.map(g => g.says).join(', ')}`}
        </span>
        <button
          type="button"
          className="link"
          aria-label={`Remove ${name}`}
          onClick={() => {
            change(texts.filter((_, i) => i !== at));
            toField(`${name} removed`);
          }}
        >
          remove
        </button>
      </header>
      <Lines of={excerptOf(text.lines, text.first, marks)} name={name} />
    </li>
  );
};

/** Where more can be given: a field to paste into, files, and the samples while there is nothing. */
export const Add = ({ empty }: { readonly empty: boolean }) => {
  const box = useRef<HTMLTextAreaElement>(null);
  const [trouble, setTrouble] = useState('');
  const dropped = useApp(s => s.dropped);

  useEffect(() => {
    if (dropped.length === 0) return;
    app.getState().takeDropped();
    addTexts(dropped);
  }, [dropped]);

  const take = (): void => {
    const typed = box.current?.value ?? '';
    if (box.current !== null) box.current.value = '';
    addTexts([{ name: '', text: typed }]);
  };

  return (
    <div className="add">
      <label htmlFor="diagnose-paste">
        {empty ? 'Paste here, or drop files anywhere' : 'Paste or drop more'}
      </label>
      <textarea
        ref={box}
        id="diagnose-paste"
        rows={empty ? 6 : 3}
        wrap="off"
        spellCheck={false}
        autoComplete="off"
        placeholder={
          empty
            ? '7ffe6cc54000-7ffeecc54000 rw-s 20000000000 00:0f 1057   anon_inode:[vfio-device]\n\n41:00.0 3D controller: …\n        Region 2: Memory at 3880000000 (64-bit, prefetchable) [size=2G]'
            : ''
        }
        onPaste={e => {
          const text = e.clipboardData.getData('text/plain');
          if (text === '') return;
          e.preventDefault();
          addTexts([{ name: '', text }]);
        }}
        onKeyDown={e => {
          if (e.key === 'Enter' && (e.ctrlKey || e.metaKey)) take();
        }}
      />
      <div className="row">
        <button type="button" className="button" onClick={take}>
          Read what was typed
        </button>
        <TextFiles
          onRead={read => {
            setTrouble(read.trouble);
            addTexts(read.texts);
          }}
        />
        {!empty && (
          <button
            type="button"
            className="button quiet"
            onClick={() => {
              change([]);
              toField('All texts removed');
            }}
          >
            Clear all
          </button>
        )}
      </div>
      {trouble !== '' && (
        <p className="bad" role="alert">
          ✕ {trouble}
        </p>
      )}
    </div>
  );
};

/** Something to look at for who has nothing to paste. */
export const Samples = () => (
  <div className="samples">
    <h3>Or look at a sample</h3>
    <ul>
      {samples.map(s => (
        <li key={s.id}>
          <button
            type="button"
            className="link"
            onClick={() => app.getState().change(withDiagnose(s.given()), 'done')}
          >
            {s.label}
          </button>
          <span className="note">{s.about}</span>
        </li>
      ))}
    </ul>
  </div>
);

/** The texts that were given, each with what was made of it. */
export const Texts = ({
  texts,
  all,
  marks,
}: {
  readonly texts: readonly Placed[];
  /** What all of them together are. */
  readonly all: readonly Given[];
  readonly marks: ReadonlyMap<number, LineMark>;
}) => (
  <ol className="texts" aria-label="What was given">
    {texts.map((text, i) => (
      <Text key={text.first} text={text} at={i} all={all} marks={marks} />
    ))}
  </ol>
);
