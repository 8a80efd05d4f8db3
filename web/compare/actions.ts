import { withCompare } from '../scenario/view.ts';
import { app } from '../state/store.ts';
import { asMarkdown, asTsv } from './copy.ts';
import { MOST_PINS, type Row } from './rows.ts';

/** Shows a row in the Map: its machine, and what had to be rounded for it. */
export const openRow = (row: Row): void =>
  app.getState().change(s => ({ ...row.scenario, view: { ...s.view, screen: 'map' } }), 'done');

/** Pins a row, or lets it go; of too many the one pinned first goes. */
export const togglePin = (id: string, pins: readonly string[]): void => {
  const next = pins.includes(id) ? pins.filter(p => p !== id) : [...pins, id].slice(-MOST_PINS);
  app.getState().change(withCompare({ pins: next }), 'done');
};

/** Compares all rows with this one, or no more. */
export const toggleBaseline = (row: Row): void => {
  const { change, say } = app.getState();
  if (!row.measures.ok) {
    say(`${row.name} has no figures to compare with`);
    return;
  }
  change(s => withCompare({ baseline: s.view.compare.baseline === row.id ? undefined : row.id })(s), 'done');
};

/** Copies the rows shown. */
export const copyRows = async (
  rows: readonly Row[],
  base: Row | undefined,
  as: 'Markdown' | 'TSV',
): Promise<void> => {
  const { say } = app.getState();
  try {
    await navigator.clipboard.writeText(as === 'TSV' ? asTsv(rows, base) : asMarkdown(rows, base));
    say(`${rows.length} rows copied as ${as}`);
  } catch {
    say('The browser did not allow copying');
  }
};
