const KEY = 'hugemap.hint';
const DISMISSED = 'dismissed';

/** The hint of a first visit was dismissed before. Where storage is forbidden every visit is the first. */
export const hintDismissed = (): boolean => {
  try {
    return localStorage.getItem(KEY) === DISMISSED;
  } catch {
    return false;
  }
};

/** Keeps for later visits that the hint was dismissed, where storage is allowed. */
export const keepHintDismissed = (): void => {
  try {
    localStorage.setItem(KEY, DISMISSED);
  } catch {
    // It is only asked again.
  }
};
