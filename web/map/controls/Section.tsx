import { type ReactNode, useId, useState } from 'react';
import type { TermId } from '../../scenario/glossary.ts';
import { Terms } from '../../ui/Terms.tsx';

/** A group of controls under its head, with a small control or an explanation to unfold beside the head. */
export const Section = ({
  title,
  term,
  aside,
  about,
  children,
}: {
  readonly title: string;
  /** The word of the title that is explained. */
  readonly term?: TermId;
  readonly aside?: ReactNode;
  readonly about?: ReactNode;
  readonly children: ReactNode;
}) => {
  const [open, setOpen] = useState(false);
  const id = useId();
  return (
    <section className="group">
      <div className="heading">
        <h2>{term === undefined ? title : <Terms of={title} only={term} />}</h2>
        {aside}
        {about !== undefined && (
          <button
            type="button"
            className="about"
            aria-label={`About: ${title}`}
            aria-expanded={open}
            aria-controls={id}
            onClick={() => setOpen(!open)}
          >
            {open ? 'less' : 'about'}
          </button>
        )}
      </div>
      {about !== undefined && (
        <div id={id} hidden={!open}>
          {about}
        </div>
      )}
      {children}
    </section>
  );
};

/** A line in small type that explains a control. */
export const Note = ({ children }: { readonly children: ReactNode }) => <p className="note">{children}</p>;
