import type { LeafKind } from '../arch/arch.ts';
import { pinChanges, pinPfnMap, pinRules } from '../dma/pin.ts';
import { dmaPresets } from '../dma/published.ts';
import { factChanges } from '../kernel/facts.ts';
import type { Since } from '../kernel/version.ts';
import { type LeafRun, leafCount } from '../leaves/runs.ts';
import { type CounterId, counterOf, countOn, truth } from '../memmap/counters.ts';
import { placed } from '../memmap/layout.ts';
import { presets } from '../memmap/presets.ts';
import { type PolicyId, policies, policyOf } from '../placement/policies.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { type DeviceAnswer, type Solution, solve, trace } from '../solve.ts';
import { gapEnd, gapStart } from '../space/gapIndex.ts';
import { formatAddress, formatCount, formatSize } from '../text.ts';
import { lowestBit, mod } from '../units.ts';
import { type Design, designOf, zapper } from '../zap/designs.ts';
import { explore } from '../zap/explore.ts';
import type { Ending } from '../zap/machine.ts';
import { readScenario, type Scene } from './tour.ts';

/** A number that the engine knows about a scene. */
export type Figure =
  /** leaves of one size after every page was touched; `part` from 1, all mappings where left out */
  | { readonly kind: 'leaves'; readonly leaf: LeafKind; readonly part?: number }
  | { readonly kind: 'all leaves' }
  /** the fewest leaves that any address would allow, of one size or all */
  | { readonly kind: 'best'; readonly leaf?: LeafKind }
  | { readonly kind: 'faults' }
  | { readonly kind: 'table bytes' }
  /** (VA − PA) modulo the leaf of a size */
  | { readonly kind: 'residue'; readonly leaf: LeafKind; readonly part?: number }
  /** the size itself, where VA and PA agree modulo it */
  | { readonly kind: 'agrees'; readonly size: number; readonly part?: number }
  /** what a leaf covers on the scene's architecture */
  | { readonly kind: 'leaf size'; readonly leaf: LeafKind }
  /** pages in such a leaf: an address agrees by luck once in so many */
  | { readonly kind: 'pages per leaf'; readonly leaf: LeafKind }
  /** lowest set bit of the length: what QEMU 9.2 aligns an area to */
  | { readonly kind: 'lowest bit of length' }
  | { readonly kind: 'length' }
  | { readonly kind: 'offset' }
  | { readonly kind: 'hole' }
  | { readonly kind: 'kernel' }
  | { readonly kind: 'length as address' }
  /** the whole multiples of a size in the length, and what is left */
  | { readonly kind: 'whole of length'; readonly size: number }
  | { readonly kind: 'length mod'; readonly size: number }
  /** stands in a text of the project that has its own source */
  | { readonly kind: 'text'; readonly text: string }
  /** the release a change came with: of mainline without its -rc, or with it, or a stable one */
  | { readonly kind: 'release'; readonly commit: string; readonly stable?: string; readonly rc?: boolean }
  /** the first two numbers of the kernel's release: `6.12` of 6.12.117 */
  | { readonly kind: 'series' }
  /** the kernel, where touching everything costs so many faults */
  | { readonly kind: 'kernel with faults'; readonly faults: number }
  /** how many times the faults of another scene this one has */
  | { readonly kind: 'times the faults of'; readonly link: string }
  /** the power of two that user space fills but for a page */
  | { readonly kind: 'user space' }
  /** the year in which the message was sent that a policy stands in, by its Message-ID */
  | { readonly kind: 'year'; readonly policy: PolicyId }
  /** proposals for the kernel, sides of the same one counted once */
  | { readonly kind: 'proposals' }
  /** how many different sets of leaves these links end with */
  | { readonly kind: 'different leaves'; readonly links: readonly string[] }
  /** steps in which type1 of the scene's kernel walks the mapping for VFIO_IOMMU_MAP_DMA */
  | { readonly kind: 'pin steps' }
  /** the size of BAR that a message has figures of */
  | { readonly kind: 'published size'; readonly message: string }
  /** the same figure of another scene */
  | { readonly kind: 'of'; readonly link: string; readonly figure: Figure }
  /** how many of these links end with the same leaves as the scene */
  | { readonly kind: 'same leaves'; readonly links: readonly string[] }
  /** gaps, not empty, that the last search passes over before it finds room */
  | { readonly kind: 'passed gaps' }
  /** orders of the zap race that end so */
  | { readonly kind: 'race'; readonly design: Design['id']; readonly ending: Ending }
  | { readonly kind: 'orders'; readonly design: Design['id'] }
  /** the kernel whose way of laying out the memmap a case has */
  | { readonly kind: 'memmap of'; readonly preset: string }
  /** what a counter of contiguous pages answers, or what is true */
  | { readonly kind: 'counted'; readonly preset: string; readonly by: CounterId | 'truth' };

