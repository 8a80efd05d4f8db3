import type { LeafRun } from '../../src/leaves/runs.ts';
import { tally } from '../../src/leaves/words.ts';
import { plain } from '../../src/pieces.ts';
import { errnoName } from '../../src/placement/errno.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import type { DeviceAnswer } from '../../src/solve.ts';
import { reasonsOf } from '../scenario/reasons.ts';
import { refusalText } from '../scenario/words.ts';
import { type ExportScene, titleOf } from './scene.ts';

/** What a file of this format names itself. */
export const JSON_FORMAT = 'hugemap-answer';

/** An address as JSON has it: hex in a string, exact in every reader. */
const hex = (n: number): string => `0x${BigInt(n).toString(16)}`;

const leaves = (runs: readonly LeafRun[]) =>
  tally(runs).map(({ kind, size, count, corrupt }) => ({ kind, size, count, corrupt }));

const mapping = ({ mapping: m, leaves: runs, faults, cost, best, bestCost, why }: DeviceAnswer) => ({
  va: hex(m.start),
  pa: hex(m.pa),
  length: m.end - m.start,
  leaves: leaves(runs),
  runs: runs.map(r => ({
    va: hex(r.va),
    kind: r.kind,
    size: r.size,
    count: r.count,
    corrupt: r.corrupt,
  })),
  faults,
  tables: cost.tables.map(t => ({ level: t.name, count: t.count, bytes: t.bytes })),
  tableBytes: cost.tableBytes,
  tlbEntries: cost.tlbEntries,
  whyNotLarger: why.flatMap(({ kind, size, parts }) =>
    parts.map(p => ({
      kind,
      size,
      from: hex(p.start),
      to: hex(p.end),
      cause: p.cause.kind,
      residue: p.cause.kind === 'congruence' ? p.cause.residue : null,
    })),
  ),
  best: {
    leaves: leaves(best.runs),
    modulus: best.modulus,
    faults: bestCost.faults,
    tableBytes: bestCost.tableBytes,
  },
});

const bar = ({ index, base, size, owner }: Scenario['device']['bar']) => ({
  index,
  base: hex(base),
  size,
  owner: owner ?? null,
});

/**
 * A scene and its answer as a value for JSON. docs/export.md describes the keys, and they stay: new ones may come,
 * none goes or changes its meaning. Sizes are numbers of bytes, addresses strings of hex. `link` reopens the scene.
 */
export const answerJson = (scene: ExportScene) => {
  const { scenario, solution, events, link, url } = scene;
  const { machine, device, space, request } = scenario;
  const { placement, prepared, parts, total } = solution;
  const { source } = space;
  return {
    format: JSON_FORMAT,
    version: 1,
    title: titleOf(scene),
    link,
    url,
    request: {
      file: request.file,
      offset: request.offset,
      length: request.length,
      hint: hex(request.hint),
      flags: hex(request.flags),
      prot: request.prot,
      advice: request.advice,
      touch: request.touch,
    },
    machine: {
      arch: machine.arch,
      kernel: machine.kernel,
      policy: machine.policy,
      thp: machine.thp,
      shmem: machine.shmem,
      contiguous: machine.cont,
      page: prepared.arch.page,
    },
    device: {
      bar: bar(device.bar),
      others: device.others.map(bar),
      holes: device.holes.map(h => ({ offset: h.offset, size: h.size })),
      ranges: device.ranges.map(r => ({ offset: r.offset, pa: hex(r.phys) })),
    },
    space: {
      source: source.kind === 'preset' ? source.id : 'pasted',
      name: source.kind === 'preset' ? null : source.name,
      vmas: prepared.mm.space.vmas.length,
      mmapBase: hex(prepared.mm.space.layout.mmapBase),
      topDown: prepared.mm.space.layout.topDown,
    },
    answer: {
      placement: placement.ok
        ? { ok: true, va: hex(placement.start), end: hex(placement.end), by: placement.by }
        : {
            ok: false,
            errno: errnoName(placement.errno),
            refusal: placement.refusal,
            text: refusalText(scenario, solution, events)?.text ?? placement.refusal,
          },
      leaves: total === undefined ? null : leaves(total.leaves),
      faults: total?.faults ?? null,
      tableBytes: total?.cost.tableBytes ?? null,
      mappings: parts.map(mapping),
      reasons: reasonsOf(scenario, solution, events).map(r => ({
        mark: r.mark,
        head: r.head,
        text: plain(r.body),
      })),
    },
  };
};

/** {@link answerJson} as the text of a file. */
export const jsonFile = (scene: ExportScene): string =>
  `${JSON.stringify(answerJson(scene), undefined, 2)}\n`;
