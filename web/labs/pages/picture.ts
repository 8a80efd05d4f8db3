import { type Layout, pageOf } from '../../../src/memmap/layout.ts';
import type { Run, Setup } from '../../../src/memmap/setup.ts';
import { formatCount } from '../../../src/text.ts';
import type { Mark, Measure } from '../../draw/marks.ts';
import { type Item, type Row, rowsOf, xOf } from './rows.ts';
import { type Seam, seamsOf } from './seams.ts';

/**
 * Physical memory over its memmap, as a draw list: page frames above, struct pages below, joined by trapezoids. A red
 * seam where pointers touch and frames do not; a dashed line where frames follow and pointers do not.
 */
export interface Picture {
  readonly marks: readonly Mark[];
  readonly width: number;
  readonly height: number;
  readonly frames: Row;
  readonly memmap: Row;
  /** Where the rows lie, for hands: top and bottom in CSS pixels. */
  readonly framesY: readonly [number, number];
  readonly sectionsY: readonly [number, number];
  readonly memmapY: readonly [number, number];
}

/** Sizes that differ between a desk, a phone and a stage. */
export interface Type {
  readonly text: number;
  readonly small: number;
  readonly rowHeight: number;
}

const HEAD = 18;
const LEVEL = 8;
/** A strip below the frames: a section's name, and a place to press. */
const STRIP = 24;
const TRAPEZOIDS = 76;
const LINE_GAP = 4;

/** Which of some frames are chosen. */
const chosenIn = (runs: readonly Run[], from: number, to: number): 'none' | 'some' | 'all' => {
  let n = 0;
  for (const { first, count } of runs) n += Math.max(0, Math.min(to, first + count) - Math.max(from, first));
  return n === 0 ? 'none' : n === to - from ? 'all' : 'some';
};

/** The first and the last of each run. */
const ends = (runs: readonly Run[]): ReadonlySet<number> =>
  new Set(runs.flatMap(({ first, count }) => [first, first + count - 1]));

/** A word for a range of numbers, inclusive. */
const span = (from: number, to: number): string =>
  to - from <= 1 ? formatCount(from) : `${formatCount(from)} to ${formatCount(to - 1)}`;

const fits = (text: string, size: number, room: number, measure: Measure, mono = false): boolean =>
  measure(text, { size, mono }) <= room;

/** The first of some texts that has room; undefined where none has. */
const fitting = (
  texts: readonly string[],
  size: number,
  room: number,
  measure: Measure,
): string | undefined => texts.find(text => fits(text, size, room, measure));

/** Cells of one item, each with its number where there is room. */
const cells = (
  item: Item,
  y: number,
  h: number,
  isChosen: (n: number) => boolean,
  type: Type,
  measure: Measure,
  numbered?: ReadonlySet<number>,
): readonly Mark[] => {
  const marks: Mark[] = [];
  const pitch = item.w / (item.to - item.from);
  const gap = pitch >= 6 ? 1 : 0;
  // Alike in all cells. Of a long number its end tells them apart.
  const nameOf = [String, (n: number): string => `…${String(n).slice(-3)}`].find(name =>
    fits(name(item.to - 1), type.small, pitch - 3, measure, true),
  );
  for (let n = item.from; n < item.to; n++) {
    const x = item.x + (n - item.from) * pitch;
    const chosen = isChosen(n);
    marks.push({
      kind: 'rect',
      x: x + gap,
      y,
      w: pitch - 2 * gap,
      h,
      fill: chosen ? 'ink' : 'vma',
      ...(pitch >= 12 ? { radius: 2 } : {}),
    });
    if (nameOf === undefined || numbered?.has(n) === false) continue;
    marks.push({
      kind: 'text',
      x: x + pitch / 2,
      y: y + h / 2,
      text: nameOf(n),
      size: type.small,
      mono: true,
      align: 'middle',
      ink: chosen ? 'bg' : 'ink',
      ...(chosen ? { weight: 700 } : {}),
    });
  }
  return marks;
};

