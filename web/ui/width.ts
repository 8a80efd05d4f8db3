import { useCallback, useRef, useState } from 'react';

/** What to give a box as its `ref`, and the box's width in CSS pixels, kept true; 0 before it is known. */
export const useWidth = (): readonly [(element: HTMLElement | null) => void, number] => {
  const [width, setWidth] = useState(0);
  const observer = useRef<ResizeObserver>(undefined);
  const take = useCallback((element: HTMLElement | null) => {
    observer.current?.disconnect();
    if (element === null) return;
    setWidth(element.clientWidth);
    observer.current = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.current.observe(element);
  }, []);
  return [take, width];
};
