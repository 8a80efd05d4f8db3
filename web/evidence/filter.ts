import type { ListedCase } from '../../src/replay/listed.ts';
import { type EvidenceFilter, type EvidenceView, evidenceFilters } from '../../src/scenario/scenario.ts';

/** A value as a link can carry it among the filters. */
export const filterValue = (text: string): string => text.replaceAll(/[^A-Za-z0-9._+ -]/g, '').slice(0, 40);

const names = Object.keys(evidenceFilters) as readonly EvidenceFilter[];

/** True when nothing is filtered. */
export const showsAll = (only: EvidenceView['only']): boolean => names.every(n => only[n] === undefined);

/** True for a case that has everything the filters ask for. */
export const passes = (c: ListedCase, only: EvidenceView['only']): boolean =>
  names.every(name => {
    const wanted = only[name];
    if (wanted === undefined) return true;
    return name === 'id' ? c.id.includes(wanted) : filterValue(c[name]) === wanted;
  });

/** The filters with one of them set, or let go where the value is empty. */
export const withFilterOf = (
  only: EvidenceView['only'],
  name: EvidenceFilter,
  value: string,
): EvidenceView['only'] => {
  const { [name]: _, ...rest } = only;
  const kept = filterValue(value);
  return kept === '' ? rest : { ...rest, [name]: kept };
};
