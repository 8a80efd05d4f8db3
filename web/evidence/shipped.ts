import index from '../../public/captures/index.json';
import { parseKernelVersion, versionRank } from '../../src/kernel/version.ts';
import { whenIdle } from '../ui/idle.ts';

/** A file of captures that comes with the app. */
export interface ShippedFile {
  /** Its name without the ending, as a link names it. */
  readonly key: string;
  readonly file: string;
  /** `uname -r`; the release whose source was compiled, for search vectors. */
  readonly kernel: string;
  /** The name of the build. */
  readonly variant: string;
  readonly arch: string;
  /** Cases in it. */
  readonly total: number;
  /** What they are about, where it is one thing alone. */
  readonly only: 'placement' | 'leaves' | undefined;
}

/** Newest kernel first, the search alone last; builds of one release after the release. */
const rank = ({ kernel, variant }: Pick<ShippedFile, 'kernel' | 'variant'>): number => {
  const version = parseKernelVersion(kernel);
  return variant === 'search' || version === undefined ? 0 : versionRank(version);
};

/** The files, newest kernel first. */
export const shippedFiles: readonly ShippedFile[] = index
  .map(listed => ({
    key: listed.file.replace(/\.jsonl\.gz$/, ''),
    file: listed.file,
    kernel: listed.kernel,
    variant: listed.variant,
    arch: listed.arch,
    total: (listed.placement ?? 0) + (listed.leaf ?? 0) + (listed.queries ?? 0),
    only:
      listed.queries !== undefined
        ? undefined
        : listed.leaf === 0
          ? ('placement' as const)
          : listed.placement === 0
            ? ('leaves' as const)
            : undefined,
  }))
  .sort((a, b) => rank(b) - rank(a));

/**
 * Each file as a chunk of its own that holds its bytes: a page opened from disk may fetch nothing, but it may load
 * its own scripts, and so may a page whose policy lets it connect to nobody.
 */
const chunks = import.meta.glob<string>('../../public/captures/*.jsonl.gz', {
  query: '?bytes',
  import: 'default',
});

/** The bytes of a shipped file. Rejects where its chunk does not load. */
export const shippedData = async (file: string): Promise<Uint8Array> => {
  const load = chunks[`../../public/captures/${file}`];
  if (load === undefined) throw new Error(`${file} is not part of this build`);
  const binary = atob(await load());
  return Uint8Array.from(binary, c => c.charCodeAt(0));
};

/** At the latest so long after the one before it, in milliseconds, a file is asked for. */
const LATEST = 200;

/** When the browser has nothing better to do. */
const idle = (): Promise<void> =>
  new Promise(go => {
    whenIdle(go, LATEST);
  });

/** A browser that is asked to spare the network; the types of a page do not know it yet. */
const sparing = (): boolean => {
  const { connection } = navigator as { readonly connection?: { readonly saveData?: boolean } };
  return connection?.saveData === true;
};

/**
 * Brings every shipped file, one after the other while the page is idle: from then on nothing is requested, and the
 * network may go. One that does not come is asked for again when it is replayed. Where the reader spares the network
 * they all wait for that.
 */
export const bringShipped = async (): Promise<void> => {
  if (sparing()) return;
  for (const load of Object.values(chunks)) {
    await idle();
    await load().catch(() => {});
  }
};
