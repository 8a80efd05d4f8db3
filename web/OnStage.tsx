import type { ReactNode } from 'react';
import { hallScene } from './hallScenes.ts';
import { PresentScreen } from './present/PresentScreen.tsx';

/** The stage with the pictures that other screens have for it. */
export const OnStage = ({ screen }: { readonly screen: ReactNode }) => (
  <PresentScreen screen={screen} hallScene={hallScene} />
);
