import type { ArchId } from '../arch/arch.ts';
import { archOf, archs } from '../arch/index.ts';
import type { Figures } from '../intake/facts.ts';
import { kindOf, kindOfMachine, pageOf, rowsOf, tightest } from '../intake/machineArch.ts';
import { type FaultEra, factsOf } from '../kernel/facts.ts';
import { releases } from '../kernel/releases.ts';
import { formatKernelVersion, parseKernelVersion } from '../kernel/version.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { Vma } from '../space/vma.ts';
import { formatSize } from '../text.ts';
import type { Told } from './diagnosis.ts';
import { keepsOffset } from './physical.ts';

type Thp = Scenario['machine']['thp'];

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
  const page = pageOf(vmas);
  const top = vmas.at(-1)?.end ?? 0;
  const machine = figures.machine?.text.trim();
  const byMachine = kindOfMachine(machine);
  if (byMachine !== undefined && machine !== undefined) {
    const row = tightest(byMachine, page, top) ?? rowsOf(byMachine)[0];
    if (row !== undefined)
      return read(row.id, figures.machine?.line, top === 0 ? machine : `${machine}, and the addresses`);
  }
  const byName = kindOf(vmas);
  const named = byName && tightest(byName.kind, page, top);
  if (byName && named) return read(named.id, undefined, `${byName.name.split('/').at(-1)} is mapped`);
  if (vmas.length === 0) return assumed('x86_64-4', 'nothing tells');
  const plainRow = tightest('x86', page, top);
  if (plainRow !== undefined) return assumed(plainRow.id, 'the addresses fit');
  const other = archs.find(a => a.page === page && a.taskSize >= top);
  return other === undefined
    ? assumed('x86_64-4', 'nothing tells')
    : assumed(other.id, `pages of ${formatSize(page)} and the addresses fit`);
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
    return read(formatKernelVersion(byText), figures.kernel.line, figures.kernel.text.trim());
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
  const lines = figures.machine === undefined ? [] : [figures.machine.line];
  return [
    ...(out === undefined
      ? []
      : [{ lines, text: `${out.name || 'A mapping'} lies beyond the user space of ${label}.` }]),
    ...(odd === undefined
      ? []
      : [{ lines, text: `${odd.name || 'A mapping'} is not made of whole pages of ${label}.` }]),
  ];
};
