import { useId, useMemo, useRef, useState } from 'react';
import { archs } from '../src/arch/index.ts';
import { releases } from '../src/kernel/releases.ts';
import { policies } from '../src/placement/policies.ts';
import { lessons } from '../src/scenario/lessons.ts';
import { withArch, withMachine } from './scenario/edit.ts';
import { lessonUpdate } from './scenario/lesson.ts';
import { presentCommands } from './state/commands.ts';
import { namedCommands } from './state/namedCommands.ts';
import { app, useApp } from './state/store.ts';
import { Dialog } from './ui/Dialog.tsx';
import { matching } from './ui/matching.ts';
import './palette.css';

/** Something to run by its name. */
interface Item {
  readonly label: string;
  /** What kind of thing it is, or the keys that do it too. */
  readonly note: string;
  readonly run: () => void;
}

const change = (...args: Parameters<ReturnType<typeof app.getState>['change']>): void =>
  app.getState().change(...args);

/** Every command of the page, and every lesson, kernel, policy and architecture. */
const itemsOf = (screen: string): readonly Item[] => {
  const seen = new Set<string>();
  const commands = [...presentCommands(), ...namedCommands].flatMap(c => {
    const here =
      c.group === 'Scenario' ||
      c.group === 'App' ||
      c.group === 'Lab' ||
      (c.group === 'View' && screen === 'map');
    // Both directions of a pair of keys have a name of their own here.
    if (!here || c.keys.includes('mod+k')) return [];
    const label = seen.has(c.label) ? `${c.label}, the other way` : c.label;
    seen.add(c.label);
    return [{ label, note: c.shown || c.keys[0] || c.group.toLowerCase(), run: c.run }];
  });
  return [
    ...commands,
    ...lessons.map(l => ({
      label: `Lesson: ${l.title}`,
      note: 'lesson',
      run: () => change(lessonUpdate(l.id), 'done'),
    })),
    ...policies.map(p => ({
      label: `Policy: ${p.label}`,
      note: 'policy',
      run: () => change(withMachine({ policy: p.id }), 'done'),
    })),
    ...releases.map(r => ({
      label: `Kernel: Linux ${r.version}`,
      note: 'kernel',
      run: () => change(withMachine({ kernel: r.version }), 'done'),
    })),
    ...archs.map(a => ({
      label: `Architecture: ${a.label}`,
      note: 'architecture',
      run: () => {
        const { update, said } = withArch(a.id);
        app.getState().say(said(app.getState().scenario));
        change(update, 'done');
      },
    })),
  ];
};

const List = ({ onDone }: { readonly onDone: () => void }) => {
  const screen = useApp(s => s.scenario.view.screen);
  const items = useMemo(() => itemsOf(screen), [screen]);
  const [typed, setTyped] = useState('');
  const [at, setAt] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const id = useId();
  const found = matching(items, typed);
  const chosen = Math.min(at, found.length - 1);
  const go = (to: number): void => {
    const next = (to + found.length) % Math.max(1, found.length);
    setAt(next);
    list.current?.children[next]?.scrollIntoView({ block: 'nearest' });
  };
  const run = (item: Item | undefined): void => {
    if (item === undefined) return;
    onDone();
    // After the dialog gave the focus back, so that a command may move it.
    window.setTimeout(item.run);
  };
  return (
    <>
      <input
        type="text"
        role="combobox"
        aria-label="Find a command"
        aria-expanded="true"
        aria-controls={`${id}-list`}
        aria-activedescendant={found.length > 0 ? `${id}-${chosen}` : undefined}
        aria-autocomplete="list"
        autoComplete="off"
        spellCheck={false}
        placeholder="zoom, kernel 6.12, policy, arm64 …"
        value={typed}
        data-first-focus
        onChange={e => {
          setTyped(e.target.value);
          setAt(0);
        }}
        onKeyDown={e => {
          if (e.key === 'ArrowDown') go(chosen + 1);
          else if (e.key === 'ArrowUp') go(chosen - 1);
          else if (e.key === 'Enter') run(found[chosen]);
          else return;
          e.preventDefault();
        }}
      />
      <div ref={list} id={`${id}-list`} role="listbox" aria-label="Commands" className="found">
        {found.map((item, i) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the text field has the keys
          <div
            key={item.label}
            id={`${id}-${i}`}
            role="option"
            tabIndex={-1}
            aria-selected={i === chosen}
            onClick={() => run(item)}
            onPointerMove={() => setAt(i)}
          >
            <span>{item.label}</span>
            <small>{item.note}</small>
          </div>
        ))}
      </div>
      {found.length === 0 && <p className="note">Nothing is called that.</p>}
    </>
  );
};

/** Everything by its name: type, choose with the arrows, Enter. */
export const Palette = () => {
  const open = useApp(s => s.dialog === 'palette');
  const close = (): void => app.getState().open(undefined);
  return (
    <Dialog title="Find a command" open={open} onClose={close} className="palette">
      {open && <List onDone={close} />}
    </Dialog>
  );
};
