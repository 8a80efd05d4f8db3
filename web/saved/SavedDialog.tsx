import { useEffect, useId, useRef, useState } from 'react';
import { defaultScenario } from '../../src/scenario/scenario.ts';
import { formatCount } from '../../src/text.ts';
import { screenCaption } from '../scenario/caption.ts';
import { loadCodec } from '../state/codec.ts';
import { hashOf } from '../state/links.ts';
import { app, currentUrl, useApp } from '../state/store.ts';
import { Dialog } from '../ui/Dialog.tsx';
import { saveFile } from '../ui/saveFile.ts';
import {
  cleanName,
  joined,
  MAX_FILE,
  MAX_NAME,
  MAX_SCENES,
  readScenes,
  type SavedScene,
  writeScenes,
} from './scenes.ts';
import { changeShelf, readShelf, useShelf } from './shelf.ts';
import './saved.css';

const close = (): void => app.getState().open(undefined);

const count = (n: number): string => (n === 1 ? '1 scene' : `${formatCount(n)} scenes`);

/** Opens a scene as its link would be opened: what cannot be read of it is said, and Back leads back. */
const openScene = ({ name, link }: SavedScene): void => {
  // What a drag still owes to the address belongs to the step before.
  currentUrl();
  if (link === '') app.getState().change(() => defaultScenario, 'done');
  else window.location.hash = link;
  close();
  app.getState().say(`Opened “${name}”`);
};

const Row = ({
  scene,
  taken,
  onDelete,
}: {
  readonly scene: SavedScene;
  /** The names of all scenes. */
  readonly taken: ReadonlySet<string>;
  readonly onDelete: () => void;
}) => {
  const [renaming, setRenaming] = useState<string | undefined>(undefined);
  const button = useRef<HTMLButtonElement>(null);
  const name = cleanName(renaming ?? '');
  const clash = name !== scene.name && taken.has(name);
  const done = (): void => {
    setRenaming(undefined);
    window.requestAnimationFrame(() => button.current?.focus());
  };
  if (renaming !== undefined)
    return (
      <li>
        <form
          onSubmit={e => {
            e.preventDefault();
            if (name === '' || clash) return;
            changeShelf(all => all.map(s => (s.name === scene.name ? { ...s, name } : s)));
            app.getState().say(`Renamed to “${name}”`);
            done();
          }}
        >
          <input
            type="text"
            aria-label={`New name of ${scene.name}`}
            aria-invalid={clash}
            maxLength={MAX_NAME}
            value={renaming}
            // biome-ignore lint/a11y/noAutofocus: the reader asked to type here
            autoFocus
            onChange={e => setRenaming(e.target.value)}
            onKeyDown={e => {
              if (e.key !== 'Escape') return;
              // Out of the field, not out of the dialog.
              e.preventDefault();
              e.stopPropagation();
              done();
            }}
          />
          <button type="submit" className="button" disabled={name === '' || clash}>
            Rename
          </button>
          <button type="button" className="button" onClick={done}>
            Cancel
          </button>
          {clash && <small>Another scene has this name.</small>}
        </form>
      </li>
    );
  return (
    <li>
      <button type="button" className="saved-name" onClick={() => openScene(scene)}>
        {scene.name}
      </button>
      <small>
        {scene.saved === '' ? '' : `${scene.saved.slice(0, 16).replace('T', ' ')} UTC, `}
        {scene.link === '' ? 'the default scene' : `${formatCount(scene.link.length)} characters`}
        {scene.link.includes('&vmas=') ? ', with an address space' : ''}
      </small>
      <button
        ref={button}
        type="button"
        className="button"
        aria-label={`Rename ${scene.name}`}
        onClick={() => setRenaming(scene.name)}
      >
        Rename
      </button>
      <button type="button" className="button" aria-label={`Delete ${scene.name}`} onClick={onDelete}>
        Delete
      </button>
    </li>
  );
};

