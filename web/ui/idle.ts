/** Runs when the browser has nothing else to do, in `latest` milliseconds at the latest; gives what calls it off. Safari has no idle callback. */
export const whenIdle = (run: () => void, latest = 500): (() => void) => {
  if (typeof window.requestIdleCallback === 'function') {
    const id = window.requestIdleCallback(run, { timeout: latest });
    return () => window.cancelIdleCallback(id);
  }
  const id = window.setTimeout(run, 100);
  return () => window.clearTimeout(id);
};
