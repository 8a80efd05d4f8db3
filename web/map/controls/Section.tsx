import { type ReactNode, useId, useState } from 'react';

/** A group of controls under its head, with a small control or an explanation to unfold beside the head. */
export const Section = ({
  title,
  aside,
  about,
  children,
}: {
  readonly title: string;
  readonly aside?: ReactNode;
  readonly about?: ReactNode;
  readonly children: ReactNode;
}) => {
  const [open, setOpen] = useState(false);
  const id = useId();
  return (
    <section className="group">
      <div className="heading">
        <h2>{title}</h2>
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
