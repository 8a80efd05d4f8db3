import { type PhysRange, physRanges } from '../../src/scenario/devices.ts';
import type { Bar, BridgeWindow, Scenario } from '../../src/scenario/scenario.ts';

/** One stretch of the folded physical row, from low to high addresses. */
export type PaItem =
  /** The mapped BAR, or a physical range of its file; to scale. */
  | { readonly kind: 'mine'; readonly from: number; readonly to: number; readonly offset: number }
  | { readonly kind: 'bar'; readonly from: number; readonly to: number; readonly bar: Bar }
  | {
      readonly kind: 'between';
      readonly from: number;
      readonly to: number;
      /** The innermost bridge window around it. */
      readonly window: BridgeWindow | undefined;
      /** BARs in it that have no room of their own. */
      readonly hidden: readonly Bar[];
    };

/** What the physical row shows, before it has a width. */
export interface PaItems {
  /** Ascending and touching, from 0 to `top`. */
  readonly items: readonly PaItem[];
  /** Windows around anything that is shown, the outermost first. */
  readonly windows: readonly BridgeWindow[];
  /** Others that overlap the mapped BAR: they cannot be drawn beside it. */
  readonly clash: readonly Bar[];
  /** A window that holds a part of the mapped BAR only. */
  readonly cutBy: BridgeWindow | undefined;
  /** A power of two above all of it. */
  readonly top: number;
}

interface Stretch {
  readonly base: number;
  readonly size: number;
}
const endOf = (s: Stretch): number => s.base + s.size;
const meets = (a: Stretch, b: Stretch): boolean => a.base < endOf(b) && b.base < endOf(a);
const holds = (outer: Stretch, inner: Stretch): boolean =>
  inner.base >= outer.base && endOf(inner) <= endOf(outer);

/** Ranges of a file that overlap in memory are one stretch. */
const minesOf = (ranges: readonly PhysRange[]): readonly Extract<PaItem, { kind: 'mine' }>[] => {
  const mines: Extract<PaItem, { kind: 'mine' }>[] = [];
  for (const r of [...ranges].sort((a, b) => a.phys - b.phys)) {
    const last = mines.at(-1);
    if (last && r.phys < last.to)
      mines[mines.length - 1] = { ...last, to: Math.max(last.to, r.phys + r.size) };
    else mines.push({ kind: 'mine', from: r.phys, to: r.phys + r.size, offset: r.offset });
  }
  return mines;
};

/** The stretches of physical memory that are known of a device, ascending from 0, and what lies between them. */
export const paItems = (device: Scenario['device']): PaItems => {
  const mines = minesOf(physRanges(device));
  const asStretch = (i: { from: number; to: number }): Stretch => ({ base: i.from, size: i.to - i.from });
  const clash = device.others.filter(o => mines.some(m => meets(o, asStretch(m))));
  const bars = device.others
    .filter(o => !clash.includes(o))
    .map(bar => ({ kind: 'bar' as const, from: bar.base as number, to: bar.base + bar.size, bar }));
  const known: Exclude<PaItem, { kind: 'between' }>[] = [];
  // Of two that overlap each other the first one is drawn.
  for (const item of [...mines, ...bars].sort((a, b) => a.from - b.from))
    if (item.from >= (known.at(-1)?.to ?? 0)) known.push(item);

  const windows = device.windows
    .filter(w => known.some(k => meets(w, asStretch(k))))
    .sort((a, b) => b.size - a.size);
  const last = Math.max(2, known.at(-1)?.to ?? 0, ...windows.map(endOf));
  const top = 2 ** (Math.floor(Math.log2(last)) + 1);
  const cuts = [...new Set(windows.flatMap(w => [w.base as number, endOf(w)]))].sort((a, b) => a - b);

  const items: PaItem[] = [];
  const between = (from: number, to: number): void => {
    const stops = [from, ...cuts.filter(c => c > from && c < to), to];
    for (const [i, stop] of stops.entries()) {
      const next = stops[i + 1];
      if (next === undefined || next <= stop) continue;
      const window = windows.findLast(w => holds(w, { base: stop, size: next - stop }));
      items.push({ kind: 'between', from: stop, to: next, window, hidden: [] });
    }
  };
  let at = 0;
  for (const item of known) {
    between(at, item.from);
    items.push(item);
    at = item.to;
  }
  between(at, top);
  const { bar } = device;
  return { items, windows, clash, cutBy: device.windows.find(w => meets(w, bar) && !holds(w, bar)), top };
};

