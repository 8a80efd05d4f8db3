/**
 * What a diagnosis says, in sentences. The screen and the command use these, so that both say the same.
 */
import { archOf } from '../arch/index.ts';
import { changeBehind, factsOf } from '../kernel/facts.ts';
import { type KernelVersion, parseKernelVersion } from '../kernel/version.ts';
import { refusalPieces } from '../leaves/refusalWords.ts';
import { type LeafRun, leafCount } from '../leaves/runs.ts';
import { leafNames, leafWord, leavesText, tally } from '../leaves/words.ts';
import { type Piece, plain } from '../pieces.ts';
import { type PolicyId, policyOf } from '../placement/policies.ts';
import { formatAddress, formatCount, formatSize } from '../text.ts';
import type {
  Ask,
  BarView,
  Cause,
  CountCheck,
  Diagnosis,
  DiagnosisRow,
  Disagreement,
  Fix,
  Layout,
  Miss,
  SearchCheck,
  SearchSays,
  Told,
  Verdict,
} from './diagnosis.ts';

/** A verdict in a word or three. */
export const verdictWords: Readonly<Record<Verdict, string>> = {
  good: 'good',
  better: 'could be better',
  bad: 'bad',
  unknown: 'unknown',
};

const plural = (n: number, one: string, many: string): string => `${formatCount(n)} ${n === 1 ? one : many}`;
const bars = (n: number): string => plural(n, 'BAR', 'BARs');

