import { useMemo } from 'react';
import { type Counter, counterOf } from '../../../src/memmap/counters.ts';
import { readSetup, type Setup, writeSetup } from '../../../src/memmap/setup.ts';
import type { PagesLabView, Scenario } from '../../../src/scenario/scenario.ts';
import type { Read } from '../../../src/text.ts';
import { withLabs } from '../../scenario/view.ts';
import type { Phase } from '../../state/steps.ts';
import { app, useApp } from '../../state/store.ts';

const first = (): Setup => {
  const read = readSetup('M1');
  if (!read.ok) throw new Error(read.reason);
  return read.value;
};
const fallback = first();

const setupIn = (read: Read<Setup>): Setup => (read.ok ? read.value : fallback);

/** What the Scenario says of this lab; where its text cannot be read the first case stands in, and the reason with it. */
export const useSetup = (): { readonly setup: Setup; readonly problem: string | undefined } => {
  const text = useApp(s => s.scenario.view.labs.pages.memory);
  return useMemo(() => {
    const read = readSetup(text);
    return { setup: setupIn(read), problem: read.ok ? undefined : read.reason };
  }, [text]);
};

/** The counter whose own layout is drawn; undefined: the layout as it is. */
export const useDrawnFor = (): Counter | undefined => {
  const id = useApp(s => s.scenario.view.labs.pages.drawnFor);
  return id === 'none' ? undefined : counterOf(id);
};

const withPagesLab =
  (part: (view: PagesLabView) => Partial<PagesLabView>) =>
  (s: Scenario): Scenario =>
    withLabs({ pages: { ...s.view.labs.pages, ...part(s.view.labs.pages) } })(s);

/** Changes what is set in this lab beside its memory. */
export const changeView = (part: Partial<PagesLabView>): void =>
  app.getState().change(
    withPagesLab(() => part),
    'done',
  );

/** Changes memory, memmap or pages; during a drag every update gets them as they were when it began. */
export const changeSetup = (update: (setup: Setup) => Setup, phase: Phase = 'done'): void =>
  app.getState().change(
    withPagesLab(({ memory }) => {
      const before = setupIn(readSetup(memory));
      const after = update(before);
      return after === before ? {} : { memory: writeSetup(after) };
    }),
    phase,
  );

/** Shows a case by its id; does nothing where there is none. */
export const toCase = (id: string): void => {
  const read = readSetup(id);
  if (read.ok) changeSetup(() => read.value);
};