/** A stretch that is not drawn cell by cell: its edges are zigzags, as paper that was folded. */
const fold = (
  item: Item,
  y: number,
  h: number,
  chosen: 'none' | 'some' | 'all',
  words: readonly string[],
  type: Type,
  measure: Measure,
): readonly Mark[] => {
  const [x0, x1] = [item.x + 1, item.x + item.w - 1];
  const tooth = Math.min(3, item.w / 8);
  const steps = 6;
  const edge = (x: number, out: number): readonly (readonly [number, number])[] =>
    Array.from({ length: steps + 1 }, (_, i) => [x + (i % 2 === 0 ? 0 : out), y + (h * i) / steps] as const);
  const text = fitting(words, type.small, item.w - 4, measure);
  return [
    {
      kind: 'path',
      points: [...edge(x0, tooth), ...edge(x1, -tooth).toReversed()],
      close: true,
      fill: chosen === 'all' ? 'ink' : 'gap',
      stroke: chosen === 'none' ? 'dim' : 'ink',
      strokeWidth: 1,
    },
    ...(text === undefined
      ? []
      : [
          {
            kind: 'text',
            x: item.x + item.w / 2,
            y: y + h / 2,
            text,
            size: type.small,
            align: 'middle',
            ink: chosen === 'all' ? 'bg' : chosen === 'some' ? 'ink' : 'mut',
          } as const,
        ]),
  ];
};

const hole = (
  item: Item,
  y: number,
  h: number,
  words: readonly string[],
  type: Type,
  measure: Measure,
  filled: boolean,
): readonly Mark[] => {
  const text = fitting(words, type.small, item.w - 6, measure);
  return [
    {
      kind: 'rect',
      x: item.x + 1.5,
      y: y + 0.5,
      w: Math.max(1, item.w - 3),
      h: h - 1,
      stroke: 'dim',
      strokeWidth: 1,
      ...(filled ? { fill: 'gap' as const } : { dash: [4, 3] }),
      radius: 2,
    },
    ...(text === undefined
      ? []
      : [
          {
            kind: 'text',
            x: item.x + item.w / 2,
            y: y + h / 2,
            text,
            size: type.small,
            align: 'middle',
            ink: 'mut',
          } as const,
        ]),
  ];
};

/** What a stretch without memory, or one that is folded, is called; the longest name first. */
const wordsFor = (item: Item, s: number, what: 'frames' | 'pages'): readonly string[] => {
  const n = item.to - item.from;
  const count = formatCount(n);
  if (item.kind === 'hole')
    return what === 'frames'
      ? [`no memory: PFN ${span(item.from, item.to)}`, `no memory: ${count}`, 'no memory', 'hole']
      : [`empty: ${count}`, 'empty', '…'];
  if (item.section !== undefined || what === 'pages') return [`${count} more`, count, '…'];
  const [a, b] = [Math.floor(item.from / s), Math.floor((item.to - 1) / s)];
  return [`sections ${a} to ${b}`, `${a} to ${b}`, count, '…'];
};

/** A trapezoid for each section: its frames above, its struct pages below. Of many sections, those that follow each other share one. */
const trapezoids = (
  own: Layout,
  layout: Layout,
  frames: Row,
  memmap: Row,
  top: number,
  bottom: number,
): readonly Mark[] => {
  const s = layout.pagesPerSection;
  const pieces: { from: number; to: number; base: number }[] = [];
  const many = own.sections.length > 12 || layout.model !== 'sparse';
  for (const { section } of own.sections) {
    const base = pageOf(layout, section * s) ?? 0;
    const before = pieces.at(-1);
    if (many && before?.to === section * s && before.base + (before.to - before.from) === base)
      before.to += s;
    else pieces.push({ from: section * s, to: (section + 1) * s, base });
  }
  return pieces.map(
    ({ from, to, base }): Mark => ({
      kind: 'path',
      points: [
        [xOf(frames, from), top],
        [endOf(frames, to), top],
        [endOf(memmap, base + to - from), bottom],
        [xOf(memmap, base), bottom],
      ],
      close: true,
      fill: 'trap',
      stroke: 'dim',
      strokeWidth: 0.75,
    }),
  );
};

