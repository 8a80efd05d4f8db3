import { useEffect, useRef, useState } from 'react';
import { afterFrame } from './frame.ts';

/**
 * The value of a control, and what a choice calls: the control shows it in the very next frame, and `choose` is called
 * once that is on its way to the screen, since all the page may have to be drawn for it. Of several choices within a
 * frame only the last is made; one that is open when the control goes away is made then.
 */
export const useChosen = <T>(value: T, choose: (value: T) => void): readonly [T, (value: T) => void] => {
  const [open, setOpen] = useState<{ readonly value: T }>();
  const latest = useRef(choose);
  latest.current = choose;
  const owed = useRef<{ readonly value: T }>(undefined);
  useEffect(() => {
    owed.current = open;
    if (open === undefined) return;
    return afterFrame(() => {
      owed.current = undefined;
      setOpen(undefined);
      latest.current(open.value);
    });
  }, [open]);
  useEffect(
    () => () => {
      if (owed.current !== undefined) latest.current(owed.current.value);
    },
    [],
  );
  return [open === undefined ? value : open.value, next => setOpen({ value: next })];
};
