import { commonEnds } from '../../src/space/gapIndex.ts';
import type { Vma } from '../../src/space/vma.ts';

/** What a mapping is for, as far as its name and permissions tell. */
export type VmaKind = 'file' | 'anon' | 'heap' | 'stack' | 'ram' | 'device' | 'kernel' | 'none';

/** The kinds in the order of a legend, with their words. */
export const vmaKinds: readonly { readonly kind: VmaKind; readonly label: string; readonly about: string }[] =
  [
    { kind: 'file', label: 'file', about: 'file or library' },
    { kind: 'anon', label: 'anonymous', about: 'anonymous memory' },
    { kind: 'heap', label: 'heap', about: 'heap, grows to the right' },
    { kind: 'stack', label: 'stack', about: 'stack, grows to the left' },
    { kind: 'ram', label: 'guest RAM', about: 'guest RAM' },
    { kind: 'device', label: 'device', about: 'device memory' },
    { kind: 'kernel', label: 'vdso, vvar', about: 'placed by the kernel itself' },
    { kind: 'none', label: 'no access', about: 'no access: a guard or a reserve, and still a mapping' },
  ];

/** What the kind is called in a tip. */
export const aboutKind = (kind: VmaKind): string => vmaKinds.find(k => k.kind === kind)?.about ?? '';