/** Where what ends before a number ends: a number at the start of an item belongs to the item before. */
const endOf = (row: Row, to: number): number => {
  for (const { from, to: end, x, w } of row.items)
    if (to > from && to <= end) return x + (w * (to - from)) / (end - from);
  return xOf(row, to);
};

/** Names of sections under what is drawn of them. */
const names = (
  row: Row,
  y: number,
  nameOf: (item: Item) => readonly string[],
  type: Type,
  measure: Measure,
): readonly Mark[] => {
  const marks: Mark[] = [];
  let group: { section: number; x: number; w: number; item: Item } | undefined;
  const flush = (): void => {
    if (group === undefined) return;
    const text = fitting(nameOf(group.item), type.small, group.w - 4, measure);
    if (text !== undefined)
      marks.push({ kind: 'text', x: group.x + 5, y, text, size: type.small, ink: 'mut' });
    group = undefined;
  };
  for (const item of row.items) {
    if (item.section === undefined || item.kind === 'hole') {
      flush();
      continue;
    }
    if (group?.section === item.section) group.w += item.w;
    else {
      flush();
      group = { section: item.section, x: item.x, w: item.w, item };
    }
  }
  flush();
  return marks;
};

/** Words beside seams, moved down where they would lie on others. */
const labelled = (
  labels: readonly {
    readonly x: number;
    readonly y: number;
    readonly lines: readonly string[];
    readonly red: boolean;
  }[],
  taken: readonly (readonly [number, number, number, number])[],
  width: number,
  type: Type,
  measure: Measure,
): { readonly marks: readonly Mark[]; readonly bottom: number } => {
  const boxes = [...taken];
  const marks: Mark[] = [];
  const line = type.text + LINE_GAP;
  let bottom = 0;
  for (const { x, y, lines, red } of labels) {
    const w = Math.max(
      ...lines.map((text, i) => measure(text, { size: type.text, ...(i === 0 ? { weight: 600 } : {}) })),
    );
    const left = Math.max(0, Math.min(x + 10, width - w));
    let top = y;
    const h = lines.length * line;
    for (;;) {
      const hit = boxes.find(
        ([a, b, c, d]) => left < c + 8 && left + w > a - 8 && top < d + 2 && top + h > b,
      );
      if (hit === undefined) break;
      top = hit[3] + 3;
    }
    boxes.push([left, top, left + w, top + h]);
    bottom = Math.max(bottom, top + h);
    for (const [i, text] of lines.entries())
      marks.push({
        kind: 'text',
        x: left,
        y: top + line * (i + 0.5),
        text,
        size: type.text,
        ...(i === 0 ? { weight: 600 } : {}),
        ink: red ? 'red' : i === 0 ? 'ink' : 'mut',
        halo: 'bg',
      });
  }
  return { marks, bottom };
};

const MOST_LABELS = 3;
const MOST_LABELS_FEW = 2;
/** Sections whose names a hall can read. */
const MOST_NAMED = 3;

/** Seams of one kind as words: two lines. */
const seamWords = ({ kind, before, after, pageBefore, pageAfter }: Seam, few: boolean): readonly string[] => {
  const n = formatCount;
  // The cells beside it have their numbers.
  if (few)
    return kind === 'false' ? ['pointers touch,', 'frames do not'] : ['frames follow,', 'pointers do not'];
  return kind === 'false'
    ? [`pointers touch: ${n(pageBefore)}, ${n(pageAfter)}`, `frames do not: ${n(before)}, then ${n(after)}`]
    : [`frames follow: ${n(before)}, ${n(after)}`, `pointers do not: ${n(pageBefore)}, then ${n(pageAfter)}`];
};