/** A stretch with its place, in CSS pixels. */
export type PaPiece = PaItem & { readonly x: number; readonly w: number };

/** How wide stretches want to be. */
export interface PaWidths {
  /** Pixels of all the mapped BAR's stretches together. */
  readonly mine: number;
  readonly bar: (bar: Bar) => number;
  /** Least width of what lies between. */
  readonly between: number;
}

/** The row without BAR number `i`: it and the stretches beside it become one. */
const without = (items: readonly PaItem[], i: number): readonly PaItem[] => {
  const item = items[i];
  if (item?.kind !== 'bar') return items;
  const before = items[i - 1];
  const after = items[i + 1];
  const low = before?.kind === 'between' ? before : undefined;
  const high = after?.kind === 'between' ? after : undefined;
  const windows = [low, high].flatMap(b => (b === undefined ? [] : [b.window]));
  const merged: PaItem = {
    kind: 'between',
    from: low?.from ?? item.from,
    to: high?.to ?? item.to,
    window: windows.every(w => w === windows[0]) ? windows[0] : undefined,
    hidden: [...(low?.hidden ?? []), item.bar, ...(high?.hidden ?? [])],
  };
  return [...items.slice(0, low ? i - 1 : i), merged, ...items.slice(high ? i + 2 : i + 1)];
};

/** The BAR to go first where there is no room: another device's before the device's own, the farthest first. */
const leastWanted = (items: readonly PaItem[]): number => {
  const mines = items.flatMap((item, i) => (item.kind === 'mine' ? [i] : []));
  let worst = -1;
  let most = -1;
  for (const [i, item] of items.entries()) {
    if (item.kind !== 'bar') continue;
    const away =
      Math.min(...mines.map(m => Math.abs(m - i))) + (item.bar.owner === undefined ? 0 : items.length);
    if (away > most) [worst, most] = [i, away];
  }
  return worst;
};

/** Gives stretches their places from `x` on, `w` pixels in all; BARs that have no room are left out. */
export const placePieces = (
  all: readonly PaItem[],
  x: number,
  w: number,
  widths: PaWidths,
): readonly PaPiece[] => {
  const mines = all.filter(i => i.kind === 'mine');
  const total = mines.reduce((sum, m) => sum + (m.to - m.from), 0);
  const fixed = (i: PaItem): number => {
    switch (i.kind) {
      case 'mine':
        return mines.length === 1
          ? widths.mine
          : widths.mine * (0.6 / mines.length + (0.4 * (i.to - i.from)) / total);
      case 'bar':
        return widths.bar(i.bar);
      case 'between':
        return 0;
    }
  };
  const sumOf = (list: readonly PaItem[], of: (i: PaItem) => number): number =>
    list.reduce((sum, i) => sum + of(i), 0);
  const least = (i: PaItem): number =>
    i.kind === 'between' ? widths.between + (i.hidden.length > 0 ? 10 : 0) : fixed(i);
  let items = all;
  while (sumOf(items, least) > w) {
    const worst = leastWanted(items);
    if (worst < 0) break;
    items = without(items, worst);
  }
  // What has a label wants more room.
  const weight = (i: PaItem): number =>
    i.kind !== 'between' ? 0 : i.window === undefined && i.hidden.length === 0 ? 1 : 1.7;
  const spare = Math.max(0, w - sumOf(items, fixed));
  const weights = Math.max(1, sumOf(items, weight));
  // Where even the mapped ranges are too wide they are narrowed alike.
  const shrink = Math.min(1, w / Math.max(1, sumOf(items, fixed)));
  let at = x;
  return items.map(i => {
    const width = i.kind === 'between' ? (spare * weight(i)) / weights : fixed(i) * shrink;
    const piece = { ...i, x: at, w: width };
    at += width;
    return piece;
  });
};

/** The place of a physical address on the row: to scale inside each stretch. */
export const placeOf = (pieces: readonly PaPiece[], phys: number): number => {
  const piece = pieces.find(p => phys <= p.to) ?? pieces.at(-1);
  if (piece === undefined) return 0;
  return piece.x + ((phys - piece.from) / (piece.to - piece.from)) * piece.w;
};
