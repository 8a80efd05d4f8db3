import { type KeyboardEvent, useId, useRef, useState } from 'react';
import { type LessonId, lessonOf, lessons } from '../../../src/scenario/lessons.ts';
import { lessonUpdate } from '../../scenario/lesson.ts';
import { usePausedScenario } from '../../state/calm.ts';
import { app } from '../../state/store.ts';
import { placePopover } from '../../ui/popover.ts';
import './lessons.css';

/** Where an arrow leads in a list of `count` from entry `at`; undefined: the key means nothing here. */
const stepTo = (key: string, at: number, count: number): number | undefined => {
  switch (key) {
    case 'ArrowDown':
      return Math.min(at + 1, count - 1);
    case 'ArrowUp':
      return Math.max(at - 1, 0);
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return undefined;
  }
};

/**
 * A button that unfolds the lessons. `label` is what stands on it; with none it names the lesson shown, or says
 * that the scene is the reader's own.
 */
export const Lessons = ({ label }: { readonly label?: string }) => {
  const current = lessonOf(usePausedScenario());
  const [open, setOpen] = useState(false);
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const entries = (): readonly HTMLElement[] => [...(list.current?.querySelectorAll('button') ?? [])];
  const unfold = (): void => {
    const popover = list.current;
    if (popover === null || button.current === null || popover.matches(':popover-open')) return;
    popover.showPopover();
    placePopover(popover, button.current);
    const at = current === undefined ? 0 : lessons.indexOf(current);
    entries()[at]?.focus();
  };
  const choose = (lesson: LessonId): void => {
    // The button first: what hides with the focus in it would leave the focus nowhere.
    button.current?.focus();
    list.current?.hidePopover();
    app.getState().change(lessonUpdate(lesson), 'done');
  };
  const walk = (e: KeyboardEvent): void => {
    // The drawer around it closes by Escape too; one press closes one thing.
    if (e.key === 'Escape') e.stopPropagation();
    const all = entries();
    const to = stepTo(
      e.key,
      all.findIndex(entry => entry.matches(':focus')),
      all.length,
    );
    if (to === undefined) return;
    e.preventDefault();
    all[to]?.focus();
  };
  return (
    <>
      <button
        ref={button}
        type="button"
        className={label === undefined ? 'button lessons-button' : 'link'}
        popoverTarget={id}
        aria-expanded={open}
        aria-haspopup="dialog"
        onClick={e => {
          // It is opened here, so that it is in its place before it is first painted; closing is the browser's.
          if (list.current?.matches(':popover-open')) return;
          e.preventDefault();
          unfold();
        }}
        onKeyDown={e => {
          if (e.key !== 'ArrowDown') return;
          e.preventDefault();
          unfold();
        }}
      >
        {label ?? (
          <>
            <span className="title">
              <span className={current === undefined ? undefined : 'visually-hidden'}>Start from </span>
              {current?.title ?? 'a lesson; this is your own'}
            </span>
            <span aria-hidden="true">▾</span>
          </>
        )}
      </button>
      <div
        ref={list}
        id={id}
        popover="auto"
        className="lessons"
        role="dialog"
        aria-label="Lessons to start from"
        onKeyDown={walk}
        onToggle={e => setOpen(e.newState === 'open')}
      >
        {lessons.map(l => (
          <button
            key={l.id}
            type="button"
            aria-current={l === current ? 'true' : undefined}
            onClick={() => choose(l.id)}
          >
            <b>{l.title}</b>
            <small>{l.teaches}</small>
          </button>
        ))}
      </div>
    </>
  );
};