/** A number that stands in the words of a scene, and what the engine has to say the same of. */
export interface Claim {
  readonly says: string;
  readonly of: Figure;
}

const count = (runs: readonly LeafRun[], leaf?: LeafKind): string =>
  formatCount(leafCount(leaf === undefined ? runs : runs.filter(r => r.kind === leaf)));

const partOf = (solution: Solution, part = 1): DeviceAnswer => {
  const device = solution.parts[part - 1];
  if (device === undefined) throw new Error('nothing is mapped');
  return device;
};

const totalOf = (solution: Solution) => {
  if (solution.total === undefined) throw new Error('nothing is mapped');
  return solution.total;
};

const leafSize = (device: DeviceAnswer, leaf: LeafKind): number => {
  if (leaf === 'pte') return device.rules.page;
  const size = device.why.find(w => w.kind === leaf)?.size ?? device.leaves.find(r => r.kind === leaf)?.size;
  if (size === undefined) throw new Error(`no ${leaf} here`);
  return size;
};

const leavesText = (runs: readonly LeafRun[]): string =>
  runs.map(r => `${r.count} ${r.kind}${r.corrupt ? '!' : ''}`).join(' + ');

const noPacker = { pack: () => '', unpack: () => undefined };

/** The value of a figure in a Scenario, in the form in which a caption has it. Throws where there is no such thing. */
const figureOf = (figure: Figure, scenario: Scenario): string => {
  const solution = solve(scenario);
  switch (figure.kind) {
    case 'leaves':
      return count(
        figure.part === undefined ? totalOf(solution).leaves : partOf(solution, figure.part).leaves,
        figure.leaf,
      );
    case 'all leaves':
      return count(totalOf(solution).leaves);
    case 'best':
      return count(
        solution.parts.flatMap(p => p.best.runs),
        figure.leaf,
      );
    case 'faults':
      return formatCount(totalOf(solution).faults);
    case 'table bytes':
      return formatSize(totalOf(solution).cost.tableBytes);
    case 'residue': {
      const device = partOf(solution, figure.part);
      return formatSize(mod(device.mapping.start - device.mapping.pa, leafSize(device, figure.leaf)));
    }
    case 'agrees': {
      const { mapping } = partOf(solution, figure.part);
      const residue = mod(mapping.start - mapping.pa, figure.size);
      if (residue !== 0) throw new Error(`${formatSize(residue)} off modulo ${formatSize(figure.size)}`);
      return formatSize(figure.size);
    }
    case 'leaf size':
      return formatSize(leafSize(partOf(solution), figure.leaf));
    case 'pages per leaf': {
      const device = partOf(solution);
      return formatCount(leafSize(device, figure.leaf) / device.rules.page);
    }
    case 'lowest bit of length':
      return formatSize(lowestBit(scenario.request.length));
    case 'length':
      return formatSize(scenario.request.length);
    case 'offset':
      return formatSize(scenario.request.offset);
    case 'hole':
      return formatSize(scenario.device.holes[0]?.size ?? 0);
    case 'kernel':
      return scenario.machine.kernel;
    case 'length as address':
      return formatAddress(scenario.request.length);
    case 'whole of length':
      return formatSize(scenario.request.length - mod(scenario.request.length, figure.size));
    case 'length mod':
      return formatSize(mod(scenario.request.length, figure.size));
    case 'text':
      return numbersIn(figure.text).join(' ');
    case 'release': {
      const change: { readonly since: Since } | undefined =
        factChanges.find(c => c.commit === figure.commit) ??
        Object.values(pinChanges).find(c => c.commit === figure.commit);
      if (change === undefined) throw new Error(`no change ${figure.commit}`);
      const { stable } = figure;
      const at = change.since.stable?.[stable ?? ''];
      if (stable === undefined)
        return figure.rc === true ? change.since.mainline : change.since.mainline.replace(/-rc\d+$/, '');
      if (at === undefined) throw new Error(`${figure.commit} is not in ${stable}`);
      return `${stable}.${at}`;
    }
    case 'series':
      return scenario.machine.kernel.split('.').slice(0, 2).join('.');
    case 'kernel with faults': {
      const { faults } = totalOf(solution);
      if (faults !== figure.faults) throw new Error(`${faults} faults on ${scenario.machine.kernel}`);
      return scenario.machine.kernel;
    }
    case 'times the faults of': {
      const other = totalOf(solve(readScenario(figure.link, noPacker).scenario)).faults;
      return formatCount(totalOf(solution).faults / other);
    }
    case 'user space':
      return formatSize(2 ** Math.ceil(Math.log2(solution.prepared.arch.taskSize)));
    case 'year': {
      const { source } = policyOf(figure.policy);
      if (source?.kind !== 'mail') throw new Error(`${figure.policy} stands in no message`);
      return source.id.slice(0, 4);
    }
    case 'proposals':
      return formatCount(
        policies.filter(p => p.kind === 'kernel' && p.group === 'proposal' && p.of === undefined).length,
      );
    case 'different leaves':
      return formatCount(
        new Set(
          figure.links.map(link => leavesText(totalOf(solve(readScenario(link, noPacker).scenario)).leaves)),
        ).size,
      );
    case 'pin steps': {
      const { device, prepared } = solution;
      if (device === undefined) throw new Error('nothing is mapped');
      const rules = pinRules(prepared.version, prepared.arch.page, scenario.view.labs.dma.smallPages);
      const pages = (device.mapping.end - device.mapping.start) / prepared.arch.page;
      return formatCount(pinPfnMap(rules, device.leaves, pages).steps);
    }
    case 'published size': {
      const preset = dmaPresets.find(d => d.published.some(p => p.message === figure.message));
      if (preset === undefined) throw new Error(`nothing published in ${figure.message}`);
      return formatSize(preset.size);
    }
    case 'of':
      return figureOf(figure.figure, readScenario(figure.link, noPacker).scenario);
    case 'same leaves': {
      const mine = leavesText(totalOf(solution).leaves);
      const same = figure.links.filter(
        link => leavesText(totalOf(solve(readScenario(link, noPacker).scenario)).leaves) === mine,
      );
      return formatCount(same.length);
    }
    case 'passed gaps': {
      const { index } = solution.prepared.mm.space;
      const events = trace(scenario, solution.prepared);
      let passed = 0;
      for (const e of events.slice(events.findLastIndex(x => x.kind === 'search') + 1))
        if (e.kind === 'passed')
          for (let gap = Math.min(e.first, e.last); gap <= Math.max(e.first, e.last); gap++)
            if (gapEnd(index, gap) > gapStart(index, gap)) passed++;
      return formatCount(passed);
    }
    case 'race':
      return formatCount(endsOf(figure.design)[figure.ending]);
    case 'orders':
      return formatCount(Object.values(endsOf(figure.design)).reduce((a, b) => a + b, 0));
    case 'memmap of': {
      const layout = presets.find(p => p.id === figure.preset)?.layout;
      const sections = layout?.sections.map(x => x.section) ?? [];
      const era = (['boot612', 'boot73'] as const).find(
        how => JSON.stringify(placed(sections, layout?.pagesPerSection ?? 0, how)) === JSON.stringify(layout),
      );
      if (era === undefined) throw new Error(`no kernel lays ${figure.preset} out`);
      return era === 'boot612' ? '6.12' : '7.3';
    }
    case 'counted': {
      const preset = presets.find(p => p.id === figure.preset);
      if (preset === undefined) throw new Error(`no case ${figure.preset}`);
      return formatCount(
        figure.by === 'truth'
          ? truth(preset.pfns)
          : countOn(counterOf(figure.by), preset.layout, preset.pfns).answer,
      );
    }
  }
};

