/** All of this folder that is asked for by others, in one part of the page that comes after the first paint. */
export { copyAs, copyText, exportAs } from './actions.ts';
export { takeFiles } from './dropped.ts';
export { ExportDialog } from './ExportDialog.tsx';
