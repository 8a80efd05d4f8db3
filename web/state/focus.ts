/** How long a control that was used may take to go away, in milliseconds. */
const GONE_MS = 150;

/** The nearest part of the page around an element that can hold the focus. */
const shelters = (element: Element): readonly HTMLElement[] => {
  const found: HTMLElement[] = [];
  for (let e = element.parentElement; e !== null; e = e.parentElement)
    if (e.hasAttribute('tabindex')) found.push(e);
  return found;
};

/**
 * Keeps the place of those who use keys: a button that is gone or disabled once it was pressed leaves the focus to the
 * part of the page it stood in, not to the top of the page.
 */
export const startFocusKeeper = (): void => {
  window.addEventListener(
    'keydown',
    () => {
      const used = document.activeElement;
      if (used === null || used === document.body) return;
      const around = shelters(used);
      window.setTimeout(() => {
        if (document.activeElement !== document.body && document.activeElement !== null) return;
        around.find(e => e.isConnected)?.focus({ preventScroll: true });
      }, GONE_MS);
    },
    { capture: true },
  );
};