const endsOf = (design: Design['id']) => explore({ mapper: designOf(design).steps, zapper }).root.ends;

/** Names that have digits in them and are no numbers. */
const NAMES =
  /\bext4\b|\bType1\b|\bGB200\b|\bMAP_\w+|\barm64\b|\bx86-64\b|\bx86\b|\b[0-9a-f]{12}\b|\bv[12]\b/g;

/** Numbers as words. What is below three counts nothing: “one of its own”, “in two”. */
const COUNTS = ['three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve'];
const NUMBER = new RegExp(
  `0x[0-9a-f_]+|\\d[\\d,]*(?:\\.\\d+)*(?:-rc\\d+)?(?: [KMGT]iB(?: − \\d+ KiB)?)?|\\b(?:${COUNTS.join('|')})\\b`,
  'gi',
);

/** Every number in a text, with its unit, as it stands there; one in words in small letters. */
export const numbersIn = (text: string): readonly string[] =>
  [...text.replaceAll(NAMES, '').matchAll(NUMBER)].map(m =>
    /^[a-z]/i.test(m[0]) ? m[0].toLowerCase() : m[0].replace(/,$/, ''),
  );

/** A number in digits, whether it stands in digits or in words. */
const inDigits = (said: string): string => {
  const at = COUNTS.indexOf(said);
  return at < 0 ? said : String(at + 3);
};

