import { type KeyboardEvent, type PointerEvent, useEffect, useMemo, useRef, useState } from 'react';
import { baseOf, isPresent, pageOf, sectionOf } from '../../../src/memmap/layout.ts';
import { nearestBase, type Setup, toggleSection, withBase, withPages } from '../../../src/memmap/setup.ts';
import { formatCount } from '../../../src/text.ts';
import type { PictureKeys } from '../../state/commands.ts';
import { app, useMedia, useThemeName } from '../../state/store.ts';
import { MarkCanvas } from '../../ui/MarkCanvas.tsx';
import { measure } from '../../ui/measure.ts';
import { Spoken } from '../../ui/Spoken.tsx';
import { useWidth } from '../../ui/width.ts';
import { drawMemory, type Picture } from './picture.ts';
import { itemAt, numberAt } from './rows.ts';
import { changeSetup, useDrawnFor } from './state.ts';

const isChosen = ({ runs }: Setup, pfn: number): boolean =>
  runs.some(r => pfn >= r.first && pfn < r.first + r.count);

/** What a frame is, in a sentence. */
const frameWords = (setup: Setup, pfn: number): string => {
  const { layout } = setup;
  const section = sectionOf(layout, pfn);
  if (!isPresent(layout, pfn)) return `PFN ${formatCount(pfn)}: no memory, section ${section} is a hole`;
  const page = pageOf(layout, pfn) ?? 0;
  const base = baseOf(layout, section) ?? 0;
  const sum = layout.model === 'sparse' ? ` = ${formatCount(base)} + ${pfn % layout.pagesPerSection}` : '';
  return `PFN ${formatCount(pfn)}: section ${section}, struct page ${formatCount(page)}${sum}, ${isChosen(setup, pfn) ? 'in the list' : 'not in the list'}`;
};

/** What a hand is doing on the picture. */
type Gesture =
  | { readonly kind: 'pages'; readonly from: number; readonly wanted: boolean }
  | {
      readonly kind: 'block';
      readonly section: number;
      readonly base: number;
      readonly x: number;
      readonly before: Setup;
    };

const HINT =
  'Click or drag frames to choose pages; click a section’s name or a hole to take memory away or put it there; drag a block of struct pages to move it.';
const KEYS =
  'Arrows walk the frames, Shift+arrows the sections, Space takes a page in or out, H makes the section a hole or memory.';

/** The same for the help. */
export const memoryKeys: readonly PictureKeys[] = [
  { shown: '←, →', label: 'Along the frames' },
  { shown: 'Shift+←, →', label: 'Along the sections' },
  { shown: 'Space, Enter', label: 'Take a page in or out' },
  { shown: 'H', label: 'Make the section a hole, or memory' },
  { shown: 'Home, End', label: 'First, last frame' },
];

