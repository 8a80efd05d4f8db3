import { late } from '../../ui/late.tsx';

/** What paints beside the page while something is dragged; it comes when the page is idle. */
export const painter = late(() => import('./Painter.tsx').then(m => m.Painter));
