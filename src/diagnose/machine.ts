import type { ArchId } from '../arch/arch.ts';
import { archOf, archs } from '../arch/index.ts';
import type { Figures } from '../intake/facts.ts';
import { type Kind, kindOf, kindOfMachine, pageOf, rowsOf, tightest } from '../intake/machineArch.ts';
import { type FaultEra, factsOf } from '../kernel/facts.ts';
import { releases } from '../kernel/releases.ts';
import { formatKernelVersion, parseKernelVersion } from '../kernel/version.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { Vma } from '../space/vma.ts';
import { formatSize } from '../text.ts';
import { bytes, KiB } from '../units.ts';
import type { Told } from './diagnosis.ts';
import { keepsOffset } from './physical.ts';

type Thp = Scenario['machine']['thp'];

/** The 64-bit kernel that names itself so to a 32-bit shell (personality PER_LINUX32, newuname() in kernel/sys.c). */
const wider = (kind: Kind): Kind | undefined =>
  kind === 'i386' ? 'x86' : kind === 'arm' ? 'arm64' : undefined;

const assumed = <T>(value: T, why: string): Told<T> => ({ value, how: 'assumed', line: undefined, why });
const chosen = <T>(value: T): Told<T> => ({ value, how: 'chosen', line: undefined, why: 'as chosen' });
const read = <T>(value: T, line: number | undefined, why: string): Told<T> => ({
  value,
  how: 'read',
  line,
  why,
});

/**
 * The architecture row of a machine: the one chosen, else by `uname -m`, else by the names of the loader and the
 * libraries; in the family the row whose page and width fit the addresses. x86-64 where nothing tells.
 */
export const toldArch = (
  vmas: readonly Vma[],
  figures: Figures,
  choice: ArchId | undefined,
): Told<ArchId> => {
  if (choice !== undefined) return chosen(choice);
  const told = figures.page?.size;
  const page =
    told !== undefined && vmas.every(v => v.start % told === 0 && v.end % told === 0) ? told : pageOf(vmas);
  const top = vmas.at(-1)?.end ?? 0;
  const machine = figures.machine?.text.trim();
  const byMachine = kindOfMachine(machine);
  if (byMachine !== undefined && machine !== undefined) {
    const fits = tightest(byMachine, page, top);
    const wide = fits === undefined ? wider(byMachine) : undefined;
    const compat = wide && tightest(wide, page, top);
    if (compat !== undefined)
      return read(compat.id, figures.machine?.line, `${machine}, but the addresses have more than 32 bits`);
    const row =
      (top === 0 && told !== undefined ? rowsOf(byMachine).find(a => a.page === told) : fits) ??
      rowsOf(byMachine)[0];
    if (row !== undefined)
      return read(row.id, figures.machine?.line, top === 0 ? machine : `${machine}, and the addresses`);
  }
  const byName = kindOf(vmas);
  const named = byName && tightest(byName.kind, page, top);
  if (byName && named) return read(named.id, undefined, `${byName.name.split('/').at(-1)} is mapped`);
  if (vmas.length === 0 && page === 4 * KiB)
    return assumed('x86_64-4', told === undefined ? 'nothing tells' : 'nothing but the page size tells');
  const plainRow = page === 4 * KiB ? tightest('x86', page, top) : undefined;
  if (plainRow !== undefined) return assumed(plainRow.id, 'the addresses fit');
  const other = archs.find(a => a.page === page && a.taskSize >= top);
  return other === undefined
    ? assumed('x86_64-4', 'nothing tells')
    : assumed(
        other.id,
        vmas.length === 0
          ? `nothing but pages of ${formatSize(bytes(page))} tells`
          : `pages of ${formatSize(bytes(page))} and the addresses fit`,
      );
};

/** Kernels named after an old release that carry thousands of later changes, drivers/vfio and mm/ among them. */
const VENDOR: readonly (readonly [RegExp, string])[] = [
  [/\.el\d/, 'Red Hat Enterprise Linux'],
  [/^\d\.\d{1,2}\.\d{1,3}-(?:150\d00|160000)\./, 'SUSE Linux Enterprise'],
];

