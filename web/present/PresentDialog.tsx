import { type ReactNode, useEffect, useRef, useState } from 'react';
import { lessonIds, lessons } from '../../src/scenario/lessons.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import {
  linkOf,
  presentLink,
  readTour,
  type Scene,
  TOUR_LIMITS,
  tourField,
  writeTour,
} from '../../src/tour/tour.ts';
import { tourIds, tours } from '../../src/tour/tours.ts';
import { screenCaption } from '../scenario/caption.ts';
import { codec } from '../state/codec.ts';
import { hashOf } from '../state/links.ts';
import { app, useApp } from '../state/store.ts';
import { Dialog } from '../ui/Dialog.tsx';
import { saveFile } from '../ui/saveFile.ts';
import {
  draftTour,
  fileName,
  moved,
  setDraft,
  useDraft,
  withoutScene,
  withScene,
  withSceneAt,
} from './draft.ts';
import './present.css';

/** Begins a tour, on the whole screen where the browser allows it. */
const start = (tour: string, scene = 1): void => {
  const { scenario, show, open } = app.getState();
  open(undefined);
  show({ ...scenario, view: { ...scenario.view, present: { tour, scene, notes: false } } });
  if (document.fullscreenEnabled) document.documentElement.requestFullscreen().catch(() => {});
};

const Tours = ({ first }: { readonly first: boolean }) => (
  <section aria-label="Tours">
    <h3>Tours</h3>
    <ul className="tour-list">
      {[
        ...tourIds.map(id => ({
          id: id as string,
          title: tours[id].title,
          about: tours[id].about,
          count: tours[id].scenes.length,
          sources: tours[id].sources,
        })),
        {
          id: lessonIds.join(','),
          title: 'All lessons',
          about: 'The lessons of the menu, one after the other.',
          count: lessonIds.length,
          sources: [],
        },
      ].map((t, n) => (
        <li key={t.id}>
          <button
            type="button"
            className="button"
            {...(first && n === 0 ? { 'data-first-focus': true } : {})}
            onClick={() => start(t.id)}
            aria-label={`Start: ${t.title}`}
          >
            Start
          </button>
          <b>{t.title}</b>
          <span>
            {t.about} {t.count} scenes.
            {t.sources.length > 0 && ' Sources: '}
            {t.sources.map((source, i) => (
              <a
                key={source}
                href={source}
                target="_blank"
                rel="noreferrer"
                aria-label={`Source ${i + 1} of ${t.title}`}
              >
                {i + 1}{' '}
              </a>
            ))}
          </span>
        </li>
      ))}
    </ul>
  </section>
);

/** A title for what is shown, to begin with: “2 GiB BAR, QEMU as its devices are set up, Linux 7.3”. */
const titleOf = (scenario: Scenario): string =>
  `${screenCaption(scenario)}, Linux ${scenario.machine.kernel}`.slice(0, TOUR_LIMITS.title);

/** The Scenario shown, as a scene: a lesson brings its own words. */
const sceneHere = (): Scene => {
  const { scenario } = app.getState();
  const link = linkOf(scenario, hashOf);
  const lesson = lessons.find(l => l.id === link);
  return { link, title: lesson?.title ?? titleOf(scenario), caption: lesson?.teaches ?? '', notes: '' };
};

const Labelled = ({ label, children }: { readonly label: string; readonly children: ReactNode }) => (
  // biome-ignore lint/a11y/noLabelWithoutControl: the control is among the children
  <label>
    {label}
    {children}
  </label>
);

const Question = ({ scene, put }: { readonly scene: Scene; readonly put: (scene: Scene) => void }) => {
  const { predict, ...rest } = scene;
  /** What is typed, also while it is no question yet. */
  const [text, setText] = useState(predict?.choices.join('\n') ?? '');
  return (
    <>
      <label className="check">
        <input
          type="checkbox"
          checked={predict !== undefined}
          onChange={e => {
            setText('Yes\nNo');
            put(
              e.target.checked
                ? { ...rest, predict: { question: 'What will it be?', choices: ['Yes', 'No'], answer: 0 } }
                : rest,
            );
          }}
        />
        Ask before it is shown
      </label>
      {predict !== undefined && (
        <>
          <Labelled label="Question">
            <input
              value={predict.question}
              maxLength={TOUR_LIMITS.caption}
              onChange={e => put({ ...rest, predict: { ...predict, question: e.target.value } })}
            />
          </Labelled>
          <Labelled label={`Choices, a line each, two to ${TOUR_LIMITS.choices}`}>
            <textarea
              rows={3}
              value={text}
              onChange={e => {
                setText(e.target.value);
                const choices = e.target.value
                  .split('\n')
                  .map(line => line.trim().slice(0, TOUR_LIMITS.title))
                  .filter(line => line !== '')
                  .slice(0, TOUR_LIMITS.choices);
                if (choices.length < 2) return;
                put({
                  ...rest,
                  predict: { ...predict, choices, answer: Math.min(predict.answer, choices.length - 1) },
                });
              }}
            />
          </Labelled>
          <Labelled label="The right one">
            <select
              value={predict.answer}
              onChange={e => put({ ...rest, predict: { ...predict, answer: Number(e.target.value) } })}
            >
              {predict.choices.map((choice, i) => (
                <option
                  // biome-ignore lint/suspicious/noArrayIndexKey: choices are known by their place
                  key={i}
                  value={i}
                >
                  {choice}
                </option>
              ))}
            </select>
          </Labelled>
        </>
      )}
    </>
  );
};

