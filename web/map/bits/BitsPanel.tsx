import { useState } from 'react';
import { BitRuler } from './BitRuler.tsx';

/** The bit ruler behind a toggle. What is closed costs nothing while a slider is dragged. */
export const BitsPanel = () => {
  const [open, setOpen] = useState(false);
  return (
    <details className="bits-panel" onToggle={e => setOpen(e.currentTarget.open)}>
      <summary>Bits</summary>
      {open && <BitRuler />}
    </details>
  );
};
