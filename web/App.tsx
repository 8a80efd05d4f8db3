import { type ReactNode, useEffect } from 'react';
import { MAX_INTAKE } from '../src/intake/limit.ts';
import type { ScreenId } from '../src/scenario/scenario.ts';
import { Header } from './Header.tsx';
import { MapScreen } from './map/MapScreen.tsx';
import { loadCodec } from './state/codec.ts';
import { app, type DialogName, useApp } from './state/store.ts';
import { Dialog } from './ui/Dialog.tsx';
import { type Late, LatePart, late } from './ui/late.tsx';
import './styles.css';

const takeTexts = async (files: readonly File[]): Promise<void> => {
  const { drop: take, say } = app.getState();
  const read = await Promise.all(
    files
      .filter(f => f.size <= MAX_INTAKE)
      .map(f =>
        f.text().then(
          text => [{ name: f.name, text }],
          () => [],
        ),
      ),
  );
  const texts = read.flat();
  if (texts.length < files.length) say('Files that are gone or above 32 MiB are not read');
  if (texts.length > 0) take(texts);
};

/** Files that carry a scene open it, on every screen; the others go where the screen takes them. */
const takeFiles = async (files: readonly File[]): Promise<void> => {
  const rest = await import('./export/part.ts').then(
    m => m.takeFiles(files),
    () => files,
  );
  if (rest.length === 0) return;
  const { dropCaptures, scenario } = app.getState();
  // Captures may be packed, and text they are not, so the screen that takes them reads them itself.
  if (scenario.view.screen === 'evidence') dropCaptures(rest);
  else await takeTexts(rest);
};

/** Takes files and text dropped anywhere on the page. */
const useDrops = (): void => {
  useEffect(() => {
    const over = (e: DragEvent): void => {
      if (e.target instanceof HTMLTextAreaElement || e.target instanceof HTMLInputElement) {
        if (!e.dataTransfer?.types.includes('Files')) return;
      }
      e.preventDefault();
    };
    const drop = (e: DragEvent): void => {
      const data = e.dataTransfer;
      if (data === null) return;
      const files = [...data.files];
      const text = data.getData('text/plain');
      const ownField = e.target instanceof HTMLTextAreaElement || e.target instanceof HTMLInputElement;
      if (files.length === 0 && (text === '' || ownField)) return;
      e.preventDefault();
      if (files.length > 0) void takeFiles(files);
      else if (app.getState().scenario.view.screen === 'evidence')
        app.getState().dropCaptures([new File([text], 'dropped text')]);
      else app.getState().drop([{ name: '', text }]);
    };
    window.addEventListener('dragover', over);
    window.addEventListener('drop', drop);
    return () => {
      window.removeEventListener('dragover', over);
      window.removeEventListener('drop', drop);
    };
  }, []);
};

const compare = late(() => import('./compare/CompareScreen.tsx').then(m => m.CompareScreen));
const sweep = late(() => import('./sweep/SweepScreen.tsx').then(m => m.SweepScreen));
// With the codec, as the dialog.
const diagnose = late(() =>
  Promise.all([import('./diagnose/DiagnoseScreen.tsx'), loadCodec()]).then(([m]) => m.DiagnoseScreen),
);
const labs = late(() => import('./labs/LabsScreen.tsx').then(m => m.LabsScreen));
// With it come the captures, each when the page is idle.
const evidence = late(() =>
  import('./evidence/EvidenceScreen.tsx').then(m => {
    void m.bringShipped();
    return m.EvidenceScreen;
  }),
);
// With the codec: what it takes goes into the link.
const intake = late(() =>
  Promise.all([import('./intake/IntakeDialog.tsx'), loadCodec()]).then(([m]) => m.IntakeDialog),
);
// With the codec: scenes may carry an address space, and a link a whole tour.
const present = late(() => Promise.all([import('./OnStage.tsx'), loadCodec()]).then(([m]) => m.OnStage));
const presentDialog = late(() =>
  Promise.all([import('./present/PresentDialog.tsx'), loadCodec()]).then(([m]) => m.PresentDialog),
);
const help = late(() => import('./Help.tsx').then(m => m.Help));
const palette = late(() => import('./Palette.tsx').then(m => m.Palette));
const exporting = late(() => import('./export/part.ts').then(m => m.ExportDialog));
const saved = late(() => import('./saved/SavedDialog.tsx').then(m => m.SavedDialog));
const terms = late(() => import('./ui/TermHelp.tsx').then(m => m.TermHelp));

const linkProblems = late(() => import('./LinkProblems.tsx').then(m => m.LinkProblems));

/** What there is to say about the link: few links need it, so the first paint does not wait for the words. */
const LinkProblems = () => {
  const wanted = useApp(s => s.problems.length > 0 || s.linkNotes.length > 0);
  return <LatePart of={linkProblems} wanted={wanted} frame={() => null} props={{}} />;
};

const LateScreen = ({ of }: { readonly of: Late<object> }) => (
  <LatePart of={of} wanted frame={content => <main className="late">{content}</main>} props={{}} />
);

/** A dialog that keeps what was typed into it, so it stays once it is here. */
const LateDialog = ({
  of,
  name,
  title,
}: {
  readonly of: Late<object>;
  readonly name: DialogName;
  readonly title: string;
}) => {
  const open = useApp(s => s.dialog === name);
  const frame = (content: ReactNode) => (
    <Dialog title={title} open onClose={() => app.getState().open(undefined)}>
      {content}
    </Dialog>
  );
  return <LatePart of={of} wanted={open} frame={frame} props={{}} />;
};

const screens: Readonly<Record<ScreenId, () => ReactNode>> = {
  map: MapScreen,
  compare: () => <LateScreen of={compare} />,
  sweep: () => <LateScreen of={sweep} />,
  diagnose: () => <LateScreen of={diagnose} />,
  labs: () => <LateScreen of={labs} />,
  evidence: () => <LateScreen of={evidence} />,
};

/** The page. */
export const App = () => {
  useDrops();
  const Screen = screens[useApp(s => s.scenario.view.screen)];
  const presenting = useApp(s => s.scenario.view.present !== undefined);
  if (presenting)
    return (
      <LatePart
        of={present}
        wanted
        frame={content => <main className="late">{content}</main>}
        props={{ screen: <Screen /> }}
      />
    );
  return (
    <>
      <Header />
      <LinkProblems />
      <Screen />
      <LateDialog of={intake} name="intake" title="Paste what a machine prints" />
      <LateDialog of={presentDialog} name="present" title="Present" />
      <LateDialog of={help} name="help" title="Keys" />
      <LateDialog of={palette} name="palette" title="Find a command" />
      <LateDialog of={exporting} name="export" title="Export" />
      <LateDialog of={saved} name="saved" title="Saved scenes" />
      <LatePart of={terms} wanted frame={() => null} props={{}} />
    </>
  );
};
