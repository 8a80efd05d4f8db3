import type { Arch, ArchId, Family } from '../arch/arch.ts';
import { archOf, archs } from '../arch/index.ts';
import type { Vma } from '../space/vma.ts';
import { KiB } from '../units.ts';
import type { Figures } from './facts.ts';

/** Which architecture a machine has, by what it prints. */

/** One kind of machine: a family, of which x86 has a 32-bit one apart. */
export type Kind = Family | 'i386';

/** The rows of a kind, the usual one first. */
export const rowsOf = (kind: Kind): readonly Arch[] =>
  kind === 'i386'
    ? archs.filter(a => a.id === 'i386-pae')
    : archs.filter(a => a.family === kind && a.id !== 'i386-pae');

/** What `uname -m` prints, by kind of rows. */
const MACHINES: readonly (readonly [RegExp, Kind])[] = [
  [/^(?:x86_64|amd64)$/, 'x86'],
  [/^i[3-6]86$/, 'i386'],
  [/^(?:aarch64(?:_be)?|arm64)$/, 'arm64'],
  [/^riscv64$/, 'riscv'],
  [/^ppc64(?:le|el)?$/, 'powerpc'],
  [/^s390x$/, 's390'],
  [/^loongarch64$/, 'loongarch'],
  [/^sparc64$/, 'sparc'],
  [/^mips(?:64(?:el)?|isa64r6(?:el)?)$/, 'mips'],
  [/^(?:armv7l|armv8l|armhf)$/, 'arm'],
];

/** What only a host of the family maps: its loader and the folders of its libraries. */
const NAMES: readonly (readonly [RegExp, Kind])[] = [
  [/\/ld-linux-x86-64\.so|\/x86_64-linux-(?:gnu|musl)\/|\/ld-musl-x86_64/, 'x86'],
  [/\/ld-linux-aarch64\.so|\/aarch64-linux-(?:gnu|musl)\/|\/ld-musl-aarch64/, 'arm64'],
  [/\/ld-linux-riscv64|\/riscv64-linux-gnu\//, 'riscv'],
  [/\/powerpc64(?:le)?-linux-gnu\/|\/ld64\.so\.2$/, 'powerpc'],
  [/\/s390x-linux-gnu\/|\/ld64\.so\.1$/, 's390'],
  [/\/ld-linux-loongarch|\/loongarch64-linux-gnu\//, 'loongarch'],
];

/** Fewer mappings could all be multiples of a large page by chance. */
const ENOUGH = 8;

/** The largest base page, of those Linux has, that every bound is a multiple of; 4 KiB where too few tell. */
export const pageOf = (vmas: readonly Vma[]): number => {
  if (vmas.length < ENOUGH) return 4 * KiB;
  for (const page of [64 * KiB, 16 * KiB])
    if (vmas.every(v => v.start % page === 0 && v.end % page === 0)) return page;
  return 4 * KiB;
};

/** The row of a kind whose user space is the smallest that holds everything mapped; where nothing is, the usual one. */
export const tightest = (kind: Kind, page: number, top: number): Arch | undefined => {
  if (top === 0) return rowsOf(kind)[0];
  const rows = rowsOf(kind).filter(a => a.page === page);
  const byWindow = (of: (a: Arch) => number): Arch | undefined =>
    rows.filter(a => of(a) >= top).sort((a, b) => of(a) - of(b) || a.taskSize - b.taskSize)[0];
  return byWindow(a => a.window) ?? byWindow(a => a.taskSize);
};

/** What kind of machine's loader or libraries are mapped, and by what name; undefined where nothing tells. */
export const kindOf = (vmas: readonly Vma[]): { readonly kind: Kind; readonly name: string } | undefined => {
  for (const v of vmas)
    for (const [pattern, kind] of NAMES) if (pattern.test(v.name)) return { kind, name: v.name };
  return undefined;
};

/** The kind that `uname -m` names; undefined where it was not given, or names none that is known. */
export const kindOfMachine = (machine: string | undefined): Kind | undefined =>
  machine === undefined ? undefined : MACHINES.find(([p]) => p.test(machine))?.[1];

/**
 * The architecture to show a pasted address space in: the one that is shown, as long as everything lies in its user
 * space; else the row that has room, of the family the texts tell, of the family shown where they tell none, or of any.
 */
export const roomyArch = (vmas: readonly Vma[], figures: Figures, shown: ArchId): ArchId => {
  const top = vmas.at(-1)?.end ?? 0;
  const now = archOf(shown);
  if (top <= now.taskSize) return shown;
  const told = kindOfMachine(figures.machine?.text.trim()) ?? kindOf(vmas)?.kind;
  const page = pageOf(vmas);
  const row =
    (told === undefined
      ? (tightest(now.family, now.page, top) ?? tightest(now.family, page, top))
      : tightest(told, page, top)) ??
    tightest('x86', page, top) ??
    archs.find(a => a.taskSize >= top);
  return row?.id ?? shown;
};
