import { createRoot } from 'react-dom/client';
import { App } from './App.tsx';
import { startKeys } from './state/commands.ts';
import { startFocusKeeper } from './state/focus.ts';
import { readFirst, startHistory, startTheme } from './state/store.ts';
import { loadRest } from './ui/late.tsx';

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root');
startTheme();
startHistory();
startKeys();
startFocusKeeper();
void readFirst().then(() => {
  createRoot(root).render(<App />);
  loadRest();
});
