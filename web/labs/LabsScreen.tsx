import { type LabId, labIds } from '../../src/scenario/scenario.ts';
import { labNames } from '../scenario/labNames.ts';
import { withLabs } from '../scenario/view.ts';
import { useApp } from '../state/store.ts';
import { ScenarioLink } from '../ui/ScenarioLink.tsx';
import { DmaLab } from './dma/DmaLab.tsx';
import './labs.css';
import { PagesLab } from './pages/PagesLab.tsx';
import { ZapLab } from './zap/ZapLab.tsx';

const labs: Readonly<Record<LabId, () => React.ReactNode>> = { dma: DmaLab, pages: PagesLab, zap: ZapLab };

/** Three systems of the threads, one at a time. */
export const LabsScreen = () => {
  const lab = useApp(s => s.scenario.view.labs.lab);
  const Lab = labs[lab];
  return (
    <main className="labs">
      <nav className="lab-switch" aria-label="Labs">
        {labIds.map(id => (
          <ScenarioLink key={id} to={withLabs({ lab: id })} current={lab === id}>
            {labNames[id]}
          </ScenarioLink>
        ))}
      </nav>
      <Lab />
    </main>
  );
};
