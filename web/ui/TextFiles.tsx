import { useRef } from 'react';
import { MAX_INTAKE } from '../../src/intake/limit.ts';
import { formatSize } from '../../src/text.ts';

/** What came of some files. */
export interface FilesRead {
  /** Those that could be read, in their order. */
  readonly texts: readonly { readonly name: string; readonly text: string }[];
  /** Why others were not, a sentence each; '' where all were. */
  readonly trouble: string;
}

/** Reads files as texts. One that is too large, or gone since it was chosen, keeps no other from being read. Never rejects. */
export const readFiles = async (files: readonly File[]): Promise<FilesRead> => {
  const texts: { readonly name: string; readonly text: string }[] = [];
  const trouble: string[] = [];
  for (const file of files) {
    if (file.size > MAX_INTAKE) {
      trouble.push(`${file.name} has ${formatSize(file.size)}: above 32 MiB nothing is read.`);
      continue;
    }
    try {
      texts.push({ name: file.name, text: await file.text() });
    } catch {
      trouble.push(`${file.name}: the browser could not read it.`);
    }
  }
  return { texts, trouble: trouble.join(' ') };
};

/** A button that asks for text files and hands over what they hold. */
export const TextFiles = ({ onRead }: { readonly onRead: (read: FilesRead) => void }) => {
  const file = useRef<HTMLInputElement>(null);
  return (
    <>
      <button type="button" className="button" onClick={() => file.current?.click()}>
        Choose files…
      </button>
      <input
        ref={file}
        type="file"
        multiple
        hidden
        onChange={e => {
          const chosen = [...(e.target.files ?? [])];
          e.target.value = '';
          void readFiles(chosen).then(onRead);
        }}
      />
    </>
  );
};
