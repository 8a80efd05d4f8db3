import { type ReactNode, useEffect } from 'react';
import { MAX_INTAKE } from '../src/intake/intake.ts';
import type { ScreenId } from '../src/scenario/scenario.ts';
import { CompareScreen } from './compare/CompareScreen.tsx';
import { Header } from './Header.tsx';
import { Help } from './Help.tsx';
import { IntakeDialog } from './intake/IntakeDialog.tsx';
import { LinkProblems } from './LinkProblems.tsx';
import { MapScreen } from './map/MapScreen.tsx';
import { Palette } from './Palette.tsx';
import { app, useApp } from './state/store.ts';
import { TermHelp } from './ui/Term.tsx';
import './styles.css';

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
      const { drop: take, say } = app.getState();
      if (files.length === 0) {
        take([{ name: '', text }]);
        return;
      }
      const small = files.filter(f => f.size <= MAX_INTAKE);
      if (small.length < files.length) say('Files above 32 MiB are not read');
      void Promise.all(small.map(async f => ({ name: f.name, text: await f.text() }))).then(texts => {
        if (texts.length > 0) take(texts);
      });
    };
    window.addEventListener('dragover', over);
    window.addEventListener('drop', drop);
    return () => {
      window.removeEventListener('dragover', over);
      window.removeEventListener('drop', drop);
    };
  }, []);
};

const screens: Readonly<Record<ScreenId, () => ReactNode>> = { map: MapScreen, compare: CompareScreen };

/** The page. */
export const App = () => {
  useDrops();
  const Screen = screens[useApp(s => s.scenario.view.screen)];
  return (
    <>
      <Header />
      <LinkProblems />
      <Screen />
      <IntakeDialog />
      <Help />
      <Palette />
      <TermHelp />
    </>
  );
};
