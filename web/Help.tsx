import { commands } from './state/commands.ts';
import { app, useApp } from './state/store.ts';
import { Dialog } from './ui/Dialog.tsx';

const groups = ['View', 'Picture', 'Compare', 'Scenario', 'App'] as const;
const heads = {
  View: 'Look and slide',
  Picture: 'On the picture',
  Compare: 'In the Compare table',
  Scenario: 'Scenario',
  App: 'App',
} as const;

/** Every key, from the table that binds them, and what the native sliders do. */
export const Help = () => {
  const open = useApp(s => s.dialog === 'help');
  return (
    <Dialog title="Keys" open={open} onClose={() => app.getState().open(undefined)} className="help">
      <div className="columns">
        {groups.map(group => (
          <section key={group}>
            <h3>{heads[group]}</h3>
            <dl>
              {commands
                .filter(c => c.group === group && c.shown !== '')
                .map(c => (
                  <div key={c.label}>
                    <dt>
                      <kbd>{c.shown}</kbd>
                    </dt>
                    <dd>{c.label}</dd>
                  </div>
                ))}
            </dl>
          </section>
        ))}
        <section>
          <h3>By hand, on the zipper</h3>
          <dl>
            {[
              ['Ctrl+wheel, pinch', 'Zoom at the pointer'],
              ['Drag', 'Move what is shown'],
              ['Drag the upper jaw', 'Slide the VMA; Alt: no snapping'],
              ['Click', 'Pin the crosshair'],
              ['Double click', 'Zoom in, Shift: out; on a lens or an entry: to it'],
            ].map(([keys, what]) => (
              <div key={keys}>
                <dt>
                  <kbd>{keys}</kbd>
                </dt>
                <dd>{what}</dd>
              </div>
            ))}
          </dl>
        </section>
        <section>
          <h3>On a slider</h3>
          <dl>
            {[
              ['←, →', 'A page'],
              ['Shift+←, →', '2 MiB'],
              ['PageUp, PageDown', 'Double, halve; 1 GiB for addresses'],
              ['Home, End', 'Least, most'],
              ['Alt while dragging', 'No snapping to leaf boundaries'],
            ].map(([keys, what]) => (
              <div key={keys}>
                <dt>
                  <kbd>{keys}</kbd>
                </dt>
                <dd>{what}</dd>
              </div>
            ))}
          </dl>
        </section>
      </div>
    </Dialog>
  );
};
