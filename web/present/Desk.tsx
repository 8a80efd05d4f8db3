import { type ReactNode, useEffect, useRef, useState } from 'react';

/**
 * A screen that has no picture for a hall, as it stands on a desk, enlarged. Its controls are out of reach: a clicker
 * must not press them. What does not fit is said to be there.
 */
export const Desk = ({ screen }: { readonly screen: ReactNode }) => {
  const box = useRef<HTMLDivElement>(null);
  const inner = useRef<HTMLDivElement>(null);
  const [more, setMore] = useState(false);
  useEffect(() => {
    const [outer, content] = [box.current, inner.current];
    if (outer === null || content === null) return;
    // A line's fraction is no more to be seen.
    const look = (): void => setMore(outer.scrollHeight - outer.clientHeight - outer.scrollTop > 8);
    look();
    const observer = new ResizeObserver(look);
    observer.observe(content);
    outer.addEventListener('scroll', look, { passive: true });
    return () => {
      observer.disconnect();
      outer.removeEventListener('scroll', look);
    };
  }, []);
  return (
    <>
      <div ref={box} className="stage-screen">
        <div ref={inner} inert>
          {screen}
        </div>
      </div>
      {more && <p className="stage-more">↓ More below: turn the wheel, or leave with Esc to use it</p>}
    </>
  );
};