const SceneFields = ({ scene, put }: { readonly scene: Scene; readonly put: (scene: Scene) => void }) => (
  <div className="tour-fields">
    <Labelled label="Title">
      <input
        value={scene.title}
        maxLength={TOUR_LIMITS.title}
        onChange={e => put({ ...scene, title: e.target.value })}
      />
    </Labelled>
    <Labelled label="Caption">
      <textarea
        rows={2}
        value={scene.caption}
        maxLength={TOUR_LIMITS.caption}
        onChange={e => put({ ...scene, caption: e.target.value })}
      />
    </Labelled>
    <Labelled label="Notes for the speaker">
      <textarea
        rows={2}
        value={scene.notes}
        maxLength={TOUR_LIMITS.notes}
        onChange={e => put({ ...scene, notes: e.target.value })}
      />
    </Labelled>
    <Question scene={scene} put={put} />
    <code className="aside">{scene.link.length > 90 ? `${scene.link.slice(0, 90)}…` : scene.link}</code>
  </div>
);

/** Makes a tour: scenes from what is shown, their words, their order. */
const Editor = () => {
  const draft = useDraft();
  const [remark, setRemark] = useState('');
  const [over, setOver] = useState<number>();
  /** The tour before scenes of it went, until it is changed again. */
  const [before, setBefore] = useState<typeof draft>();
  const dragged = useRef<number>(undefined);
  const list = useRef<HTMLOListElement>(null);
  const keep = (next: typeof draft, said = ''): void => {
    setBefore(undefined);
    setRemark(
      setDraft(next)
        ? said
        : 'The browser keeps nothing for this page: save the tour as a file before you close it.',
    );
  };
  const scenes = draft.scenes;
  const move = (from: number, to: number): void => {
    const next = moved(scenes, from, to);
    if (next === scenes) return;
    keep({ ...draft, scenes: next }, `Scene ${from + 1} is scene ${to + 1} now`);
    // The focus stays with the scene that moved.
    requestAnimationFrame(() =>
      list.current?.children[to]
        ?.querySelector<HTMLElement>(`[data-move="${to < from ? 'up' : 'down'}"]`)
        ?.focus(),
    );
  };
  /** As {@link keep}, where scenes may be gone by it. */
  const replace = (next: typeof draft, said: string): void => {
    keep(next, said);
    if (draft.scenes.length > 0) setBefore(draft);
  };
  const take = (text: string, name: string): void => {
    const read = readTour(text);
    if (read.ok) replace(read.value, `${name}: ${read.value.scenes.length} scenes`);
    else setRemark(`${name} was not opened: ${read.reason}.`);
  };
  const given = useApp(s => s.tours);
  // biome-ignore lint/correctness/useExhaustiveDependencies: taken once, when they come
  useEffect(() => {
    const [first] = given;
    if (first === undefined) return;
    take(first.text, first.name || 'What was dropped');
    app.getState().takeTours();
  }, [given]);
  const field = (): string => tourField(draftTour(), codec);
  const nameless = scenes.findIndex(s => s.title.trim() === '');
  const untitled =
    draft.title.trim() === '' ? 'The tour' : nameless < 0 ? undefined : `Scene ${nameless + 1}`;
  const usable = scenes.length > 0 && untitled === undefined;
  const save = (): void => {
    saveFile(fileName(draft), 'application/json', writeTour(draft));
    setRemark(`Saved as ${fileName(draft)}`);
  };
  const copy = async (): Promise<void> => {
    const { href, hash } = window.location;
    const link = `${href.slice(0, href.length - hash.length).replace(/#$/, '')}${presentLink(field(), hashOf)}`;
    const long = link.length > 2000 ? ' Mail and chat may cut it: a file is safer.' : '';
    try {
      await navigator.clipboard.writeText(link);
      setRemark(`Link copied, ${link.length.toLocaleString('en')} characters.${long}`);
    } catch {
      setRemark(
        'The browser did not allow copying: present the tour, and copy the address from the address bar.',
      );
    }
  };
  return (
    <section aria-label="Your own tour">
      <h3>Your own tour</h3>
      <p className="aside">
        Each scene is what the app shows when you add it. The tour stays until this tab is closed: save it as
        a file to keep it, and drop the file on the page to open it.
      </p>
      <div className="tour-new">
        <Labelled label="Title of the tour">
          <input
            value={draft.title}
            maxLength={TOUR_LIMITS.title}
            onChange={e => keep({ ...draft, title: e.target.value })}
          />
        </Labelled>
      </div>
      <div className="tour-actions">
        <button
          type="button"
          className="button"
          {...(scenes.length > 0 ? { 'data-first-focus': true } : {})}
          disabled={scenes.length >= TOUR_LIMITS.scenes}
          onClick={() => keep(withScene(draft, sceneHere()), `Scene ${scenes.length + 1} added`)}
        >
          Add what is shown
        </button>
        <button type="button" className="button" disabled={!usable} onClick={() => start(field())}>
          Present it
        </button>
        <button type="button" className="button" disabled={!usable} onClick={save}>
          Save as file
        </button>
        <button type="button" className="button" disabled={!usable} onClick={() => void copy()}>
          Copy link
        </button>
        <label className="button file">
          Open a file…
          <input
            type="file"
            className="visually-hidden"
            accept=".json,application/json"
            onChange={e => {
              const file = e.target.files?.[0];
              e.target.value = '';
              if (file === undefined) return;
              if (file.size > TOUR_LIMITS.file) setRemark(`${file.name} is longer than any tour.`);
              else
                file.text().then(
                  text => take(text, file.name),
                  () => setRemark(`${file.name}: the browser could not read it.`),
                );
            }}
          />
        </label>
        <span role="status">{remark}</span>
        {before !== undefined && (
          <button type="button" className="button" onClick={() => keep(before, 'The tour is as it was')}>
            Undo
          </button>
        )}
        {untitled !== undefined && <span className="aside">{untitled} needs a title.</span>}
      </div>
      <ol className="tour-scenes" ref={list}>
        {scenes.map((scene, i) => (
          <li
            // biome-ignore lint/suspicious/noArrayIndexKey: a scene is known by its place
            key={i}
            aria-label={`Scene ${i + 1}`}
            className={over === i ? 'over' : ''}
            onDragOver={e => {
              if (dragged.current === undefined) return;
              e.preventDefault();
              setOver(i);
            }}
            onDrop={e => {
              if (dragged.current === undefined) return;
              e.preventDefault();
              e.stopPropagation();
              move(dragged.current, i);
              dragged.current = undefined;
              setOver(undefined);
            }}
          >
            {/* biome-ignore lint/a11y/noStaticElementInteractions: the arrows beside it do the same by key */}
            <span
              className="grip"
              draggable
              title="Drag to another place"
              onDragStart={e => {
                dragged.current = i;
                e.dataTransfer.setData('application/x-hugemap-scene', String(i));
              }}
              onDragEnd={() => {
                dragged.current = undefined;
                setOver(undefined);
              }}
            >
              ⠿ {i + 1}
            </span>
            <SceneFields key={scene.link} scene={scene} put={s => keep(withSceneAt(draftTour(), i, s))} />
            <span className="tour-order">
              <button
                type="button"
                className="button icon"
                data-move="up"
                aria-label={`Scene ${i + 1} up`}
                disabled={i === 0}
                onClick={() => move(i, i - 1)}
              >
                ↑
              </button>
              <button
                type="button"
                className="button icon"
                data-move="down"
                aria-label={`Scene ${i + 1} down`}
                disabled={i === scenes.length - 1}
                onClick={() => move(i, i + 1)}
              >
                ↓
              </button>
              <button
                type="button"
                className="button icon"
                aria-label={`Preview scene ${i + 1}`}
                disabled={!usable}
                onClick={() => start(field(), i + 1)}
              >
                ▷
              </button>
              <button
                type="button"
                className="button icon"
                aria-label={`Remove scene ${i + 1}`}
                onClick={() => replace(withoutScene(draft, i), `Scene ${i + 1} removed`)}
              >
                ✕
              </button>
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
};

/** Tours to start, and one to make. */
export const PresentDialog = () => {
  const open = useApp(s => s.dialog === 'present');
  // Whoever makes a tour comes back for each scene of it: then that stands first. It does not move while it is open.
  const [making, setMaking] = useState(() => draftTour().scenes.length > 0);
  const [was, setWas] = useState(open);
  // Before the dialog looks for what takes the focus.
  if (open !== was) {
    setWas(open);
    if (open) setMaking(draftTour().scenes.length > 0);
  }
  const editor = <Editor key="editor" />;
  return (
    <Dialog
      title="Present"
      open={open}
      onClose={() => app.getState().open(undefined)}
      className="present-dialog"
    >
      {making ? [editor, <Tours key="tours" first={false} />] : [<Tours key="tours" first />, editor]}
      <p className="aside">
        On stage: arrows, Space, PageUp and PageDown go on and back, a number goes to its scene, N opens the
        notes, L a dot of light, F the full screen, B blanks it, Esc leaves.
      </p>
    </Dialog>
  );
};
