import { useEffect, useRef } from 'react';
import { app, useApp, useMedia } from '../state/store.ts';
import { BitsPanel } from './bits/BitsPanel.tsx';
import { Controls } from './controls/Controls.tsx';
import { Drawing } from './Drawing.tsx';
import { Legend } from './Legend.tsx';
import './map.css';
import { Readout } from './Readout.tsx';
import { SearchPlayer } from './SearchPlayer.tsx';
import { Sheet } from './Sheet.tsx';
import { Toolbar } from './Toolbar.tsx';
import { Findings } from './verdict/Findings.tsx';
import { Headline } from './verdict/Headline.tsx';

/** Where did it land, which leaves, why not larger? Controls, the picture, the verdict. */
export const MapScreen = () => {
  const drawer = useApp(s => s.drawer);
  const narrow = useMedia('(max-width: 1239px)');
  const phone = useMedia('(max-width: 719px)');
  const controls = useRef<HTMLElement>(null);
  const wasOpen = useRef(false);
  useEffect(() => {
    const open = narrow && drawer;
    if (open) controls.current?.focus({ preventScroll: true });
    // What opened the drawer gets the focus back, unless the hand has moved on.
    else if (
      wasOpen.current &&
      (document.activeElement === document.body || controls.current?.contains(document.activeElement))
    )
      document.querySelector<HTMLElement>('[aria-controls="controls"]')?.focus();
    wasOpen.current = open;
  }, [narrow, drawer]);
  return (
    <main className={drawer && narrow ? 'map with-drawer' : 'map'}>
      <aside
        ref={controls}
        id="controls"
        className="controls"
        aria-label="Scenario"
        tabIndex={-1}
        hidden={narrow && !drawer}
        onKeyDown={e => {
          if (narrow && e.key === 'Escape') app.getState().setDrawer(false);
        }}
      >
        <Controls />
      </aside>
      <section className="stage" aria-label="Picture">
        <Toolbar />
        <Legend />
        <SearchPlayer />
        <Drawing />
        <Readout />
        <BitsPanel />
      </section>
      <aside className="verdict" aria-label="Verdict and reasons">
        <Headline />
        <Findings />
      </aside>
      {phone && <Sheet />}
    </main>
  );
};
