import { labPictureKeys, presentCommands } from './state/commands.ts';
import { app, useApp } from './state/store.ts';
import { Dialog } from './ui/Dialog.tsx';

const groups = ['Lab', 'View', 'Picture', 'Compare', 'Scenario', 'App'] as const;
const heads = {
  Lab: 'In this lab',
  View: 'On the Map: look and slide',
  Picture: 'On the Map’s picture',
  Compare: 'In the Compare table',
  Scenario: 'Scenario',
  App: 'App',
} as const;

/** Groups whose keys do nothing in a lab. */
const elsewhere: ReadonlySet<string> = new Set(['View', 'Picture', 'Compare']);

type KeyRow = readonly [keys: string, what: string];

/** What hands do on the picture: gestures, bound by no key. */
const HANDS: readonly KeyRow[] = [
  ['Ctrl+wheel, pinch', 'Zoom at the pointer'],
  ['Drag', 'Move what is shown'],
  ['Drag the upper jaw', 'Slide the VMA; Alt: no snapping'],
  ['Click', 'Pin the crosshair'],
  ['Double click', 'Zoom in, Shift: out; on a lens or an entry: to it'],
];

/** What keys and hands do on the plane of the Sweep. */
const PLANE: readonly KeyRow[] = [
  ['←, →, ↑, ↓', 'The point, Shift: by 16'],
  ['Home, End', 'Point to the left, right edge'],
  ['PageUp, PageDown', 'Point to the upper, lower edge'],
  ['Enter, click', 'Show the point in Map'],
  ['+, a drag', 'Zoom in'],
  ['0, −, Esc', 'Zoom back'],
];

/** What keys do on the squares of the Evidence. */
const SQUARES: readonly KeyRow[] = [
  ['←, →, ↑, ↓', 'Case by case, row by row'],
  ['Home, End', 'First, last case of the set'],
  ['PageUp, PageDown', 'Set by set'],
];

/** What the native sliders do. */
const SLIDER: readonly KeyRow[] = [
  ['←, →', 'A page'],
  ['Shift+←, →', '2 MiB'],
  ['PageUp, PageDown', 'Double, halve; 1 GiB for addresses'],
  ['Home, End', 'Least, most'],
  ['Alt while dragging', 'No snapping to leaf boundaries'],
];

const Keys = ({ title, rows }: { readonly title: string; readonly rows: readonly KeyRow[] }) => (
  <section>
    <h3>{title}</h3>
    <dl>
      {rows.map(([keys, what]) => (
        <div key={what}>
          <dt>
            <kbd>{keys}</kbd>
          </dt>
          <dd>{what}</dd>
        </div>
      ))}
    </dl>
  </section>
);

/** Every key, from the table that binds them, and what the native sliders do. */
export const Help = () => {
  const open = useApp(s => s.dialog === 'help');
  const screen = useApp(s => s.scenario.view.screen);
  const onLabPicture = labPictureKeys();
  return (
    <Dialog title="Keys" open={open} onClose={() => app.getState().open(undefined)} className="help">
      <div className="columns">
        {onLabPicture.length > 0 && (
          <Keys title="On this lab’s picture" rows={onLabPicture.map(k => [k.shown, k.label])} />
        )}
        {groups.map(group => {
          // A key that a lab takes does what the lab says, and nothing of another screen.
          const own = presentCommands().filter(
            c => c.group === group && c.shown !== '' && (screen !== 'labs' || !elsewhere.has(group)),
          );
          return own.length === 0 ? null : (
            <Keys key={group} title={heads[group]} rows={own.map(c => [c.shown, c.label])} />
          );
        })}
        <Keys title="By hand, on the zipper" rows={HANDS} />
        <Keys title="On the plane of Sweep" rows={PLANE} />
        <Keys title="On the squares of Evidence" rows={SQUARES} />
        <Keys title="On a slider" rows={SLIDER} />
      </div>
    </Dialog>
  );
};
