import type { ReactNode } from 'react';

/** A group of controls under its head, with a small control beside the head where one belongs there. */
export const Section = ({
  title,
  aside,
  children,
}: {
  readonly title: string;
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}) => (
  <section className="group">
    <div className="heading">
      <h2>{title}</h2>
      {aside}
    </div>
    {children}
  </section>
);

/** A line in small type that explains a control. */
export const Note = ({ children }: { readonly children: ReactNode }) => <p className="note">{children}</p>;
