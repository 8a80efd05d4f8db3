import { useEffect, useRef, useState } from 'react';
import { still } from '../state/motion.ts';
import './below.css';

/** Less than this below the edge is not worth a word, in CSS pixels: not a row of the ladder. */
const LEAST = 24;

/** Of a box that scrolls, how much of its content lies below its lower edge; 0 where the page scrolls instead. */
const restOf = (box: Element): number =>
  getComputedStyle(box).overflowY === 'visible' ? 0 : box.scrollHeight - box.clientHeight - box.scrollTop;

/** The box of the picture beside this. */
const boxBeside = (anchor: Element | null): Element | undefined =>
  anchor?.parentElement?.querySelector('.drawing') ?? undefined;

/** A button under the picture while more of it lies below its lower edge: it goes to the page tables, which come last. */
export const Below = () => {
  const anchor = useRef<HTMLDivElement>(null);
  const [more, setMore] = useState(false);
  useEffect(() => {
    const stage = anchor.current?.parentElement;
    if (!stage) return;
    const check = (): void => {
      const box = boxBeside(anchor.current);
      setMore(box !== undefined && restOf(box) > LEAST);
    };
    const sizes = new ResizeObserver(check);
    const watch = (): void => {
      sizes.disconnect();
      // What is there while the picture is coming is another box than the one that has it.
      const box = boxBeside(anchor.current);
      const canvas = box?.querySelector('canvas');
      // Each tells its size once it is laid out: to ask now would have all of the page laid out before its time.
      for (const e of [box, canvas]) if (e) sizes.observe(e);
    };
    const children = new MutationObserver(watch);
    children.observe(stage, { childList: true });
    // A scroll does not bubble.
    stage.addEventListener('scroll', check, { capture: true, passive: true });
    watch();
    return () => {
      sizes.disconnect();
      children.disconnect();
      stage.removeEventListener('scroll', check, { capture: true });
    };
  }, []);
  return (
    <div ref={anchor} className="below">
      {more && (
        <button
          type="button"
          className="button"
          title="To the page tables"
          onClick={() => {
            const box = boxBeside(anchor.current);
            box?.scrollTo({ top: box.scrollHeight, behavior: still() ? 'auto' : 'smooth' });
            box?.querySelector('canvas')?.focus({ preventScroll: true });
          }}
        >
          More below <span aria-hidden="true">↓</span>
        </button>
      )}
    </div>
  );
};