/** What the rows under the frames are called. */
const memmapName = (layout: Layout, drawnFor: string | undefined): string => {
  switch (layout.model) {
    case 'flat':
      return 'struct pages: one array, holes included';
    case 'vmemmap':
      return 'struct pages: one virtual array, backed where there is memory';
    case 'sparse':
      return drawnFor === undefined
        ? 'struct pages: a memmap block for each section'
        : `struct pages as ${drawnFor} would lay them out`;
  }
};

/** Draws a setup with its memmap as `layout` has it; `cursor` is the frame that keys stand on. */
export const drawMemory = (
  setup: Setup,
  layout: Layout,
  options: {
    readonly width: number;
    readonly measure: Measure;
    readonly type: Type;
    readonly cursor?: number | undefined;
    readonly drawnFor?: string | undefined;
    /** For a hall: numbers at the ends of runs only, and nothing that is for hands. */
    readonly few?: boolean;
    /** Without the seams: where pointers and frames part is to be found by whoever looks. */
    readonly seamless?: boolean;
  },
): Picture => {
  const { width, measure, type, cursor, drawnFor, few = false } = options;
  const strip = few ? 22 : STRIP;
  const own = setup.layout;
  const s = own.pagesPerSection;
  const { runs } = setup;
  const { frames, memmap } = rowsOf(setup, layout, width, measure('0', { size: type.small, mono: true }));
  const seams = options.seamless ? [] : seamsOf(runs, layout);
  const falseSeams = seams.filter(seam => seam.kind === 'false');
  const shortSeams = seams.filter(seam => seam.kind === 'short');
  const levels = Math.min(3, falseSeams.length);
  const most = few ? MOST_LABELS_FEW : MOST_LABELS;
  const h = type.rowHeight;
  const y0 = HEAD + type.text - 12 + 8 + levels * LEVEL;
  const y1 = y0 + h;
  const y2 = y1 + strip;
  const y3 = y2 + (few ? 42 : TRAPEZOIDS);
  const y4 = y3 + h;
  const marks: Mark[] = [];

  const holes = own.sections.reduce(
    (sum, { section }, i) => sum + (section - ((own.sections[i - 1]?.section ?? -1) + 1)),
    0,
  );
  marks.push({
    kind: 'text',
    x: 0,
    y: 9,
    text: 'Page frames (PFN)',
    size: type.text,
    weight: 600,
    ink: 'ink',
  });
  const note =
    holes === 0
      ? `${formatCount(s)} pages a section, no hole`
      : `${formatCount(s)} pages a section, ${holes === 1 ? '1 section is a hole' : `${formatCount(holes)} sections are holes`}`;
  if (!few && measure(note, { size: type.text }) < width - 150)
    marks.push({ kind: 'text', x: width, y: 9, text: note, size: type.text, ink: 'mut', align: 'end' });

  // The trapezoids first: whatever touches them lies on them.
  marks.push(...trapezoids(own, layout, frames, memmap, y2, y3 - 2));

  /** One of the two rows: cells and what is folded as `of` chooses, holes as `bare` draws them. */
  const rowMarks = (
    row: typeof frames,
    y: number,
    of: readonly Run[],
    what: 'frames' | 'pages',
    bare: (item: Item) => readonly Mark[],
  ): readonly Mark[] => {
    const isChosen = (at: number): boolean => chosenIn(of, at, at + 1) === 'all';
    const itemMarks = (item: Item): readonly Mark[] => {
      switch (item.kind) {
        case 'cells':
          return cells(item, y, h, isChosen, type, measure, few ? ends(of) : undefined);
        case 'fold':
          return fold(item, y, h, chosenIn(of, item.from, item.to), wordsFor(item, s, what), type, measure);
        case 'hole':
          return bare(item);
        case 'next':
          return what === 'pages' || few
            ? []
            : hole(item, y, h, ['+'], { ...type, small: type.text + 2 }, measure, false);
      }
    };
    return row.items.flatMap(itemMarks);
  };
  marks.push(
    ...rowMarks(frames, y0, runs, 'frames', item =>
      hole(item, y0, h, wordsFor(item, s, 'frames'), type, measure, false),
    ),
  );
  const withChosen = own.sections.filter(
    ({ section }) => chosenIn(runs, section * s, (section + 1) * s) !== 'none',
  );
  const named = new Set(withChosen.length > MOST_NAMED ? [] : withChosen.map(({ section }) => section));
  const sectionWords = ({ section = 0, from, to, w }: Item): readonly string[] =>
    few
      ? named.has(section)
        ? [`section ${section}`]
        : []
      : [
          // Where cells have no room for their numbers.
          ...(fits(String(to - 1), type.small, w / (to - from) - 3, measure, true)
            ? []
            : [`section ${section}: ${formatCount(section * s)}–${formatCount((section + 1) * s - 1)}`]),
          `section ${section}`,
          `s. ${section}`,
          String(section),
        ];
  marks.push(...names(frames, y1 + 12, sectionWords, type, measure));

  // A struct page is chosen where its frame is.
  const blocks = layout.sections.map(({ section }) => ({
    section,
    base: pageOf(layout, section * s) ?? 0,
  }));
  const chosenPages: readonly Run[] = blocks.flatMap(({ section, base }) =>
    runs.flatMap(({ first, count }) => {
      const from = Math.max(first, section * s);
      const to = Math.min(first + count, (section + 1) * s);
      return from < to ? [{ first: base + (from - section * s), count: to - from }] : [];
    }),
  );
  const unusedWords = (item: Item): readonly string[] => {
    const count = formatCount(item.to - item.from);
    switch (layout.model) {
      case 'sparse':
        return wordsFor(item, s, 'pages');
      case 'flat':
        return [`struct pages of no memory: ${count}`, 'of no memory', 'unused', '…'];
      case 'vmemmap':
        return [`addresses, not backed: ${count}`, 'not backed', '…'];
    }
  };
  marks.push(
    ...rowMarks(memmap, y3, chosenPages, 'pages', item =>
      hole(item, y3, h, unusedWords(item), type, measure, layout.model === 'flat'),
    ),
  );

  // Frames that follow while pointers do not: dashed, never red.
  const labels: { x: number; y: number; lines: readonly string[]; red: boolean }[] = [];
  let y5 = y4;
  if (layout.model === 'sparse' && few) y5 += 6;
  else if (layout.model === 'sparse') {
    marks.push(
      ...names(
        memmap,
        y4 + 12,
        ({ section = 0 }) => [`of section ${section}`, `s. ${section}`, String(section)],
        type,
        measure,
      ),
    );
    y5 += 20;
  }
  const below = y5 + 6;
  for (const [i, seam] of shortSeams.entries()) {
    const x = xOf(frames, seam.after);
    const [a, b] = [endOf(memmap, seam.pageBefore + 1), xOf(memmap, seam.pageAfter)];
    marks.push(
      {
        kind: 'path',
        points: [
          [x, y0 - 4],
          [x, y2 + 4],
        ],
        stroke: 'ink',
        strokeWidth: 1.5,
        dash: [3, 3],
      },
      {
        kind: 'path',
        points: [
          [a, y3 - 5],
          [a, y4 + 5],
        ],
        stroke: 'ink',
        strokeWidth: 1.5,
        dash: [3, 3],
      },
      {
        kind: 'path',
        points: [
          [b, y3 - 5],
          [b, y4 + 5],
        ],
        stroke: 'ink',
        strokeWidth: 1.5,
        dash: [3, 3],
      },
    );
    if (i < most) labels.push({ x: Math.min(a, b) - 10, y: below, lines: seamWords(seam, few), red: false });
  }

  // Pointers that touch while frames do not: the red seam.
  for (const [i, seam] of falseSeams.entries()) {
    // Half an arrow head is no arrow head, so the first frame's lies inside.
    const [a, b] = [endOf(frames, seam.before + 1), Math.max(5, xOf(frames, seam.after))];
    const top = y0 - 4 - ((i % 3) + 1) * LEVEL;
    const x = endOf(memmap, seam.pageBefore + 1);
    marks.push(
      {
        kind: 'path',
        points: [
          [a, y0 - 2],
          [a, top],
          [b, top],
          [b, y0 - 2],
        ],
        stroke: 'red',
        strokeWidth: 2,
      },
      // Which of the two comes next in the list.
      {
        kind: 'path',
        points: [
          [b - 4, y0 - 8],
          [b + 4, y0 - 8],
          [b, y0 - 1],
        ],
        close: true,
        fill: 'red',
      },
      {
        kind: 'path',
        points: [
          [x, y3 - 8],
          [x, y5 + 3],
        ],
        stroke: 'red',
        strokeWidth: 2.5,
      },
      { kind: 'circle', x, y: y5 + 6, r: 4, fill: 'red' },
    );
    if (i < most) labels.push({ x, y: below - 3, lines: seamWords(seam, few), red: true });
  }

  if (cursor !== undefined) marks.push(...cursorMarks(frames, cursor, y0, h));

  const name = few ? 'struct pages' : memmapName(layout, drawnFor);
  const nameWidth = measure(name, { size: type.text, weight: 600 });
  // Under the dots of the seams that come down where it would stand.
  const struck = falseSeams.some(seam => endOf(memmap, seam.pageBefore + 1) < nameWidth + 12);
  const nameTop = below - 3 + (struck ? 12 : 0);
  marks.push({
    kind: 'text',
    x: 0,
    y: nameTop + (type.text + LINE_GAP) / 2,
    text: name,
    size: type.text,
    weight: 600,
    ink: 'ink',
  });
  const worded = labelled(
    labels,
    [[0, nameTop, nameWidth, nameTop + type.text + LINE_GAP]],
    width,
    type,
    measure,
  );
  marks.push(...worded.marks);
  let height = Math.max(worded.bottom, nameTop + type.text + LINE_GAP) + 4;
  const rest = [
    ...(falseSeams.length > most ? [`${formatCount(falseSeams.length - most)} more that touch falsely`] : []),
    ...(shortSeams.length > most
      ? [`${formatCount(shortSeams.length - most)} more where pointers part`]
      : []),
  ];
  if (rest.length > 0) {
    marks.push({
      kind: 'text',
      x: 0,
      y: height + 6,
      text: `and ${rest.join(', ')}`,
      size: type.small,
      ink: 'mut',
    });
    height += 16;
  }
  return {
    marks,
    width,
    height: Math.ceil(height),
    frames,
    memmap,
    framesY: [y0, y1],
    sectionsY: [y1, y2],
    memmapY: [y3, y4 + 20],
  };
};

/** A frame around what the keys stand on. */
const cursorMarks = (frames: Row, cursor: number, y: number, h: number): readonly Mark[] => {
  const item = frames.items.find(i => cursor >= i.from && cursor < i.to);
  if (item === undefined) return [];
  const one = item.kind === 'cells' ? item.w / (item.to - item.from) : item.w;
  const x = item.kind === 'cells' ? item.x + (cursor - item.from) * one : item.x;
  return [
    { kind: 'rect', x: x - 1, y: y - 3, w: one + 2, h: h + 6, stroke: 'bg', strokeWidth: 5, radius: 3 },
    { kind: 'rect', x: x - 1, y: y - 3, w: one + 2, h: h + 6, stroke: 'ink', strokeWidth: 2, radius: 3 },
  ];
};
