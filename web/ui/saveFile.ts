/** A browser may take a moment to begin a download; so long its bytes are kept, in milliseconds. */
const KEPT_MS = 60_000;

/** Gives bytes to the browser to keep as a file. Works on a page opened from disk too. */
export const saveFile = (name: string, type: string, content: string | Uint8Array<ArrayBuffer>): void => {
  const url = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  window.setTimeout(() => URL.revokeObjectURL(url), KEPT_MS);
};
