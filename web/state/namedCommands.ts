import { labIds } from '../../src/scenario/scenario.ts';
import { labNames } from '../scenario/labNames.ts';
import { screens, withLabs, withScreen } from '../scenario/view.ts';
import type { Command } from './commands.ts';
import { app } from './store.ts';

type Export = typeof import('../export/part.ts');

const named = (label: string, run: () => void): Command => ({
  group: 'App',
  label,
  keys: [],
  shown: '',
  run,
});

/** A command of the part that exports, for what is there before it. */
const share = (label: string, act: (part: Export) => unknown): Command =>
  named(label, () => {
    import('../export/part.ts').then(act, () =>
      app.getState().say('The part of the page that exports did not load'),
    );
  });

/** What has no key of its own: it is found by its name, and comes with what finds it. */
export const namedCommands: readonly Command[] = [
  // The header has a link for each screen, and Labs for each lab.
  ...screens.map(({ id, label }) =>
    named(`Open ${label}`, () => app.getState().change(withScreen(id), 'done')),
  ),
  ...labIds.map(lab =>
    named(`Open lab: ${labNames[lab]}`, () =>
      app.getState().change(s => withLabs({ lab })(withScreen('labs')(s)), 'done'),
    ),
  ),
  share('Export: SVG', part => part.exportAs('svg')),
  share('Export: PNG', part => part.exportAs('png')),
  share('Export: text, 72 columns', part => part.exportAs('text')),
  share('Export: table', part => part.exportAs('table')),
  share('Export: JSON', part => part.exportAs('json')),
  share('Copy as Markdown', part => part.copyAs('markdown')),
  share('Copy as plain text', part => part.copyAs('text')),
];