const Save = ({
  scenes,
  onSaid,
}: {
  readonly scenes: readonly SavedScene[];
  /** The page's own status line lies behind the dialog. */
  readonly onSaid: (said: string) => void;
}) => {
  const scenario = useApp(s => s.scenario);
  const [typed, setTyped] = useState<string | undefined>(undefined);
  const id = useId();
  const name = cleanName(typed ?? `${screenCaption(scenario)}, Linux ${scenario.machine.kernel}`);
  const replaces = scenes.some(s => s.name === name);
  const full = !replaces && scenes.length >= MAX_SCENES;
  const save = (): void => {
    const made: SavedScene = { name, link: hashOf(scenario), saved: new Date().toISOString() };
    const { trouble } = changeShelf(all =>
      replaces ? all.map(s => (s.name === name ? made : s)) : [...all, made],
    );
    const did = replaces ? 'Replaced' : 'Saved';
    onSaid(trouble === undefined ? `${did} “${name}”` : `“${name}” is at hand, but not kept`);
    setTyped(undefined);
  };
  const { texts } = scenario.view.diagnose;
  const lost = texts.length > 0 && !hashOf(scenario).includes('&paste=');
  return (
    <form
      className="saved-new"
      onSubmit={e => {
        e.preventDefault();
        if (name !== '' && !full) save();
      }}
    >
      <label htmlFor={id}>What is shown, as</label>
      <input
        id={id}
        type="text"
        data-first-focus
        maxLength={MAX_NAME}
        value={typed ?? name}
        onChange={e => setTyped(e.target.value)}
      />
      <button type="submit" className="button" disabled={name === '' || full}>
        {replaces ? 'Replace' : 'Save'}
      </button>
      {lost && <small>The pasted texts are too long for a link, and are not saved with it.</small>}
      {full && <small>{count(MAX_SCENES)} are kept at most.</small>}
    </form>
  );
};

/** Named scenes, kept in the browser: save, open, rename, delete, and all of them as one file. */
export const SavedDialog = () => {
  const open = useApp(s => s.dialog === 'saved');
  const { scenes, trouble } = useShelf();
  const [said, setSaid] = useState('');
  // What was deleted can be had back until the dialog closes.
  const [gone, setGone] = useState<readonly SavedScene[]>([]);
  const file = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (!open) return;
    readShelf();
    setSaid('');
    setGone([]);
    // A scene carries its address space packed.
    loadCodec().catch(() => {});
    const other = (e: StorageEvent): void => {
      if (e.key === null || e.key.startsWith('hugemap.scenes')) readShelf();
    };
    window.addEventListener('storage', other);
    return () => window.removeEventListener('storage', other);
  }, [open]);
  const take = async (files: FileList | null): Promise<void> => {
    const [given] = files ?? [];
    if (given === undefined) return;
    const no = (reason: string): void =>
      setSaid(`${given.name} was not imported: ${reason}. Nothing was changed.`);
    let text: string;
    try {
      if (given.size > MAX_FILE) return no('it is longer than 32 MiB');
      text = await given.text();
    } catch {
      return no('the browser could not read it');
    }
    const read = readScenes(text);
    if (!read.ok) return no(read.reason);
    const had = scenes.length;
    const now = changeShelf(all => joined(all, read.value.scenes)).scenes.length;
    const left = read.value.scenes.length - (now - had);
    setSaid(
      [
        `${count(now - had)} imported from ${given.name}.`,
        ...(left > 0
          ? [
              now >= MAX_SCENES
                ? `${count(left)} left out: there is room for ${formatCount(MAX_SCENES)}.`
                : `${count(left)} there already.`,
            ]
          : []),
        ...(read.value.skipped > 0 ? [`${formatCount(read.value.skipped)} entries are no scene.`] : []),
      ].join(' '),
    );
  };

  return (
    <Dialog title="Saved scenes" open={open} onClose={close} className="saved">
      {open && <Save scenes={scenes} onSaid={setSaid} />}
      {trouble !== undefined && (
        <p role="alert" className="saved-trouble">
          {trouble}
        </p>
      )}
      {scenes.length === 0 ? (
        <p className="quiet">Nothing is saved yet. Scenes stay in this browser and are sent nowhere.</p>
      ) : (
        <ul className="saved-list" aria-label="Saved scenes">
          {scenes.map(s => (
            <Row
              key={s.name}
              scene={s}
              taken={new Set(scenes.map(x => x.name))}
              onDelete={() => {
                changeShelf(all => all.filter(x => x.name !== s.name));
                setGone([...gone, s]);
              }}
            />
          ))}
        </ul>
      )}
      <p role="status">
        {said}
        {gone.length > 0 && (
          <>
            {' '}
            {count(gone.length)} deleted.{' '}
            <button
              type="button"
              className="button"
              onClick={() => {
                changeShelf(all => joined(all, gone));
                setGone([]);
              }}
            >
              Undo
            </button>
          </>
        )}
      </p>
      <footer>
        <input
          ref={file}
          type="file"
          accept=".json,application/json"
          aria-label="File of scenes"
          hidden
          onChange={e => {
            void take(e.target.files);
            e.target.value = '';
          }}
        />
        <button type="button" className="button" onClick={() => file.current?.click()}>
          Import…
        </button>
        <button
          type="button"
          className="button"
          disabled={scenes.length === 0}
          onClick={() => {
            saveFile('hugemap-scenes.json', 'application/json', writeScenes(scenes));
            setSaid(`${count(scenes.length)} exported as hugemap-scenes.json.`);
          }}
        >
          Export all
        </button>
      </footer>
    </Dialog>
  );
};
