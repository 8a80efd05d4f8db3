import { type LabId, labIds } from '../../src/scenario/scenario.ts';
import { withLabs } from '../scenario/view.ts';
import { app, useApp } from '../state/store.ts';
import { DmaLab } from './dma/DmaLab.tsx';
import './labs.css';
import { PagesLab } from './pages/PagesLab.tsx';
import { ZapLab } from './zap/ZapLab.tsx';

const names: Readonly<Record<LabId, string>> = {
  dma: 'DMA mapping',
  pages: 'struct page contiguity',
  zap: 'Zap against mmap',
};

const labs: Readonly<Record<LabId, () => React.ReactNode>> = { dma: DmaLab, pages: PagesLab, zap: ZapLab };

/** Three systems of the threads, one at a time. */
export const LabsScreen = () => {
  const lab = useApp(s => s.scenario.view.labs.lab);
  const Lab = labs[lab];
  return (
    <main className="labs">
      <fieldset className="lab-switch">
        <legend className="visually-hidden">Lab</legend>
        {labIds.map(id => (
          <label key={id}>
            <input
              type="radio"
              name="lab"
              checked={lab === id}
              onChange={() => app.getState().change(withLabs({ lab: id }), 'done')}
            />
            {names[id]}
          </label>
        ))}
      </fieldset>
      <Lab />
    </main>
  );
};
