/** Room kept to the edges of the window and to what a popover belongs to, in CSS px. */
const MARGIN = 8;
const GAP = 4;

/**
 * Puts an open popover at what it belongs to: below it where there is room, else above, else over it, and never
 * outside the window. Sets `left`, `top` and `max-height` in CSS px. Anchor positioning of CSS would do the same
 * where browsers have it; this does it everywhere.
 */
export const placePopover = (popover: HTMLElement, anchor: Element): void => {
  const { style } = popover;
  style.maxHeight = '';
  const at = anchor.getBoundingClientRect();
  const { clientWidth, clientHeight } = document.documentElement;
  const { width, height } = popover.getBoundingClientRect();
  const below = clientHeight - MARGIN - (at.bottom + GAP);
  const above = at.top - GAP - MARGIN;
  const down = height <= below || below >= above;
  const room = Math.max(down ? below : above, Math.min(height, 160));
  const taken = Math.min(height, room);
  const top = down ? at.bottom + GAP : at.top - GAP - taken;
  style.left = `${Math.max(MARGIN, Math.min(at.left, clientWidth - MARGIN - width))}px`;
  style.top = `${Math.max(MARGIN, Math.min(top, clientHeight - MARGIN - taken))}px`;
  style.maxHeight = `${room}px`;
};
