import type { ReactNode } from 'react';
import { useApp } from '../state/store.ts';
import { Notes } from './Notes.tsx';
import './present.css';
import { Stage } from './Stage.tsx';

/** What a link with a tour shows: the stage, or the speaker's window. `screen` is the screen of the Scenario. */
export const PresentScreen = ({ screen }: { readonly screen: ReactNode }) => {
  const present = useApp(s => s.scenario.view.present);
  if (present === undefined) return null;
  return present.notes ? <Notes present={present} /> : <Stage present={present} screen={screen} />;
};
