import type { ReactNode } from 'react';
import type { Scenario } from '../../src/scenario/scenario.ts';
import type { HallScene } from '../picture/hall.ts';
import { useApp } from '../state/store.ts';
import { Notes } from './Notes.tsx';
import './present.css';
import './flow.css';
import { Stage } from './Stage.tsx';

/**
 * What a link with a tour shows: the stage, or the speaker's window. `screen` is the screen of the Scenario, `hallScene`
 * the picture that a screen other than the Map has for a hall.
 */
export const PresentScreen = ({
  screen,
  hallScene,
}: {
  readonly screen: ReactNode;
  readonly hallScene: (s: Scenario) => HallScene | undefined;
}) => {
  const present = useApp(s => s.scenario.view.present);
  if (present === undefined) return null;
  return present.notes ? (
    <Notes present={present} />
  ) : (
    <Stage present={present} screen={screen} hallScene={hallScene} />
  );
};
