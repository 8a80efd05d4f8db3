import { readFile } from 'node:fs/promises';
import type { Plugin } from 'vite';

const QUERY = '?bytes';

/**
 * `import text from './some.file?bytes'`: the bytes of a file as a module, in base64. A page opened from disk may
 * fetch nothing, and one whose policy lets it connect to nobody neither; both may load scripts of their own.
 */
export const bytesOf = (): Plugin => ({
  name: 'hugemap-bytes',
  load: async id => {
    if (!id.endsWith(QUERY)) return undefined;
    const bytes = await readFile(id.slice(0, -QUERY.length));
    return { code: `export default ${JSON.stringify(bytes.toString('base64'))};`, moduleType: 'js' };
  },
});
