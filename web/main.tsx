import { createRoot } from 'react-dom/client';
import { App } from './App.tsx';
import { embedded } from './state/embedded.ts';
import { startFocusKeeper } from './state/focus.ts';
import { readFirst, startHistory, startTheme } from './state/store.ts';
import { loadRest } from './ui/late.tsx';

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root');
startTheme();
startHistory();
// In a frame the keys belong to the page around, but for those of the picture. They come with the picture, whose chunk
// is asked for with the page; without them all else works.
if (!embedded)
  import('./state/commands.ts').then(
    m => m.startKeys(),
    () => {},
  );
startFocusKeeper();
void readFirst().then(async () => {
  if (embedded) {
    const { Embed, startEmbed } = await import('./Embed.tsx');
    startEmbed();
    createRoot(root).render(<Embed />);
    return;
  }
  createRoot(root).render(<App />);
  loadRest();
});