/** The kind of a mapping, from what /proc/PID/maps prints of it. */
export const vmaKind = ({ name, perms, growsDown }: Vma): VmaKind => {
  if (name === '[heap]') return 'heap';
  if (growsDown || name.startsWith('[stack') || /^(\[anon:)?thread stack/.test(name)) return 'stack';
  if (/^\[(vdso|vvar|vsyscall|uprobes|sigpage|vectors)/.test(name)) return 'kernel';
  if (/^(anon_inode:)?\[?vfio|^\/dev\/(vfio|mem\b|dri|nvidia|infiniband)|\/resource\d+(_wc)?$/.test(name))
    return 'device';
  if (/guest.?ram|^\/memfd:.*ram|\bpc\.ram\b|^\/dev\/(hugepages|shm)\/.*(qemu|ram)/i.test(name)) return 'ram';
  if (perms.startsWith('---')) return 'none';
  return name === '' || name.startsWith('[anon') || name === 'arena' ? 'anon' : 'file';
};

/** A mapping's name without its folder and version: `libpixman`, `[heap]`. */
export const shortName = (name: string): string => {
  // The end of a name tells what it is; cut first, so that no pattern meets a long one.
  const base = name
    .slice(-200)
    .replace(/ \(deleted\)$/, '')
    .replace(/^.*\//, '')
    .slice(0, 80);
  // The number of an architecture is no version: x86-64, x86_64.
  return base
    .replace(/(?:(?<!x86)[-.][\d.]+|(?<![\d_.-])\d[\d.]*)?\.so[\d.]*$/, '')
    .replace(/^(.{18}).+$/, '$1…');
};

/** Mappings of one name and kind that touch, such as the segments of a library. */
export interface VmaRun {
  /** Number of the first VMA. */
  readonly first: number;
  /** Number after the last. */
  readonly after: number;
}

/** What is known of a list of VMAs before it is drawn; made once a list. */
export interface VmaCatalog {
  readonly names: readonly string[];
  readonly kinds: readonly VmaKind[];
  /** The runs most worth a place of their own, best first. */
  readonly notable: readonly VmaRun[];
  /**
   * The list is this one, edited in one place: the first `head` VMAs are the same, and the last `tail`. Undefined for
   * a list of its own.
   */
  readonly edited:
    | {
        readonly vmas: readonly Vma[];
        readonly catalog: VmaCatalog;
        readonly head: number;
        readonly tail: number;
      }
    | undefined;
}

const NOTABLE = 48;

/** How much a kind deserves a place of its own, in doublings of size. */
const WORTH: Readonly<Record<VmaKind, number>> = {
  ram: 16,
  device: 16,
  stack: 12,
  heap: 12,
  kernel: 12,
  file: 4,
  anon: 0,
  none: -12,
};

const known = new WeakMap<readonly Vma[], VmaCatalog>();

/** Below so many VMAs a catalog is made faster than it is adapted. */
const LONG_LIST = 1000;
/** A list that differs from the last one in no more than this is that list, edited. */
const FEW = 4;

/** The last long list whose catalog was made from nothing. */
let base: { readonly vmas: readonly Vma[]; readonly catalog: VmaCatalog } | undefined;

/** The catalog of a list of VMAs, remembered as long as the list lives. */
export const catalogOf = (vmas: readonly Vma[]): VmaCatalog => {
  const found = known.get(vmas);
  if (found) return found;
  // A drag of what lies above the gap makes a new list at every move: tens of thousands of VMAs, one of them new.
  const edited = vmas.length < LONG_LIST ? undefined : editedCatalog(vmas);
  const catalog = edited ?? newCatalog(vmas);
  if (edited === undefined && vmas.length >= LONG_LIST) base = { vmas, catalog };
  known.set(vmas, catalog);
  return catalog;
};

interface RatedRun {
  readonly run: VmaRun;
  readonly worth: number;
}

const rated = (vmas: readonly Vma[], kinds: readonly VmaKind[], first: number, after: number): RatedRun => {
  const size = (vmas[after - 1]?.end ?? 0) - (vmas[first]?.start ?? 0);
  return { run: { first, after }, worth: Math.log2(size) + WORTH[kinds[first] ?? 'anon'] };
};

/** Best first; of equals the lower one, so that the order does not depend on how the list came about. */
const byWorth = (a: RatedRun, b: RatedRun): number => b.worth - a.worth || a.run.first - b.run.first;

/** The catalog of a list that is the last one but for a few VMAs in one place; undefined where it is not. */
const editedCatalog = (vmas: readonly Vma[]): VmaCatalog | undefined => {
  if (base === undefined) return undefined;
  const { vmas: old, catalog } = base;
  const { head, tail } = commonEnds(vmas, old);
  if (head + tail < Math.max(vmas.length, old.length) - FEW) return undefined;
  const middle = vmas.slice(head, vmas.length - tail);
  const gone = old.length - tail - head;
  const names = catalog.names.toSpliced(head, gone, ...middle.map(v => shortName(v.name)));
  const kinds = catalog.kinds.toSpliced(head, gone, ...middle.map(vmaKind));
  const shift = vmas.length - old.length;
  const edited = { vmas: old, catalog, head, tail };
  const made = { names, kinds, notable: [], edited };
  const runs = new Map<number, RatedRun>();
  const add = ({ first, after }: VmaRun): void => {
    runs.set(first, rated(vmas, kinds, first, after));
  };
  for (const run of catalog.notable) {
    if (run.after < head) add(run);
    else if (run.first > old.length - tail) add({ first: run.first + shift, after: run.after + shift });
  }
  // What touches the edit is looked at anew.
  for (let i = Math.max(0, head - 1); i <= Math.min(vmas.length - 1, vmas.length - tail); i++)
    add(runAround(vmas, made, i));
  const notable = [...runs.values()]
    .sort(byWorth)
    .slice(0, NOTABLE)
    .map(r => r.run);
  return { names, kinds, notable, edited };
};

const newCatalog = (vmas: readonly Vma[]): VmaCatalog => {
  const byName = new Map<string, string>();
  const names = vmas.map(({ name }) => {
    let short = byName.get(name);
    if (short === undefined) {
      short = shortName(name);
      byName.set(name, short);
    }
    return short;
  });
  const kinds = vmas.map(vmaKind);
  const runs: RatedRun[] = [];
  let least = Number.NEGATIVE_INFINITY;
  for (let first = 0; first < vmas.length; ) {
    const after = runAfter(vmas, names, kinds, first);
    const run = rated(vmas, kinds, first, after);
    if (run.worth > least) {
      runs.push(run);
      if (runs.length > 4 * NOTABLE) {
        runs.sort(byWorth).length = NOTABLE;
        least = runs.at(-1)?.worth ?? least;
      }
    }
    first = after;
  }
  const notable = runs
    .sort(byWorth)
    .slice(0, NOTABLE)
    .map(r => r.run);
  return { names, kinds, notable, edited: undefined };
};

/** The number after the last VMA of the run that begins with VMA `first`. */
const runAfter = (
  vmas: readonly Vma[],
  names: readonly string[],
  kinds: readonly VmaKind[],
  first: number,
): number => {
  let after = first + 1;
  while (
    after < vmas.length &&
    vmas[after]?.start === vmas[after - 1]?.end &&
    names[after] === names[first] &&
    kinds[after] === kinds[first]
  )
    after++;
  return after;
};

/** The run that VMA `i` belongs to. */
export const runAround = (vmas: readonly Vma[], catalog: VmaCatalog, i: number): VmaRun => {
  const { names, kinds } = catalog;
  let first = i;
  while (
    first > 0 &&
    vmas[first]?.start === vmas[first - 1]?.end &&
    names[first - 1] === names[i] &&
    kinds[first - 1] === kinds[i]
  )
    first--;
  return { first, after: runAfter(vmas, names, kinds, i) };
};