const versionWhy = (text: string, version: string): string => {
  const vendor = VENDOR.find(([p]) => p.test(text))?.[1];
  return vendor === undefined
    ? text
    : `${text} of ${vendor}, which has changes of later kernels in it; taken as ${version} of kernel.org`;
};

const eraOf = (text: string): FaultEra => {
  const version = parseKernelVersion(text);
  return version === undefined ? 'hugeAligned' : factsOf(version).faultEra;
};

/**
 * The kernel: the one chosen, else the one read, else the newest that is known; where maps shows physical addresses,
 * the newest that prints them. Always one that parses.
 */
export const toldKernel = (
  figures: Figures,
  choice: string | undefined,
  printsPhysical: boolean,
): Told<string> => {
  const byChoice = choice === undefined ? undefined : parseKernelVersion(choice);
  if (byChoice !== undefined) return chosen(formatKernelVersion(byChoice));
  const byText = figures.kernel === undefined ? undefined : parseKernelVersion(figures.kernel.text);
  if (byText !== undefined && figures.kernel !== undefined)
    return read(
      formatKernelVersion(byText),
      figures.kernel.line,
      versionWhy(figures.kernel.text.trim(), formatKernelVersion(byText)),
    );
  const old = printsPhysical ? releases.find(r => !keepsOffset(eraOf(r.version))) : undefined;
  return old === undefined
    ? assumed(releases[0]?.version ?? '7.3', 'the newest that is known')
    : assumed(old.version, 'the newest that prints physical addresses in maps');
};

const isThp = (text: string): text is Thp => text === 'always' || text === 'madvise' || text === 'never';

/** transparent_hugepage/enabled: as chosen, as read, else `always`, the default of distributions. */
export const toldThp = (figures: Figures, choice: Thp | undefined): Told<Thp> => {
  if (choice !== undefined) return chosen(choice);
  const { thp } = figures;
  if (thp !== undefined && isThp(thp.text)) return read(thp.text, thp.line, 'transparent_hugepage/enabled');
  return assumed('always', 'the default of most distributions');
};

/** What of the machine does not go with the addresses, in sentences with their lines. */
export const machineDisagreements = (
  vmas: readonly Vma[],
  figures: Figures,
  arch: ArchId,
): readonly { readonly lines: readonly number[]; readonly text: string }[] => {
  const { page, taskSize, label } = archOf(arch);
  const out = vmas.findLast(v => v.end > taskSize);
  const odd = vmas.find(v => v.start % page !== 0 || v.end % page !== 0);
  const { machine } = figures;
  const lines = machine === undefined ? [] : [machine.line];
  const kind = machine === undefined ? undefined : kindOfMachine(machine.text.trim());
  const byName = kindOf(vmas);
  return [
    ...(machine === undefined || kind !== undefined
      ? []
      : [{ lines, text: `${machine.text} is no machine that is known here; ${label} is taken instead.` }]),
    ...(kind === undefined ||
    byName === undefined ||
    kind === byName.kind ||
    (kind === 'i386' && byName.kind === 'x86')
      ? []
      : [
          {
            lines,
            text: `The machine is ${machine?.text ?? ''}, and ${byName.name.split('/').at(-1)} of another one is mapped: a program that is emulated, or inputs of two machines.`,
          },
        ]),
    ...(figures.page === undefined || figures.page.size === page
      ? []
      : [
          {
            lines: [figures.page.line],
            text: `Pages of ${formatSize(bytes(figures.page.size))} do not go with ${label}, which has ${formatSize(page)}.`,
          },
        ]),
    ...(out === undefined
      ? []
      : [{ lines, text: `${out.name || 'A mapping'} lies beyond the user space of ${label}.` }]),
    ...(odd === undefined
      ? []
      : [{ lines, text: `${odd.name || 'A mapping'} is not made of whole pages of ${label}.` }]),
  ];
};
