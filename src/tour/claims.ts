import type { LeafKind } from '../arch/arch.ts';
import { factChanges } from '../kernel/facts.ts';
import { type LeafRun, leafCount } from '../leaves/runs.ts';
import { type CounterId, counterOf, countOn, truth } from '../memmap/counters.ts';
import { presets } from '../memmap/presets.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { type DeviceAnswer, type Solution, solve } from '../solve.ts';
import { formatAddress, formatCount, formatSize } from '../text.ts';
import { mod } from '../units.ts';
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
  /** the release a change came with: of mainline without its -rc, or a stable one */
  | { readonly kind: 'release'; readonly commit: string; readonly stable?: string }
  /** the same figure of another scene */
  | { readonly kind: 'of'; readonly link: string; readonly figure: Figure }
  /** how many of these links end with the same leaves as the scene */
  | { readonly kind: 'same leaves'; readonly links: readonly string[] }
  /** orders of the zap race that end so */
  | { readonly kind: 'race'; readonly design: Design['id']; readonly ending: Ending }
  | { readonly kind: 'orders'; readonly design: Design['id'] }
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

const lowestBit = (n: number): number => {
  let bit = 1;
  while (n % (bit * 2) === 0) bit *= 2;
  return bit;
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
      const change = factChanges.find(c => c.commit === figure.commit);
      if (change === undefined) throw new Error(`no change ${figure.commit}`);
      const { stable } = figure;
      const at = change.since.stable?.[stable ?? ''];
      if (stable === undefined) return change.since.mainline.replace(/-rc\d+$/, '');
      if (at === undefined) throw new Error(`${figure.commit} is not in ${stable}`);
      return `${stable}.${at}`;
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
    case 'race':
      return formatCount(endsOf(figure.design)[figure.ending]);
    case 'orders':
      return formatCount(Object.values(endsOf(figure.design)).reduce((a, b) => a + b, 0));
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
const NAMES = /\bext4\b|\bGB200\b|\bMAP_\w+|\barm64\b|\bx86-64\b|\bx86\b|\b[0-9a-f]{12}\b|\bv[12]\b/g;

/** Every number in the words of a scene, with its unit, as it stands there. */
export const numbersIn = (text: string): readonly string[] =>
  [
    ...text
      .replaceAll(NAMES, '')
      .matchAll(/0x[0-9a-f_]+|\d[\d,]*(?:\.\d+)*(?:-rc\d+)?(?: [KMGT]iB(?: − \d+ KiB)?)?/g),
  ].map(m => m[0].replace(/,$/, ''));

/** The words of a scene that are shown as true: title, caption, question, the choice that is called right, the number. */
export const wordsOf = ({ title, caption, predict, number }: Scene): string =>
  [
    title,
    caption,
    predict?.question ?? '',
    predict?.choices[predict.answer] ?? '',
    number?.figure ?? '',
    number?.what ?? '',
  ].join('\n');

/** What is wrong with the numbers in the words of a scene, in sentences; empty where the engine says the same of all. */
export const wrongClaims = (scene: Scene, claims: readonly Claim[]): readonly string[] => {
  const read = readScenario(scene.link, noPacker);
  const wrong: string[] = [];
  for (const { says, of } of claims) {
    let value: string;
    try {
      value = figureOf(of, read.scenario);
    } catch (error) {
      value = error instanceof Error ? error.message : String(error);
    }
    if (value !== says) wrong.push(`${scene.title}: says ${says}, the engine ${value} (${of.kind})`);
  }
  const numbers = numbersIn(wordsOf(scene));
  for (const n of numbers)
    if (!claims.some(c => c.says === n)) wrong.push(`${scene.title}: nothing stands behind ${n}`);
  for (const { says } of claims)
    if (!numbers.includes(says)) wrong.push(`${scene.title}: ${says} is claimed, and not said`);
  return wrong;
};