/** “a, b and c”. */
const list = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`;

/** “2 PUD and 24 PMD”, leaves by size without the word. */
const tallyText = (runs: readonly LeafRun[]): string =>
  list(tally(runs).map(t => `${formatCount(t.count)} ${leafNames[t.kind]}`));

/** The same with each size in its own colour. */
const tallyPieces = (runs: readonly LeafRun[]): readonly Piece[] => {
  const all = tally(runs);
  return all.flatMap((t, i): Piece[] => [
    i === 0 ? '' : i === all.length - 1 ? ' and ' : ', ',
    { leaf: t.kind, text: `${formatCount(t.count)} ${leafNames[t.kind]}` },
  ]);
};

/** The answer to the whole paste, as a heading. */
export const headline = ({ totals, overall }: Diagnosis): string => {
  const { good, better, bad, unknown } = totals.bars;
  const all = good + better + bad + unknown;
  const are = (n: number): string => (n === 1 ? 'is' : 'are');
  switch (overall) {
    case 'nothing':
      return 'No device mapping was found';
    case 'bad':
      return all === 1 ? 'The BAR is mapped badly' : `${bad} of ${bars(all)} ${are(bad)} mapped badly`;
    case 'better':
      return all === 1
        ? 'The BAR could be mapped better'
        : `${better} of ${bars(all)} could be mapped better`;
    case 'unknown':
      return `${bars(all)} ${are(all)} mapped, and too little is known to judge`;
    case 'good':
      if (unknown > 0)
        return `${good} of ${bars(all)} ${are(good)} mapped well; too little is known of the rest`;
      if (all < 3) return all === 1 ? 'The BAR is mapped well' : 'Both BARs are mapped well';
      return `All ${bars(all)} are mapped well`;
  }
};

/** “536,576 PTE leaves where 26 would do: 2 PUD and 24 PMD. One cause, one fix.” Nothing where no leaves are known. */
export const totalsPieces = ({ totals, commonCause }: Diagnosis): readonly Piece[] => {
  const { leaves, best } = totals;
  if (leaves.length === 0) return [];
  const now = leafCount(leaves);
  const least = leafCount(best);
  const same = now === least;
  return [
    ...tallyPieces(leaves),
    ` ${leafWord(now)}`,
    ...(same
      ? ['; no address gives fewer.']
      : [` where ${formatCount(least)} would do: `, ...tallyPieces(best), '.']),
    ...(!same && commonCause === 'congruence' ? [' One cause, one fix.'] : []),
  ];
};

/** “BAR 2”, or what else a row is called. */
export const rowName = ({ bar, device, physical }: DiagnosisRow): string => {
  if (bar !== undefined) return `BAR ${bar}`;
  return device !== undefined || physical.kind === 'column' ? 'Device memory' : 'Unknown region';
};

/** Where the device memory lies: its address, or what is known in place of it. */
export const physicalPieces = (row: DiagnosisRow): readonly Piece[] => {
  const { physical, offset } = row;
  switch (physical.kind) {
    case 'bar':
    case 'column':
      return [{ code: formatAddress(physical.pa) }];
    case 'residue':
      return [
        `unknown, but an ordinary BAR starts at a multiple of its size: modulo any leaf that fits it is the offset, ${formatSize(offset ?? 0)}; Enhanced Allocation may place one otherwise`,
      ];
    case 'several':
      return ['unknown: several BARs fit, and they would give different leaves'];
    case 'unknown':
      switch (physical.why) {
        case 'no BAR fits':
          return ['unknown: not one of the six BARs'];
        case 'beyond the address space':
          return ['beyond any physical address'];
        case 'not whole pages':
          return ['not a multiple of the page'];
      }
  }
};

/** “Offset 0x40000000000 is region 4. Read as (region << 40) + offset in the BAR.”; the number as maps prints it. */
export const columnText = ({ column, bar, offset, source }: DiagnosisRow): string => {
  const printed = `Offset 0x${BigInt(column.value).toString(16)}`;
  if (column.as === 'address')
    return source === 'sysfs'
      ? `${printed} is the physical address, as for every resource file.`
      : `${printed} is the physical address, as kernels before 6.10 print it.`;
  const rest = offset === undefined || offset === 0 ? '' : `, ${formatSize(offset)} in`;
  return `${printed} is region ${bar ?? Math.floor(column.value / 2 ** 40)}${rest}. Read as (region << 40) + offset in the BAR.`;
};

/** “VA − PA ≡ 0x2cc5_4000”. */
export const residueText = (miss: Miss): string => `VA \u2212 PA \u2261 ${formatAddress(miss.residue)}`;

/** “mod 1 GiB: 716.33 MiB apart, 307.67 MiB the other way”. */
export const missText = ({ size, residue }: Miss): string =>
  `mod ${formatSize(size)}: ${formatSize(residue)} apart, ${formatSize(size - residue)} the other way`;

/** “and 336 KiB mod 2 MiB: no PMD either”, for what is missed beside the largest size. */
const alsoText = ({ kind, size, residue }: Miss): string =>
  `and ${formatSize(residue)} mod ${formatSize(size)}: no ${leafNames[kind]} either`;

const missesText = (misses: readonly Miss[]): string => {
  const [first, ...rest] = misses;
  return first === undefined
    ? ''
    : [`${residueText(first)} ${missText(first)}`, ...rest.map(alsoText)].join(', ');
};

const versionOf = ({ kernel }: Pick<Diagnosis, 'kernel'>): KernelVersion =>
  parseKernelVersion(kernel.value) ?? { major: 7, minor: 3, patch: 0, rc: 0 };

/** Why a mapping has the leaves it has, in one sentence. */
export const causePieces = (row: DiagnosisRow, diagnosis: Pick<Diagnosis, 'kernel'>): readonly Piece[] => {
  const { cause } = row;
  switch (cause.kind) {
    case 'none':
      if (cause.bare) return ['Linux maps device memory with base pages only on this architecture.'];
      return cause.short
        ? [`No larger leaf fits ${formatSize(row.length)} from here: no address helps.`]
        : [`VA and PA agree modulo ${formatSize(cause.largest)}.`];
    case 'congruence':
      return [`${missesText(cause.misses)}.`];
    case 'kernel':
      return row.source === 'sysfs'
        ? [
            'A ',
            { code: 'resource' },
            ' file of sysfs is mapped with PTEs only, by ',
            { code: 'remap_pfn_range' },
            ' in mmap() itself.',
          ]
        : refusalPieces(cause.refusal, versionOf(diagnosis));
    case 'thp':
      return refusalPieces(cause.refusal, versionOf(diagnosis));
    case 'corrupt':
      return [
        'Linux 6.12 to 6.12.9 install huge leaves without a look at the PFN, and ',
        `${missesText(cause.misses)}: what the CPU makes of them is undefined. `,
        { commit: '09dfc8a5f2ce' },
      ];
    case 'hole':
      return [
        `A hole of ${formatSize(cause.hole.size)} at offset ${formatSize(cause.hole.offset)} leaves no whole block of ${formatSize(cause.size)} here: no address helps.`,
      ];
    case 'split':
      return [
        `The BAR is mapped in ${cause.pieces} pieces that touch; no leaf reaches over a seam, and one mapping would have ${plural(cause.leaves, 'leaf', 'leaves')}.`,
      ];
    case 'unknown':
      return ['Too little is known of the physical address.'];
  }
};

/** “0x7ffe_4000_0000, 716.33 MiB lower”; empty where the mapping is well where it is. */
export const nearestPieces = ({ nearest }: DiagnosisRow): readonly Piece[] =>
  nearest === undefined
    ? []
    : [
        { code: formatAddress(nearest.start) },
        `, ${formatSize(nearest.distance)} lower`,
        ...(nearest.free ? [] : [', where something else is mapped now']),
      ];

/** Programs as people call them, with the release. */
const programNames = (ids: readonly PolicyId[]): readonly string[] => {
  const names: string[] = [];
  if (ids.includes('qemu9')) names.push('QEMU 9.2 or later');
  else if (ids.includes('qemu')) names.push('QEMU with 3863e47828d5');
  if (ids.includes('chv')) names.push('Cloud Hypervisor v53.0 or later');
  return names;
};

/** What a fix gives: “2 PUD leaves”. */
const gives = (fix: Fix): string => leavesText(fix.leaves);

/** Where a fix is made, as the head of a line. */
export const fixHead = (fix: Fix): string => {
  switch (fix.kind) {
    case 'recipe':
    case 'vmm':
    case 'join':
    case 'vfio':
      return 'In the VMM';
    case 'proposal':
    case 'kernel':
      return 'In the kernel';
    case 'thp':
      return 'On the host';
  }
};

/** A fix in one sentence, with what it gives. */
export const fixPieces = (fix: Fix): readonly Piece[] => {
  switch (fix.kind) {
    case 'recipe':
      return [
        `Reserve ${formatSize(fix.reserve)} with `,
        { code: 'PROT_NONE' },
        fix.residue === 0
          ? `, round up to a multiple of ${formatSize(fix.align)}, map there with `
          : `, go up to the first address that is ${formatAddress(fix.residue)} modulo ${formatSize(fix.align)}, map there with `,
        { code: 'MAP_FIXED' },
        fix.needs === undefined
          ? ''
          : fix.needs === 'thp'
            ? ', with transparent_hugepage/enabled set to always'
            : `, on Linux ${fix.from ?? ''} or later`,
        `: ${gives(fix)}.`,
      ];
    case 'vmm':
      return [`${programNames(fix.policies).join(', or ')}, does that: ${gives(fix)}.`];
    case 'proposal': {
      const names = fix.policies.map(id => policyOf(id).short);
      const which = names.length === 1 ? 'the proposal' : `any of ${names.length} proposals`;
      return [`A kernel with ${which} (${names.join(', ')}) would place it so: ${gives(fix)}.`];
    }
    case 'kernel':
      return [
        fix.placed
          ? fix.own
            ? `Asked without an address, Linux ${fix.version} itself would place it with ${gives(fix)}.`
            : `Linux ${fix.version} would place it with ${gives(fix)}.`
          : `On Linux ${fix.version} the same address has ${gives(fix)}.`,
      ];
    case 'thp':
      return ['Set ', { code: 'transparent_hugepage/enabled' }, ` to always: ${gives(fix)} at this address.`];
    case 'vfio':
      return [`Map it through VFIO: ${gives(fix)} at this address.`];
    case 'join':
      return [`Map the pieces with one mmap(): ${gives(fix)}.`];
  }
};

/** How to check that a fix worked, where faults tell. */
export const checkPieces = (row: DiagnosisRow): readonly Piece[] => {
  const { answer, ideal } = row;
  if (answer === undefined || ideal === undefined || ideal.cost.faults >= answer.faults) return [];
  return [
    `The fault count over ${rowName(row)} must read ${formatCount(ideal.cost.faults)}, not ${formatCount(answer.faults)}.`,
  ];
};

/** The kernel's part in it, said once for all rows: why nothing was aligned. Empty where it has none. */
export const commonCausePieces = (diagnosis: Diagnosis): readonly Piece[] => {
  if (diagnosis.commonCause !== 'congruence') return [];
  const version = versionOf(diagnosis);
  const facts = factsOf(version);
  const change = changeBehind(version, 'unhookedAlign');
  if (facts.unhookedAlign !== 'never')
    return [
      `Linux ${diagnosis.kernel.value} aligns such a mapping to ${formatSize(archOf(diagnosis.arch.value).pmdSize)} if nobody asks for an address: these were placed by a hint, MAP_FIXED, or in pieces.`,
    ];
  return [
    change === undefined
      ? `Linux ${diagnosis.kernel.value} places device files with the plain search; vfio sets no `
      : 'Linux since 6.13 places device files with the plain search; vfio sets no ',
    { code: 'get_unmapped_area' },
    '.',
    ...(change?.commit === undefined ? [] : [' ', { commit: change.commit }]),
  ];
};

/** A setting and how it is known: “Linux 7.3, assumed: the newest that is known”. */
const toldText = (name: string, told: Told<string>): string => {
  switch (told.how) {
    case 'chosen':
      return `${name}, as chosen`;
    case 'read':
      return told.line === undefined ? `${name}: ${told.why}` : `${name}, line ${told.line}: ${told.why}`;
    case 'assumed':
      return `${name}, assumed: ${told.why}`;
  }
};

/** Kernel, architecture and THP setting, one line each, the last only where it counts. */
export const machineTexts = (d: Diagnosis): readonly string[] => [
  toldText(`Linux ${d.kernel.value}`, d.kernel),
  toldText(archOf(d.arch.value).label, d.arch),
  ...(/^hugeExact/.test(factsOf(versionOf(d)).faultEra)
    ? ['Pages are taken to be touched upwards; before 6.12.29, 6.14.7 and 6.15 the order counts']
    : []),
  ...(factsOf(versionOf(d)).thpGate === 'bypassed'
    ? []
    : [toldText(`transparent_hugepage/enabled ${d.thp.value}`, d.thp)]),
];

/** “BAR 2”, or what a range of /proc/iomem is called. */
export const barName = ({ bar }: BarView): string => (bar === undefined ? 'Device memory' : `BAR ${bar}`);

/** Heading of what the BARs of a paste without maps could have. */
export const barsHeading = 'What its BARs could have';

/** What an address must be for the best layout of a BAR, and what any other costs. */
export const barPieces = ({ best, worst, modulus, base, refused }: BarView): readonly Piece[] => [
  ...tallyPieces(best.leaves),
  ` ${leafWord(leafCount(best.leaves))}, ${plural(best.faults, 'fault', 'faults')} and ${formatSize(best.tableBytes)} of page tables`,
  ...(leafCount(worst.leaves) === leafCount(best.leaves)
    ? [' at any address']
    : [
        base % modulus === 0
          ? ` at a multiple of ${formatSize(modulus)}; `
          : ` where VA modulo ${formatSize(modulus)} is ${formatAddress(base % modulus)}; `,
        ...tallyPieces(worst.leaves),
        ` ${leafWord(leafCount(worst.leaves))}, ${plural(worst.faults, 'fault', 'faults')} and ${formatSize(worst.tableBytes)} where VA and PA agree modulo a page alone`,
      ]),
  ...(refused ? ['. Linux of today with THP on has larger leaves for it'] : []),
  '.',
];

/** The BARs that are not listed one by one; '' where all are. */
export const barsRestText = ({ bars: listed, barsShort, barsLeft }: Diagnosis): string => {
  const short = listed.length === 0 ? bars(barsShort) : plural(barsShort, 'more BAR', 'more BARs');
  return [
    barsLeft === 0 ? '' : `${plural(barsLeft, 'smaller BAR is', 'smaller BARs are')} not listed.`,
    barsShort === 0 ? '' : `${short} ${barsShort === 1 ? 'has' : 'have'} room for base pages only.`,
  ]
    .filter(text => text !== '')
    .join(' ');
};

/** What to paste next, and what it would settle. */
export const askText = ({ what, rows, again }: Ask): string => {
  const n = plural(rows.length, 'mapping', 'mappings');
  switch (what) {
    case 'maps':
      return 'Paste /proc/PID/maps of the process that maps the device.';
    case 'device mappings':
      return 'No VMA shows a device: paste the maps of the process that opened it, as root.';
    case 'lspci':
      return again === true
        ? `Paste lspci -vv of the same boot: none of the BARs that were pasted fits ${n}.`
        : `Paste lspci -vv: it gives the physical address of ${n}.`;
    case 'iomem as root':
      return `Print /proc/iomem as root: without it every address is 0, and ${n} could be told by it.`;
    case 'kernel':
      return 'Paste uname -r: the kernel decides the leaves.';
    case 'pairing':
      return `Say which BAR ${rows.length === 1 ? 'the mapping shows' : `each of ${n} shows`}: several fit.`;
  }
};

/** “line 2”, “lines 2 and 7”. */
const linesText = (lines: readonly number[]): string => {
  const named = lines.filter(l => l > 0).map(l => String(l));
  if (named.length === 0) return '';
  return named.length === 1 ? `line ${named[0]}` : `lines ${list(named)}`;
};

/** A disagreement with its lines in front. */
export const disagreementText = ({ lines, text }: Disagreement): string => {
  const where = linesText(lines);
  return where === '' ? text : `${where.slice(0, 1).toUpperCase()}${where.slice(1)}: ${text}`;
};

const saysText = (says: SearchSays): string => {
  switch (says.kind) {
    case 'plain':
      return 'It asked for no alignment';
    case 'mask':
      return says.offset === 0
        ? `It asked for a multiple of ${formatSize(says.size)}`
        : `It asked for an address congruent to ${formatAddress(says.offset)} modulo ${formatSize(says.size)}`;
    case 'padded':
      return `It asked for ${formatSize(says.size)} more than was mapped, as the THP helper does to align`;
  }
};

/** A trace line played again, and what it tells of who placed the mapping. */
export const searchText = ({ trace, outcome, says, row, asKernel }: SearchCheck): string => {
  const who = row === undefined ? '' : ` for the mapping of ${row}`;
  const otherwise =
    asKernel === false ? ', which is not what this kernel asks for: another one, or a hint, placed it' : '';
  const said = ` ${saysText(says)}${otherwise}.`;
  const head = `Line ${trace.line}: the search for ${formatSize(trace.length)}${who}`;
  switch (outcome.kind) {
    case 'agree':
      return trace.addr === undefined
        ? `${head} finds no room here either.${said}`
        : `${head} comes to ${formatAddress(trace.addr)} here too.${said}`;
    case 'differ': {
      const here =
        outcome.got === undefined ? 'finds no room here' : `comes to ${formatAddress(outcome.got)} here`;
      const there = trace.addr === undefined ? 'no room' : formatAddress(trace.addr);
      const why = {
        gone: `no mapping of that length is at ${there} now, so it was unmapped since, or it is another process`,
        changed: 'the maps were read at another time, when other gaps were free',
        'other process': `it began at ${formatAddress(trace.high)}, which is not where this process begins`,
      }[outcome.reason];
      return `${head} ${here}, and the kernel said ${there}: ${why}.${said}`;
    }
    case 'not played':
      return outcome.why === 'no maps'
        ? `${head} cannot be played without maps.${said}`
        : `${head} has numbers that no search has.`;
  }
};

/** That there are more trace lines than are played. Empty where there are not. */
export const searchesLeftText = ({ searchesLeft }: Diagnosis): string =>
  searchesLeft === 0 ? '' : `${plural(searchesLeft, 'more line is', 'more lines are')} not played.`;

const layoutText = (layout: Layout): string => {
  const where = layout.row === undefined ? '' : ` in the mapping of ${layout.row} alone`;
  const which = layout.id === 'now' ? ', as predicted' : layout.id === 'best' ? ', the best layout' : '';
  return `${leavesText(layout.leaves)}${where}${which}`;
};

/** A count that was given, and the layouts that would give it. */
export const countText = (check: CountCheck): string => {
  const { what, given, matches, nearest, line } = check;
  const head = `${line === undefined ? '' : `Line ${line}: `}${what === 'faults' ? plural(given, 'fault', 'faults') : `VmPTE ${formatCount(given)} KiB`}`;
  const one = what === 'vmPte' || given === 1;
  const fits = one ? 'matches' : 'match';
  if (matches.length > 0) {
    const some = matches.slice(0, 3).map(layoutText);
    const room =
      what === 'vmPte'
        ? `, if everything else has between 0 and ${formatCount(check.slack)} KiB of tables`
        : '';
    return `${head} ${matches.length > 1 ? `${fits} either` : fits} ${some.join(', or ')}${room}.`;
  }
  if (nearest === undefined) return `${head}: there are no leaves to hold it against.`;
  const off = Math.abs(nearest.off);
  return `${head} ${fits} no layout; the nearest is ${layoutText(nearest.layout)}, with ${formatCount(off)} ${what === 'faults' ? '' : 'KiB '}${nearest.off > 0 ? 'fewer' : 'more'}.`;
};

/** Where the public alignment test judges otherwise, and why. Empty where it agrees. */
export const publicTestText = ({ publicTest, answer, cause }: DiagnosisRow): string => {
  if (publicTest?.differs === undefined || answer === undefined) return '';
  const wanted = formatSize(publicTest.wanted);
  return publicTest.differs === 'multiple, not congruent'
    ? `The public alignment test passes it: the address is a multiple of ${wanted}. ${notLookedAt(cause)}`
    : `The public alignment test fails it: the address is no multiple of ${wanted}. It has the fewest leaves all the same, ${
        cause.kind === 'none' && cause.bare
          ? 'as this architecture has base pages only'
          : answer.best.modulus < publicTest.wanted
            ? 'as no larger one fits'
            : 'because VA and PA agree'
      }.`;
};

/** What a rule that asks for the address alone misses. */
const notLookedAt = (cause: Cause): string =>
  cause.kind === 'congruence' || cause.kind === 'corrupt'
    ? 'It does not look at the physical address, with which it must agree.'
    : 'It does not look at what this kernel installs.';

/** Where the script vfio-check-alignment judges otherwise, and why. Empty where it agrees. */
export const checkScriptText = ({ checkScript, answer, cause, length }: DiagnosisRow): string => {
  if (checkScript?.differs === undefined || answer === undefined) return '';
  const wanted = formatSize(checkScript.wanted);
  if (checkScript.differs === 'passes')
    return `vfio-check-alignment passes it, as the address is a multiple of ${wanted}. ${notLookedAt(cause)}`;
  const { modulus } = answer.best;
  return `vfio-check-alignment warns, because it wants a multiple of ${wanted} for ${formatSize(length)}. ${
    cause.kind === 'none' && cause.bare
      ? 'This architecture has base pages only, whatever the address.'
      : modulus < checkScript.wanted
        ? `The largest leaf that fits needs ${formatSize(modulus)} only, and VA and PA agree modulo that.`
        : 'VA and PA agree, which is what counts: the offset in the BAR is no multiple of it either.'
  }`;
};

/** Fault lines held against the prediction. Empty where there are none. */
export const faultsText = ({ faults }: DiagnosisRow): string => {
  if (faults === undefined) return '';
  if (faults.agree === 0)
    return `${faults.count === 1 ? 'The line' : `None of ${formatCount(faults.count)} lines`} of vfio-pci ${faults.count === 1 ? 'does not agree' : 'agrees'} with these leaves.`;
  return faults.agree === faults.count
    ? `${plural(faults.count, 'line of vfio-pci agrees', 'lines of vfio-pci agree')} with these leaves.`
    : `${formatCount(faults.agree)} of ${plural(faults.count, 'line', 'lines')} of vfio-pci agree with these leaves.`;
};

/** What a log of the public alignment test says of the BAR. Empty where there is none. */
export const testLogText = ({ publicTest }: DiagnosisRow): string => {
  const log = publicTest?.log;
  if (log === undefined) return '';
  const where = log.here ? 'this mapping' : 'a mapping of its own of this BAR';
  return `Line ${log.line}: the alignment test ${log.passed ? 'passed' : 'failed'} ${where}.`;
};

/** A page-table dump held against the prediction. Empty where it shows nothing of the mapping. */
export const dumpText = ({ dump }: DiagnosisRow): string => {
  if (dump === undefined || dump.shown === 0) return '';
  return dump.agree === dump.shown
    ? `The page tables show the same leaves over ${formatSize(dump.shown)}.`
    : `The page tables agree over ${formatSize(dump.agree)} of ${formatSize(dump.shown)}.`;
};

/** The region that QEMU names. Empty where it names none. */
export const qemuText = ({ qemu }: DiagnosisRow): string => {
  if (qemu === undefined) return '';
  return qemu.area === undefined
    ? `QEMU calls the region “${qemu.name}”.`
    : `QEMU calls the region “${qemu.name}” and maps this area of it.`;
};

/** A cause as a plain sentence. */
export const causeText = (row: DiagnosisRow, d: Pick<Diagnosis, 'kernel'>): string =>
  plain(causePieces(row, d));
/** A fix as a plain sentence. */
export const fixText = (fix: Fix): string => plain(fixPieces(fix));

/** “4,096 PTE”. */
export const leavesNow = ({ answer }: DiagnosisRow): string =>
  answer === undefined ? 'unknown' : tallyText(answer.leaves);
/** “8 PMD”; undefined where the mapping has the best already, or nothing is known. */
export const leavesBest = ({ answer, ideal }: DiagnosisRow): string | undefined =>
  answer === undefined || ideal === undefined || ideal.leaves >= leafCount(answer.leaves)
    ? undefined
    : tallyText(ideal.runs);
