/**
 * Code splitting in classic scripts.
 *
 * Browsers refuse module scripts and `import()` on file: pages, and the built folder is to open from disk. So the
 * bundler writes CommonJS chunks, each is wrapped in a call, and a loader of a few lines at the head of the first
 * one fetches the others as ordinary script elements of the same origin, which the page's policy allows.
 */
import type { Plugin, Rolldown } from 'vite';

type Exports = Record<string, unknown>;
/** Another chunk: its exports when it and what it needs are here, otherwise a promise of them. */
type Require = (path: string) => Exports | Promise<Exports>;
type Run = (require: Require, exports: Exports) => void;

interface Chunk {
  readonly needs: readonly string[];
  readonly run: Run;
  exports: Exports | undefined;
}

/**
 * The loader. It travels as text, so it uses nothing from around it. A chunk is known by the address of its
 * script; one that failed to load is asked for again the next time.
 */
const loader = (): ((needs: readonly string[], run: Run, first: boolean) => void) => {
  const chunks = new Map<string, Chunk>();
  const coming = new Map<string, Promise<void>>();
  const script = (url: string): Promise<void> =>
    new Promise((done, fail) => {
      if (chunks.has(url)) {
        done();
        return;
      }
      const element = document.createElement('script');
      const end = (): void => {
        if (chunks.has(url)) done();
        else {
          element.remove();
          fail(new Error(`${url} did not load`));
        }
      };
      element.onload = end;
      element.onerror = end;
      element.src = url;
      document.head.append(element);
    });
  const load = (url: string): Promise<void> => {
    const known = coming.get(url);
    if (known) return known;
    const promise = script(url)
      .then(() => Promise.all((chunks.get(url)?.needs ?? []).map(load)))
      .then(() => {});
    coming.set(url, promise);
    promise.catch(() => coming.delete(url));
    return promise;
  };
  const here = (url: string): boolean => chunks.get(url)?.needs.every(here) ?? false;
  const run = (url: string): Exports => {
    const chunk = chunks.get(url);
    if (!chunk) throw new Error(`${url} is not here`);
    if (chunk.exports) return chunk.exports;
    const exports: Exports = {};
    chunk.run(path => {
      const other = new URL(path, url).href;
      return here(other) ? run(other) : load(other).then(() => run(other));
    }, exports);
    // Only now: one that throws is no half of a module for the next that asks.
    chunk.exports = exports;
    return exports;
  };
  return (needs, body, first) => {
    const { currentScript } = document;
    if (!(currentScript instanceof HTMLScriptElement)) return;
    const url = currentScript.src;
    chunks.set(url, { needs: needs.map(n => new URL(n, url).href), run: body, exports: undefined });
    if (first) void load(url).then(() => run(url));
  };
};

const NAME = 'hugemap';

/** Wraps the chunks of a CommonJS build so that classic scripts can load one another. */
export const classicChunks = (): Plugin => ({
  name: 'hugemap-classic-chunks',
  apply: 'build',
  enforce: 'post',
  // The loader waits for what a chunk needs before it runs, so two that need each other would wait for ever.
  generateBundle: (_, bundle) => {
    const needs = (name: string): readonly string[] => {
      const chunk = bundle[name];
      return chunk?.type === 'chunk' ? chunk.imports : [];
    };
    const walk = (name: string, path: readonly string[]): void => {
      if (path.includes(name)) throw new Error(`Chunks need each other: ${[...path, name].join(' -> ')}`);
      for (const next of needs(name)) walk(next, [...path, name]);
    };
    for (const name of Object.keys(bundle)) walk(name, []);
  },
  renderChunk: (code, chunk, { format }) => {
    if (format !== 'cjs') throw new Error(`Chunks are wrapped in cjs form, and these are ${format}.`);
    const folder = chunk.fileName.split('/').slice(0, -1);
    const up = '../'.repeat(folder.length) || './';
    const needs = JSON.stringify(chunk.imports.map(name => `${up}${name}`));
    const head = chunk.isEntry ? `self.${NAME}=(${loader.toString()})();` : '';
    return `${head}${NAME}(${needs},function(require,exports){"use strict";${code}\n},${chunk.isEntry});`;
  },
});

/** The picture: the one part that is asked for with the page and shown a moment after it. */
const PICTURE = 'Drawing';

/**
 * The chunks that the page asks for beside its entry, so that they come at the same time and not one after another:
 * first what the entry cannot run without, then, less urgent (`low`), the picture.
 */
export const firstChunks = (
  bundle: Rolldown.OutputBundle,
): readonly { readonly file: string; readonly low: boolean }[] => {
  const chunks = Object.values(bundle).filter(c => c.type === 'chunk');
  const entry = chunks.find(c => c.isEntry);
  const picture = chunks.find(c => c.name === PICTURE);
  // What a chunk needs may need others: all of it, each once.
  const closure = (files: readonly string[]): ReadonlySet<string> => {
    const all = new Set<string>();
    const visit = (file: string): void => {
      if (all.has(file)) return;
      all.add(file);
      const chunk = chunks.find(c => c.fileName === file);
      for (const next of chunk?.imports ?? []) visit(next);
    };
    for (const file of files) visit(file);
    return all;
  };
  const needs = closure(entry?.imports ?? []);
  const later = closure(picture === undefined ? [] : [picture.fileName]);
  return [
    ...[...needs].filter(file => file !== entry?.fileName).map(file => ({ file, low: false })),
    ...[...later]
      .filter(file => !needs.has(file) && file !== entry?.fileName)
      .map(file => ({ file, low: true })),
  ];
};
