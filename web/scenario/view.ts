import type {
  CompareView,
  DiagnoseView,
  DmaView,
  EvidenceView,
  LabsView,
  MapView,
  Scenario,
  ScreenId,
  ZapView,
} from '../../src/scenario/scenario.ts';
import type { Update } from '../state/steps.ts';

/** Changes of what is looked at; the request and its machine stay. */

/** True where two Scenarios ask the kernel the same, about the same mapping. Compares what they share by identity. */
export const sameQuestion = (a: Scenario, b: Scenario): boolean =>
  a.machine === b.machine &&
  a.device === b.device &&
  a.space === b.space &&
  a.request === b.request &&
  a.view.map.part === b.view.map.part;

/** The screens, in the order of the header. */
export const screens: readonly { readonly id: ScreenId; readonly label: string }[] = [
  { id: 'map', label: 'Map' },
  { id: 'compare', label: 'Compare' },
  { id: 'sweep', label: 'Sweep' },
  { id: 'diagnose', label: 'Diagnose' },
  { id: 'labs', label: 'Labs' },
  { id: 'evidence', label: 'Evidence' },
];

/** Another screen. */
export const withScreen =
  (screen: ScreenId): Update =>
  s =>
    s.view.screen === screen ? s : { ...s, view: { ...s.view, screen } };

/** Another look at the Map; the same object where nothing changes. */
export const withMapView =
  (part: Partial<MapView>): Update =>
  s => {
    const { map } = s.view;
    const next = { ...map, ...part };
    const same =
      next.at === map.at &&
      next.part === map.part &&
      next.range?.from === map.range?.from &&
      next.range?.to === map.range?.to;
    return same ? s : { ...s, view: { ...s.view, map: next } };
  };

/** Another look at the Compare table. */
export const withCompare =
  (part: Partial<CompareView>): Update =>
  s => ({ ...s, view: { ...s.view, compare: { ...s.view.compare, ...part } } });

/** Other texts to diagnose, or something else said beside them. */
export const withDiagnose =
  (part: Partial<DiagnoseView>): Update =>
  s => ({ ...s, view: { ...s.view, diagnose: { ...s.view.diagnose, ...part } } });

/** Another look at the Evidence. */
export const withEvidence =
  (part: Partial<EvidenceView>): Update =>
  s => ({ ...s, view: { ...s.view, evidence: { ...s.view.evidence, ...part } } });
/** Another lab, or something else set in one. */
export const withLabs =
  (part: Partial<LabsView>): Update =>
  s => ({ ...s, view: { ...s.view, labs: { ...s.view.labs, ...part } } });

/** Another design, schedule or moment of the zap lab. */
export const withZap =
  (part: Partial<ZapView>): Update =>
  s =>
    withLabs({ zap: { ...s.view.labs.zap, ...part } })(s);
/** Something else set in the DMA lab. */
export const withDma =
  (part: Partial<DmaView>): Update =>
  s =>
    withLabs({ dma: { ...s.view.labs.dma, ...part } })(s);

const LONGEST_FILTER = 80;

/** The words of a filter as a link can carry them. */
export const withFilter = (text: string): Update =>
  withCompare({ filter: text.replaceAll(/[^ -~]/g, '').slice(0, LONGEST_FILTER) });
