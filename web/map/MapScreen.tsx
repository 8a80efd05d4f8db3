import { type ReactNode, useEffect, useRef } from 'react';
import { app, useApp, useMedia } from '../state/store.ts';
import { LatePart } from '../ui/late.tsx';
import { BitsPanel } from './bits/BitsPanel.tsx';
import { Legend } from './Legend.tsx';
import './map.css';
import { PlayerStrip } from './PlayerStrip.tsx';
import { below, controls, drawing, findings, readout, sheet } from './parts.ts';
import { Toolbar } from './Toolbar.tsx';
import { Headline } from './verdict/Headline.tsx';

/** A part beside the picture. */
const Beside = ({ of }: { readonly of: typeof controls }) => (
  <LatePart of={of} wanted frame={content => content} props={{}} />
);

/** Keeps the picture's place while it is coming. */
const inDrawing = (content: ReactNode) => <div className="drawing">{content}</div>;

/** Where did it land, which leaves, why not larger? Controls, the picture, the verdict. */
export const MapScreen = () => {
  const drawer = useApp(s => s.drawer);
  const slim = useMedia('(max-width: 1239px)');
  const stage = useApp(s => s.stage) && !slim;
  const narrow = slim || stage;
  const phone = useMedia('(max-width: 719px)');
  const column = useRef<HTMLElement>(null);
  const wasOpen = useRef(false);
  useEffect(() => {
    const open = narrow && drawer;
    if (open) column.current?.focus({ preventScroll: true });
    // What opened the drawer gets the focus back, unless the hand has moved on.
    else if (
      wasOpen.current &&
      (document.activeElement === document.body || column.current?.contains(document.activeElement))
    )
      document.querySelector<HTMLElement>('[aria-controls="controls"]')?.focus();
    wasOpen.current = open;
  }, [narrow, drawer]);
  return (
    <main className={`map${stage ? ' on-stage' : ''}${drawer && narrow ? ' with-drawer' : ''}`}>
      <aside
        ref={column}
        id="controls"
        className="controls"
        aria-label="Scenario"
        tabIndex={-1}
        hidden={narrow && !drawer}
        onKeyDown={e => {
          if (narrow && e.key === 'Escape') app.getState().setDrawer(false);
        }}
      >
        <Beside of={controls} />
      </aside>
      <section className="stage" aria-label="Picture" tabIndex={-1}>
        <Toolbar />
        <Legend />
        <PlayerStrip />
        <LatePart of={drawing} wanted frame={inDrawing} props={{}} holds />
        <LatePart of={readout} wanted frame={() => <div className="readout" />} props={{}} holds />
        <LatePart of={below} wanted frame={() => null} props={{}} />
        <BitsPanel />
      </section>
      <aside className="verdict" aria-label="Verdict and reasons" tabIndex={-1}>
        <Headline />
        <Beside of={findings} />
      </aside>
      {(phone || stage) && <Beside of={sheet} />}
    </main>
  );
};
