import { Fragment } from 'react';
import { cutTerms, type TermId } from '../scenario/glossary.ts';
import { Term } from './Term.tsx';

/** A text, with the words that the glossary explains made {@link Term}s; `only` those, where it is given. */
export const Terms = ({ of, only }: { readonly of: string; readonly only?: TermId }) =>
  cutTerms(of).parts.map((part, i) => {
    if (typeof part === 'string') return part;
    return (
      // biome-ignore lint/suspicious/noArrayIndexKey: a text is cut the same way each time
      <Fragment key={i}>
        {only === undefined || part.term === only ? <Term id={part.term}>{part.text}</Term> : part.text}
      </Fragment>
    );
  });
