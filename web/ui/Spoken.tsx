import { useEffect, useState } from 'react';

/** A hand that has rested so long is followed by words, in milliseconds. */
const SETTLED_MS = 400;

/** Says a text politely to those who hear the page, once it has rested. */
export const Spoken = ({ text }: { readonly text: string }) => {
  const [said, setSaid] = useState('');
  useEffect(() => {
    const timer = window.setTimeout(() => setSaid(text), SETTLED_MS);
    return () => window.clearTimeout(timer);
  }, [text]);
  return (
    <p className="visually-hidden" role="status" aria-live="polite">
      {said}
    </p>
  );
};
