import { memo, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { leavesText } from '../../src/leaves/words.ts';
import { errnoName } from '../../src/placement/errno.ts';
import type { PolicyId } from '../../src/placement/policies.ts';
import { defaultScenario, type Scenario } from '../../src/scenario/scenario.ts';
import { leafKinds } from '../../src/sweep/figures.ts';
import type { Luck, NoLuck } from '../../src/sweep/luck.ts';
import { placesAt } from '../../src/sweep/plane.ts';
import { CORRUPT, isMapped, POINT } from '../../src/sweep/points.ts';
import { formatAddress, formatCount, formatSize } from '../../src/text.ts';
import { mod } from '../../src/units.ts';
import { outlined, palettes } from '../draw/tokens.ts';
import { runJob } from '../jobs/work.ts';
import { withMachine } from '../scenario/edit.ts';
import { solveVariant } from '../state/solution.ts';
import { app, useThemeName } from '../state/store.ts';
import { LeafStrip } from '../ui/LeafStrip.tsx';
import { inksOf, paintPlane, shownPlaces, spanOf } from './paintPlane.ts';
import type { KnownPlane, Planes } from './planes.ts';
import { Scroll } from './Scroll.tsx';
import { classText, leafOf, percentText, policyName, policyShort } from './words.ts';

/** Draws the planes of other policies small; a click makes one the main one. */
const Small = ({
  id,
  known,
  shown,
  scenario,
}: {
  readonly id: PolicyId;
  readonly known: KnownPlane | undefined;
  readonly shown: Planes;
  readonly scenario: Scenario;
}) => {
  const canvas = useRef<HTMLCanvasElement>(null);
  const theme = useThemeName();
  const ratio = window.devicePixelRatio || 1;
  const inks = useMemo(() => inksOf(palettes[theme], outlined.has(theme), ratio), [theme, ratio]);
  // A choice among policies has one picture only: beside it stand the largest leaves.
  const colour = scenario.view.sweep.colour === 'best' ? 'leaf' : scenario.view.sweep.colour;
  const main = shown.planes.get(shown.ask.policies[0] ?? id);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is known stands for what the arrays hold
  useLayoutEffect(() => {
    const element = canvas.current;
    const ctx = element?.getContext('2d');
    if (!element || !ctx || inks === undefined || known === undefined) return;
    const width = Math.round(element.clientWidth * ratio);
    const height = Math.round(element.clientHeight * ratio);
    if (width === 0 || height === 0) return;
    element.width = width;
    element.height = height;
    const image = ctx.createImageData(width, height);
    const { plane } = known;
    const places = shownPlaces(plane, place => (plane.cls[place] ?? 0) > 0);
    // One scale for all, so that shades can be compared.
    const span = main === undefined ? undefined : spanOf(main.plane, colour);
    const own = spanOf(plane, colour);
    const both =
      span && own
        ? { least: Math.min(span.least, own.least), most: Math.max(span.most, own.most) }
        : (span ?? own);
    paintPlane(image, { plane, places, colour, best: undefined, span: both, inks, ratio });
    ctx.putImageData(image, 0, 0);
  }, [known?.plane, known?.known, main?.known, colour, inks, ratio]);
  const name = policyShort(id, scenario.machine.kernel);
  return (
    <button
      type="button"
      className="small"
      onClick={() => app.getState().change(withMachine({ policy: id }), 'done')}
      title={policyName(id, scenario.machine.kernel)}
    >
      <canvas ref={canvas} />
      <span>
        <span className="visually-hidden">Sweep </span>
        {name}
      </span>
    </button>
  );
};

/** The same plane under the other policies. It does not follow the point at hand. */
export const Multiples = memo(
  ({ shown, scenario }: { readonly shown: Planes; readonly scenario: Scenario }) => (
    <section aria-label="The same plane under the others">
      <h3>The same plane under the others: click to swap</h3>
      <div className="multiples">
        {shown.ask.policies.slice(1).map(id => (
          <Small key={id} id={id} known={shown.planes.get(id)} shown={shown} scenario={scenario} />
        ))}
      </div>
    </section>
  ),
);

/** How many points of each class are mapped, and how many lie in the BAR at all. */
const tallyOf = ({ plane }: KnownPlane, stride: number) => {
  const counts = new Map<number, number>();
  let valid = 0;
  for (const place of placesAt(plane, stride)) {
    const cls = plane.cls[place] ?? 0;
    if (cls !== POINT.pastEnd) valid++;
    if (isMapped(cls)) counts.set(cls, (counts.get(cls) ?? 0) + 1);
  }
  const classes = [...counts].flatMap(([cls, count]) => {
    const kind = leafOf(cls);
    return kind === undefined ? [] : [{ cls, kind, count, corrupt: cls >= CORRUPT }];
  });
  classes.sort((a, b) => leafKinds.indexOf(a.kind) - leafKinds.indexOf(b.kind) || a.cls - b.cls);
  return { classes, valid };
};

/** How the points are shared among the largest leaves, a bar a policy. */
export const Shares = memo(({ shown, scenario }: { readonly shown: Planes; readonly scenario: Scenario }) => {
  const known = shown.ask.policies.flatMap(id => {
    const plane = shown.planes.get(id);
    return plane?.stride === undefined ? [] : [{ id, plane, stride: plane.stride }];
  });
  const stride = Math.max(1, ...known.map(k => k.stride));
  const stamp = known.map(k => `${k.id}${k.plane.known}`).join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the stamp stands for what the arrays hold
  const rows = useMemo(() => known.map(k => ({ ...k, ...tallyOf(k.plane, stride) })), [stamp, stride]);
  const first = rows[0];
  return (
    <section aria-label="Share of requests by largest leaf">
      <h3>
        Share of requests by largest leaf
        {first !== undefined && (
          <small>
            {' '}
            of {formatCount(first.valid)} in the BAR{stride > 1 ? `, every ${stride}th point` : ''}
          </small>
        )}
      </h3>
      <Scroll>
        <table className="shares">
          <tbody>
            {rows.map(({ id, classes, valid }) => {
              return (
                <tr key={id} className={id === shown.ask.policies[0] ? 'chosen' : undefined}>
                  <th scope="row" title={policyName(id, scenario.machine.kernel)}>
                    {policyShort(id, scenario.machine.kernel)}
                  </th>
                  <td className="bar">
                    <LeafStrip
                      width={150}
                      parts={classes.map(c => ({ kind: c.kind, share: c.count, corrupt: c.corrupt }))}
                    />
                  </td>
                  <td>
                    {classes.length === 0 && 'refused'}
                    {classes.toReversed().map(c => (
                      <span key={c.cls} className={`share ink-${c.kind}`}>
                        {classText(c.cls)} {percentText(c.count, valid)}
                      </span>
                    ))}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </Scroll>
    </section>
  );
});

/** The point at hand under every policy. */
export const PointTable = ({
  scenario,
  policies,
  title,
  value,
  onOpen,
}: {
  /** The Scenario of the point. */
  readonly scenario: Scenario;
  readonly policies: readonly PolicyId[];
  readonly title: string;
  /** What the plane says of the point. */
  readonly value: string;
  readonly onOpen: () => void;
}) => {
  const { machine } = scenario;
  const rows = useMemo(() => {
    try {
      return policies.map(id => ({
        id,
        solution: solveVariant(scenario, { ...scenario.machine, policy: id }),
      }));
    } catch {
      return undefined;
    }
  }, [scenario, policies]);
  const sizes = rows?.[0]?.solution.prepared.arch.pfnLeaves ?? [];
  const modulus = Math.max(
    4096,
    ...sizes.filter(l => l.since !== undefined && l.size <= scenario.request.length).map(l => l.size),
  );
  const faults = (rows ?? []).flatMap(r => (r.solution.total === undefined ? [] : [r.solution.total.faults]));
  const least = Math.min(...faults);
  const winners = (rows ?? []).filter(
    r => r.solution.total?.faults === least && !r.solution.total.leaves.some(l => l.corrupt),
  );
  const best = rows?.find(r => r.solution.total !== undefined)?.solution.total?.bestCost.faults;
  return (
    <section aria-label="The point under all policies">
      <div className="point-head">
        <h3>{title}</h3>
        <button type="button" className="button" onClick={onOpen}>
          Show it in Map
        </button>
      </div>
      <p className="exact">
        {policyShort(machine.policy, machine.kernel)}: {value}.
      </p>
      {rows === undefined ? (
        <p className="note">There can be no such address space.</p>
      ) : (
        <Scroll>
          <table className="point">
            <thead>
              <tr>
                <th scope="col">Policy</th>
                <th scope="col">Leaves</th>
                <th scope="col" className="number">
                  Faults
                </th>
                <th scope="col" className="number">
                  VA − PA mod {formatSize(modulus)}
                </th>
                <th scope="col" className="number">
                  Start VA
                </th>
              </tr>
            </thead>
            <tbody>
              {rows.map(({ id, solution: { total, placement, device } }) => {
                const largest = total?.leaves.reduce((a, b) => (b.size > a.size ? b : a));
                return (
                  <tr key={id} className={id === policies[0] ? 'chosen' : undefined}>
                    <th scope="row" title={policyName(id, machine.kernel)}>
                      {policyShort(id, machine.kernel)}
                    </th>
                    {total !== undefined && device !== undefined && placement.ok ? (
                      <>
                        <td>
                          <LeafStrip
                            width={96}
                            parts={total.leaves.map(run => ({
                              kind: run.kind,
                              share: run.size * run.count,
                              count: run.count,
                              corrupt: run.corrupt,
                            }))}
                          />
                          <span className="visually-hidden">{leavesText(total.leaves)}</span>
                        </td>
                        <td className={`number ink-${largest?.kind ?? 'pte'}`}>
                          {formatCount(total.faults)}
                        </td>
                        <td className="number address">
                          {addressOrZero(mod(device.mapping.start - device.mapping.pa, modulus))}
                        </td>
                        <td className="number address">{formatAddress(device.mapping.start)}</td>
                      </>
                    ) : (
                      <td colSpan={4} className="red">
                        <span aria-hidden="true">✕ </span>
                        {placement.ok
                          ? 'maps no device'
                          : `${errnoName(placement.errno)}: ${placement.refusal}`}
                      </td>
                    )}
                  </tr>
                );
              })}
            </tbody>
          </table>
        </Scroll>
      )}
      {winners.length > 0 && best !== undefined && (
        <p className="note">
          Fewest faults: {formatCount(least)}, by {winners.length} of {policies.length}. The best that any
          address could give: {formatCount(best)}.
        </p>
      )}
    </section>
  );
};

const addressOrZero = (n: number): string => (n === 0 ? '0' : formatAddress(n));

/** The hand rests so long before luck is counted, in milliseconds. */
const REST_MS = 200;

const whyNoLuck: Readonly<Record<NoLuck['why'], string>> = {
  fixed: 'MAP_FIXED decides: chance has no part.',
  hint: 'The hint is taken: chance has no part.',
  refused: 'Refused at this base: there is nothing to count.',
  'no device': 'Maps no device memory.',
  impossible: 'There can be no such address space.',
};

/** What random bases make of the request at hand. */
export const LuckPanel = ({ scenario }: { readonly scenario: Scenario }) => {
  const [luck, setLuck] = useState<Luck | NoLuck>();
  const { machine, device, space, request } = scenario;
  useEffect(() => {
    let stop: (() => void) | undefined;
    const timer = window.setTimeout(() => {
      const asked = { ...defaultScenario, machine, device, space, request };
      stop = runJob('luck', asked, setLuck).stop;
    }, REST_MS);
    return () => {
      window.clearTimeout(timer);
      stop?.();
    };
  }, [machine, device, space, request]);
  const bits = luck?.how === 'counted' || luck?.how === 'sampled' ? luck.bits : undefined;
  return (
    <section className="luck" aria-label="Luck with random bases">
      <h3>Luck: this request over random mmap_base, {policyShort(machine.policy, machine.kernel)}</h3>
      {luck === undefined ? (
        <p className="note">Counting…</p>
      ) : luck.how === 'none' ? (
        <p className="note">{whyNoLuck[luck.why]}</p>
      ) : (
        <>
          <Scroll>
            <table className="shares">
              <tbody>
                {[...luck.counts]
                  .sort(([a], [b]) => b - a)
                  .map(([cls, count]) => {
                    const leaf = leafOf(cls);
                    return (
                      <tr key={cls}>
                        <th scope="row">{classText(cls)}</th>
                        <td className="bar">
                          <span className="track">
                            {leaf !== undefined && (
                              <LeafStrip
                                width={Math.max(3, Math.round((150 * count) / luck.bases))}
                                parts={[{ kind: leaf, share: 1 }]}
                              />
                            )}
                          </span>
                        </td>
                        <td>
                          <span className={leaf === undefined ? 'share' : `share ink-${leaf}`}>
                            {percentText(count, luck.bases)}
                          </span>
                          <small>
                            {formatCount(count)} of {formatCount(luck.bases)}
                          </small>
                        </td>
                      </tr>
                    );
                  })}
              </tbody>
            </table>
          </Scroll>
          <p className="note">
            {luck.how === 'counted'
              ? `Counted: every page of ${formatSize(luck.period)}, after which the outcome repeats.`
              : `Sampled: ${formatCount(luck.bases)} draws of a fixed seed, because the place does not simply move along with the base.`}
            {bits !== undefined &&
              ` The kernel draws ${bits.usual} bits of page number (vm.mmap_rnd_bits, up to ${bits.most}), all alike; arch_mmap_rnd() and the Kconfig of the architecture.`}{' '}
            What was placed from mmap_base moves along as one piece.
          </p>
          {luck.faults.least !== luck.faults.most && (
            <p className="note">
              Faults: {formatCount(luck.faults.least)} to {formatCount(luck.faults.most)}, on average{' '}
              {formatCount(Math.round(luck.faults.mean))}.
            </p>
          )}
        </>
      )}
    </section>
  );
};
