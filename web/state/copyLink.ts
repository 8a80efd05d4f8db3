import { formatCount } from '../../src/text.ts';
import { lengthWarning } from './linkLength.ts';
import { app, currentUrl } from './store.ts';

/** Copies the address of the page; where the browser refuses, the dialog shows it to be copied by hand. */
export const copyLink = async (): Promise<void> => {
  const url = currentUrl();
  try {
    await navigator.clipboard.writeText(url);
    const warning = lengthWarning(url.length);
    app.getState().say(`Link copied, ${formatCount(url.length)} characters${warning && `: ${warning}`}`);
  } catch {
    app.setState({ toCopy: { what: 'The link', text: url }, dialog: 'export' });
  }
};