/** The picture, and the hands and keys on it. */
export const MemoryPicture = ({ setup }: { readonly setup: Setup }) => {
  const drawnFor = useDrawnFor();
  const theme = useThemeName();
  const narrow = useMedia('(max-width: 719px)');
  const [box, width] = useWidth();
  const [cursor, setCursor] = useState<number>();
  const [focused, setFocused] = useState(false);
  const [over, setOver] = useState<number>();
  const gesture = useRef<{ readonly what: Gesture; readonly picture: Picture } | undefined>(undefined);
  const [grab, setGrab] = useState<'default' | 'pointer' | 'grab'>('default');

  const layout = drawnFor === undefined ? setup.layout : drawnFor.layout(setup.layout);
  const projector = theme === 'projector';
  // A frame that is no more is nothing to stand on.
  const s = setup.layout.pagesPerSection;
  const end = ((setup.layout.sections.at(-1)?.section ?? 0) + 2) * s;
  const at = Math.min(cursor ?? setup.runs[0]?.first ?? 0, end - 1);
  const shownCursor = focused ? at : undefined;
  const picture = useMemo(
    () =>
      drawMemory(setup, layout, {
        width: Math.max(width, 200),
        measure,
        type: projector
          ? { text: 16, small: 14, rowHeight: 44 }
          : { text: 12.5, small: narrow ? 11.5 : 11, rowHeight: narrow ? 44 : 34 },
        cursor: shownCursor,
        drawnFor: drawnFor?.id,
      }),
    [setup, layout, width, projector, narrow, shownCursor, drawnFor],
  );

  useEffect(() => {
    const up = (): void => {
      if (gesture.current === undefined) return;
      gesture.current = undefined;
      app.getState().finish();
    };
    window.addEventListener('pointerup', up);
    window.addEventListener('pointercancel', up);
    return () => {
      window.removeEventListener('pointerup', up);
      window.removeEventListener('pointercancel', up);
    };
  }, []);

  const pointOf = (e: PointerEvent): readonly [number, number] => {
    const rect = e.currentTarget.getBoundingClientRect();
    return [e.clientX - rect.left, e.clientY - rect.top];
  };
  const inside = (y: number, [top, bottom]: readonly [number, number]): boolean => y >= top && y < bottom;
  const movable = layout.model === 'sparse' && drawnFor === undefined;

  const down = (e: PointerEvent): void => {
    if (e.button !== 0) return;
    const [x, y] = pointOf(e);
    if (inside(y, picture.memmapY)) {
      const item = itemAt(picture.memmap, x);
      const base = item?.section === undefined ? undefined : baseOf(layout, item.section);
      if (!movable || item?.section === undefined || base === undefined) return;
      gesture.current = { what: { kind: 'block', section: item.section, base, x, before: setup }, picture };
      return;
    }
    const item = itemAt(picture.frames, x);
    if (item === undefined) return;
    const strip = inside(y, picture.sectionsY);
    if (!strip && !inside(y, picture.framesY)) return;
    const pfn = numberAt(item, x);
    if (item.kind === 'next' || item.kind === 'hole' || strip) {
      const section = item.section ?? sectionOf(setup.layout, pfn);
      if (item.kind === 'fold' && item.section === undefined) return;
      changeSetup(now => toggleSection(now, section));
      return;
    }
    setCursor(pfn);
    if (item.kind === 'fold') return;
    const wanted = !isChosen(setup, pfn);
    gesture.current = { what: { kind: 'pages', from: pfn, wanted }, picture };
    changeSetup(now => withPages(now, pfn, pfn, wanted), 'drag');
  };

  const move = (e: PointerEvent): void => {
    const [x, y] = pointOf(e);
    const going = gesture.current;
    if (going === undefined) {
      const onFrames = inside(y, picture.framesY) || inside(y, picture.sectionsY);
      const item = onFrames ? itemAt(picture.frames, x) : undefined;
      setOver(
        item === undefined || item.kind === 'next' || item.kind === 'fold' ? undefined : numberAt(item, x),
      );
      const block = inside(y, picture.memmapY) && itemAt(picture.memmap, x)?.section !== undefined;
      setGrab(block && movable ? 'grab' : item !== undefined && item.kind !== 'fold' ? 'pointer' : 'default');
      return;
    }
    const { what, picture: then } = going;
    switch (what.kind) {
      case 'pages': {
        // The rows as they were when the hand came down: they may fold otherwise meanwhile.
        const item = itemAt(then.frames, Math.min(Math.max(x, 0), then.width - 1));
        if (item === undefined || item.kind === 'next') return;
        const pfn = numberAt(item, x);
        setCursor(pfn);
        changeSetup(now => withPages(now, what.from, pfn, what.wanted), 'drag');
        return;
      }
      case 'block': {
        const wanted = what.base + (x - what.x) / then.memmap.cell;
        changeSetup(now => {
          const moved = withBase(now, what.section, nearestBase(now.layout, what.section, wanted));
          return moved.ok && Math.abs(x - what.x) >= 3 ? moved.value : now;
        }, 'drag');
        return;
      }
    }
  };

  const press = (e: KeyboardEvent): void => {
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    const section = sectionOf(setup.layout, at);
    const last = (setup.layout.sections.at(-1)?.section ?? 0) * s + s - 1;
    const go = (to: number): void => setCursor(Math.min(Math.max(to, 0), end - 1));
    switch (e.key) {
      case 'ArrowRight':
        // A hole is one step.
        go(e.shiftKey || !isPresent(setup.layout, at) ? (section + 1) * s : at + 1);
        break;
      case 'ArrowLeft':
        if (e.shiftKey) go((at % s === 0 ? section - 1 : section) * s);
        else go(at > 0 && !isPresent(setup.layout, at - 1) ? sectionOf(setup.layout, at - 1) * s : at - 1);
        break;
      case 'Home':
        go(0);
        break;
      case 'End':
        go(last);
        break;
      case ' ':
      case 'Enter':
        if (isPresent(setup.layout, at)) changeSetup(now => withPages(now, at, at, !isChosen(now, at)));
        else changeSetup(now => toggleSection(now, section));
        break;
      case 'h':
      case 'H':
        changeSetup(now => toggleSection(now, section));
        break;
      default:
        return;
    }
    e.preventDefault();
  };

  const words = over !== undefined ? frameWords(setup, over) : focused ? frameWords(setup, at) : HINT;
  return (
    <div className="memory">
      <div
        ref={box}
        className="memory-box"
        role="application"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: its keys are on the picture
        tabIndex={0}
        aria-label={`Page frames and their struct pages. ${KEYS}`}
        style={{ cursor: grab }}
        onPointerDown={down}
        onPointerMove={move}
        onPointerLeave={() => setOver(undefined)}
        onFocus={e => setFocused(e.currentTarget.matches(':focus-visible'))}
        onBlur={() => setFocused(false)}
        onKeyDown={e => {
          setFocused(true);
          press(e);
        }}
      >
        <MarkCanvas
          width={picture.width}
          height={picture.height}
          signature={JSON.stringify([setup, drawnFor?.id, shownCursor, projector, narrow])}
          draw={() => picture.marks}
          offered="Are these pages next to each other? Page frames above, their struct pages below"
        />
      </div>
      <p className="note memory-words">
        {words}
        {focused && over === undefined && `. ${KEYS}`}
      </p>
      {focused && <Spoken text={frameWords(setup, at)} />}
    </div>
  );
};
