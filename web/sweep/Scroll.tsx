import type { ReactNode } from 'react';

/** A table that may be wider than its column: it scrolls by itself, with keys too. */
export const Scroll = ({ children }: { readonly children: ReactNode }) => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys
  <div className="scroll" tabIndex={0}>
    {children}
  </div>
);
