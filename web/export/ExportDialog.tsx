import { type ReactNode, useEffect, useId, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import type { ScreenId } from '../../src/scenario/scenario.ts';
import { formatCount } from '../../src/text.ts';
import { lengthWarning } from '../state/linkLength.ts';
import { offeredPicture, offeredTable, offersMade, watchOffers } from '../state/offered.ts';
import { app, useApp } from '../state/store.ts';
import { Dialog } from '../ui/Dialog.tsx';
import {
  copyText,
  firstTable,
  saveJson,
  savePng,
  saveSvg,
  saveTable,
  saveText,
  sceneShown,
  tablesOf,
  themeShown,
} from './actions.ts';
import { type FileTheme, fileThemes, saidOf, svgFile, usualWidth, WIDTHS } from './drawn.ts';
import { takeFiles } from './dropped.ts';
import { pngScales, pngSize } from './files.ts';
import { jsonFile } from './json.ts';
import type { ExportScene } from './scene.ts';
import { markdownOf } from './tables.ts';
import { markdownLink, plainText } from './text.ts';
import './export.css';

/** What each screen is called where its files reopen. */
const reopening: Readonly<Record<ScreenId, string>> = {
  map: '',
  compare: 'on Compare',
  sweep: 'on Sweep',
  diagnose: 'on Diagnose, with the texts given there',
  labs: 'in Labs',
  evidence: 'on Evidence',
};

/** What is exported while another screen than the Map is shown: a screen that loads late has nothing of its own yet. */
const elsewhere = (screen: ScreenId): string | undefined => {
  if (screen === 'map') return undefined;
  const where = `they reopen ${reopening[screen]}.`;
  const [picture, table] = [offeredPicture() !== undefined, offeredTable() !== undefined];
  if (picture && table)
    return `The picture below and the first table are those of this screen; text, JSON and other tables are of the Map of this scene; ${where}`;
  if (picture)
    return `The picture below is that of this screen; text, tables and JSON are of the Map of this scene; ${where}`;
  return `The files below are the Map of this scene; ${where}`;
};

const themeNames: Readonly<Record<FileTheme, string>> = {
  dark: 'Dark',
  light: 'Light',
  projector: 'Projector',
};

const Part = ({ title, children }: { readonly title: string; readonly children: ReactNode }) => (
  <section>
    <h3>{title}</h3>
    <div>{children}</div>
  </section>
);

const Button = ({ onClick, children }: { readonly onClick: () => void; readonly children: ReactNode }) => (
  <button type="button" className="button" onClick={onClick}>
    {children}
  </button>
);

/** A text that the browser would not copy: selected, so that the reader's own keys do. */
const ToCopy = ({ what, text }: { readonly what: string; readonly text: string }) => {
  const box = useRef<HTMLTextAreaElement>(null);
  const id = useId();
  // biome-ignore lint/correctness/useExhaustiveDependencies: another text is to be selected anew
  useEffect(() => {
    box.current?.focus();
    box.current?.select();
  }, [text]);
  return (
    <section className="to-copy">
      <label htmlFor={id}>The browser did not allow copying. {what}, selected, to copy with Ctrl+C:</label>
      <textarea
        ref={box}
        id={id}
        className="code"
        readOnly
        data-first-focus
        onFocus={e => e.currentTarget.select()}
        value={text}
        rows={Math.min(8, text.split('\n').length + 1)}
      />
    </section>
  );
};

const Link = ({ scene }: { readonly scene: ExportScene }) => {
  const { length } = scene.url;
  const warning = lengthWarning(length);
  const { source } = scene.scenario.space;
  const { texts } = scene.scenario.view.diagnose;
  return (
    <Part title="Link">
      <p className="note">
        {formatCount(length)} characters: {warning === '' ? 'a line of mail holds them' : warning}.
        {source.kind === 'pasted' && ' It carries the pasted address space.'}
        {texts.length > 0 && ' It carries the texts given to Diagnose.'}
        {window.location.protocol === 'file:' && ' It leads to this computer’s disk.'}
      </p>
      <div className="row">
        <Button onClick={() => void copyText('Link', scene.url)}>Copy link</Button>
        <Button onClick={() => void copyText('Markdown', markdownLink(scene, saidOf(scene).title))}>
          Copy as Markdown
        </Button>
        <Button onClick={() => void copyText('Picture as text', plainText(scene))}>Copy as plain text</Button>
      </div>
    </Part>
  );
};

/** The picture as it will be, made anew only when something about it changes. */
const Preview = ({
  scene,
  width,
  theme,
}: {
  readonly scene: ExportScene;
  readonly width: number;
  readonly theme: FileTheme;
}) => {
  const url = useMemo(
    () => `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svgFile(scene, width, theme))}`,
    [scene, width, theme],
  );
  return <img className="preview" src={url} alt={saidOf(scene).title} draggable={false} />;
};

const Pictures = ({ scene }: { readonly scene: ExportScene }) => {
  const [width, setWidth] = useState<number>(usualWidth);
  const [theme, setTheme] = useState<FileTheme>(themeShown);
  const ids = useId();
  const { height } = useMemo(() => pngSize(scene, width, theme, 1), [scene, width, theme]);
  return (
    <Part title="Picture">
      <div className="row">
        <label htmlFor={`${ids}w`}>Width</label>
        <select id={`${ids}w`} value={width} onChange={e => setWidth(Number(e.target.value))}>
          {[...WIDTHS]
            .sort((a, b) => a - b)
            .map(w => (
              <option key={w} value={w}>
                {formatCount(w)} px
              </option>
            ))}
        </select>
        <label htmlFor={`${ids}t`}>Colours</label>
        <select
          id={`${ids}t`}
          value={theme}
          onChange={e => setTheme(fileThemes.find(t => t === e.target.value) ?? theme)}
        >
          {fileThemes.map(t => (
            <option key={t} value={t}>
              {themeNames[t]}
            </option>
          ))}
        </select>
      </div>
      <Preview scene={scene} width={width} theme={theme} />
      <div className="row">
        <Button onClick={() => saveSvg(scene, width, theme)}>SVG</Button>
        {pngScales.map(scale => (
          <Button key={scale} onClick={() => void savePng(scene, width, theme, scale)}>
            PNG {formatCount(width * scale)} × {formatCount(Math.round(height * scale))}
          </Button>
        ))}
      </div>
    </Part>
  );
};

const Texts = ({ scene }: { readonly scene: ExportScene }) => {
  const tables = useMemo(() => tablesOf(scene), [scene]);
  const captions = tables.map(t => t.caption);
  const [chosen, setChosen] = useState<string>();
  const id = useId();
  const which = Math.max(captions.indexOf(chosen ?? ''), chosen === undefined ? firstTable(tables) : 0);
  const copyTable = (): void => {
    const twin = tables[which];
    if (twin !== undefined) void copyText('Table', markdownOf(twin));
  };
  return (
    <>
      <Part title="72 columns">
        <div className="row">
          <Button onClick={() => saveText(scene)}>Text</Button>
        </div>
      </Part>
      <Part title="Table">
        <div className="row">
          <select
            aria-label="Which table"
            id={id}
            value={captions[which]}
            onChange={e => setChosen(e.target.value)}
          >
            {captions.map(c => (
              <option key={c}>{c}</option>
            ))}
          </select>
          <Button onClick={() => saveTable(scene, which, 'csv')}>CSV</Button>
          <Button onClick={() => saveTable(scene, which, 'md')}>Markdown</Button>
          <Button onClick={copyTable}>Copy Markdown</Button>
        </div>
      </Part>
      <Part title="For a program">
        <div className="row">
          <Button onClick={() => saveJson(scene)}>JSON</Button>
          <Button onClick={() => void copyText('JSON', jsonFile(scene))}>Copy JSON</Button>
        </div>
      </Part>
    </>
  );
};

/** Opens what was exported. */
const Reopen = () => {
  const file = useRef<HTMLInputElement>(null);
  const [trouble, setTrouble] = useState('');
  const open = async (files: readonly File[]): Promise<void> => {
    setTrouble('');
    const rest = await takeFiles(files);
    const [first] = rest;
    if (first !== undefined) setTrouble(`${first.name} is no SVG, PNG or JSON exported here.`);
    // What else there is to say stands above the page, behind this dialog.
    else app.getState().open(undefined);
  };
  return (
    <Part title="Open one again">
      <p className="note">
        SVG, PNG and JSON carry the scene. Drop one anywhere on the page, or choose it; nothing is uploaded.
      </p>
      <div className="row">
        <Button onClick={() => file.current?.click()}>Choose a file…</Button>
        <input
          ref={file}
          type="file"
          hidden
          accept=".svg,.png,.json,image/svg+xml,image/png,application/json"
          onChange={e => {
            const chosen = [...(e.target.files ?? [])];
            e.target.value = '';
            if (chosen.length > 0) void open(chosen);
          }}
        />
      </div>
      {trouble !== '' && (
        <p className="bad" role="alert">
          <span aria-hidden="true">✕ </span>
          {trouble}
        </p>
      )}
    </Part>
  );
};

const Content = () => {
  const scenario = useApp(s => s.scenario);
  const toCopy = useApp(s => s.toCopy);
  const offers = useSyncExternalStore(watchOffers, offersMade);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the scene is that of the Scenario shown, with what its screen offers
  const scene = useMemo(sceneShown, [scenario, offers]);
  const note = elsewhere(scenario.view.screen);
  return (
    <>
      {toCopy !== undefined && <ToCopy {...toCopy} />}
      <p>{saidOf(scene).title}</p>
      {note !== undefined && <p className="note">{note}</p>}
      <div className="parts">
        <Link scene={scene} />
        <Pictures scene={scene} />
        <Texts scene={scene} />
        <Reopen />
      </div>
      <Said />
    </>
  );
};

/** The page's status line lies behind the dialog, so it is repeated here. */
const Said = () => {
  const remark = useApp(s => s.remark);
  const [old] = useState(remark);
  return (
    <p className="note said" role="status">
      {remark === old ? '' : remark}
    </p>
  );
};

/** Files and texts of what is shown, and the way back. */
export const ExportDialog = () => {
  const open = useApp(s => s.dialog === 'export');
  const close = (): void => {
    app.setState({ toCopy: undefined });
    app.getState().open(undefined);
  };
  return (
    <Dialog title="Export" open={open} onClose={close} className="export">
      {open && <Content />}
    </Dialog>
  );
};
