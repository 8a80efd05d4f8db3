import { useApp } from '../../state/store.ts';
import { LatePart } from '../../ui/late.tsx';
import { ruler } from '../parts.ts';

/** The bit ruler under the picture, where it is wanted. What is closed costs nothing while a slider is dragged. */
export const BitsPanel = () => {
  const open = useApp(s => s.bits);
  if (!open) return null;
  return (
    <section id="bits" className="bits-panel" aria-label="Bits of VA and PA">
      <LatePart of={ruler} wanted frame={content => content} props={{}} />
    </section>
  );
};