/**
 * The words of a scene that are told as true: title, caption, question, the choice that is called right, the number,
 * and what the speaker says.
 */
export const wordsOf = ({ title, caption, predict, number, notes }: Scene): string =>
  [
    title,
    caption,
    notes,
    predict?.question ?? '',
    predict?.choices[predict.answer] ?? '',
    number?.figure ?? '',
    number?.what ?? '',
  ].join('\n');

/**
 * What is wrong with the numbers of a text about the Scenario of a link, in sentences that begin with `where`; empty
 * where the engine says the same of all.
 */
export const wrongNumbers = (
  where: string,
  text: string,
  link: string,
  claims: readonly Claim[],
): readonly string[] => {
  const read = readScenario(link, noPacker);
  const wrong: string[] = [];
  for (const { says, of } of claims) {
    let value: string;
    try {
      value = figureOf(of, read.scenario);
    } catch (error) {
      value = error instanceof Error ? error.message : String(error);
    }
    if (value !== inDigits(says)) wrong.push(`${where}: says ${says}, the engine ${value} (${of.kind})`);
  }
  const numbers = numbersIn(text);
  for (const n of numbers)
    if (!claims.some(c => c.says === n)) wrong.push(`${where}: nothing stands behind ${n}`);
  for (const { says } of claims)
    if (!numbers.includes(says)) wrong.push(`${where}: ${says} is claimed, and not said`);
  return wrong;
};

/** What is wrong with the numbers in the words of a scene. */
export const wrongClaims = (scene: Scene, claims: readonly Claim[]): readonly string[] =>
  wrongNumbers(scene.title, wordsOf(scene), scene.link, claims);

/** Numbers of a text about a tour that neither a scene of it says nor a claim of the tour's own. */
export const unbacked = (
  text: string,
  tour: {
    readonly scenes: readonly { readonly claims: readonly Claim[] }[];
    readonly claims: readonly Claim[];
  },
): readonly string[] => {
  const said = new Set([...tour.claims, ...tour.scenes.flatMap(s => s.claims)].map(c => c.says));
  return numbersIn(text).filter(n => !said.has(n));
};
