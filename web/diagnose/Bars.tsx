import { barScenario } from '../../src/diagnose/bars.ts';
import type { BarView, Diagnosis } from '../../src/diagnose/diagnosis.ts';
import { barName, barPieces, barsHeading, barsRestText } from '../../src/diagnose/words.ts';
import type { Intake } from '../../src/intake/intake.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import { formatAddress, formatSize } from '../../src/text.ts';
import { app } from '../state/store.ts';
import { Pieces } from '../ui/Pieces.tsx';

const open = (scenario: Scenario): void =>
  app.getState().change(s => ({ ...scenario, view: { ...s.view, screen: 'map' } }), 'done');

const Bar = ({ view, scenario }: { readonly view: BarView; readonly scenario: Scenario | undefined }) => (
  <li>
    <p>
      <b>{barName(view)}</b>, {formatSize(view.size)} at <code>{formatAddress(view.base)}</code>{' '}
      <span className="note">{[view.address, view.name].filter(Boolean).join(' ')}</span>
    </p>
    <p>
      <Pieces of={barPieces(view)} />
    </p>
    {scenario !== undefined && (
      <button
        type="button"
        className="link open"
        aria-label={`Open in Map: ${view.address} ${barName(view)}`}
        onClick={() => open(scenario)}
      >
        Open in Map
      </button>
    )}
  </li>
);

/** What the BARs of a paste without maps could have, each to be opened in the Map. */
export const Bars = ({ intake, diagnosis }: { readonly intake: Intake; readonly diagnosis: Diagnosis }) => {
  const rest = barsRestText(diagnosis);
  if (diagnosis.bars.length === 0 && rest === '') return null;
  return (
    <section className="checks" aria-label={barsHeading}>
      <h3>{barsHeading}</h3>
      <ul>
        {diagnosis.bars.map(view => (
          <Bar key={view.key} view={view} scenario={barScenario(intake, diagnosis, view)} />
        ))}
        {rest !== '' && <li>{rest}</li>}
      </ul>
    </section>
  );
};
