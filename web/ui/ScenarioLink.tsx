import type { ReactNode } from 'react';
import { useRestedScenario } from '../state/calm.ts';
import { hashOf } from '../state/links.ts';
import type { Update } from '../state/steps.ts';
import { app } from '../state/store.ts';

/** A link to the Scenario changed: here it changes it in place, in another tab it opens with all of it. */
export const ScenarioLink = ({
  to,
  current,
  children,
}: {
  readonly to: Update;
  readonly current: boolean;
  readonly children: ReactNode;
}) => {
  // A link may carry an address space: too much to write down while a drag lasts.
  const scenario = useRestedScenario();
  return (
    <a
      href={hashOf(to(scenario)) || '#'}
      aria-current={current ? 'page' : undefined}
      onClick={e => {
        // Another tab is the browser's business.
        if (e.ctrlKey || e.metaKey || e.shiftKey || e.altKey) return;
        e.preventDefault();
        app.getState().change(to, 'done');
      }}
    >
      {children}
    </a>
  );
};
