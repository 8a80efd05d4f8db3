import { useSyncExternalStore } from 'react';

const subscribe = (notify: () => void): (() => void) => {
  window.addEventListener('resize', notify);
  return () => window.removeEventListener('resize', notify);
};

/** Device pixels to a CSS pixel: a zoom of the page changes it. */
export const usePixelRatio = (): number =>
  useSyncExternalStore(subscribe, () => window.devicePixelRatio || 1);
