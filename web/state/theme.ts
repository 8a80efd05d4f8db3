import { cssProperties, palettes, type ThemeName } from '../draw/tokens.ts';

/** What a person can choose. */
export type ThemeChoice = 'system' | 'dark' | 'light' | 'projector';

/** The choices, in the order of the menu, with their words. */
export const themeChoices: readonly { readonly id: ThemeChoice; readonly label: string }[] = [
  { id: 'system', label: 'System theme' },
  { id: 'dark', label: 'Dark' },
  { id: 'light', label: 'Light' },
  { id: 'projector', label: 'Projector' },
];

const KEY = 'hugemap.theme';

/** The theme kept from the last visit. Storage may be forbidden; then it is the system's. */
export const keptTheme = (): ThemeChoice => {
  try {
    const kept = localStorage.getItem(KEY);
    return themeChoices.find(c => c.id === kept)?.id ?? 'system';
  } catch {
    return 'system';
  }
};

/** Keeps the choice for the next visit, where storage is allowed. */
export const keepTheme = (choice: ThemeChoice): void => {
  try {
    localStorage.setItem(KEY, choice);
  } catch {
    // Nothing depends on it.
  }
};

/** The palette that a choice means on a system that prefers this. Forced colours win over any choice. */
export const themeOf = (choice: ThemeChoice, systemDark: boolean, forced: boolean): ThemeName => {
  if (forced) return 'forced';
  if (choice === 'system') return systemDark ? 'dark' : 'light';
  return choice;
};

/** Puts a palette on the page: its colours as custom properties, and its name for the few rules that need it. */
export const applyTheme = (name: ThemeName, root: HTMLElement): void => {
  for (const [key, value] of cssProperties(palettes[name])) root.style.setProperty(key, value);
  root.style.setProperty(
    'color-scheme',
    name === 'forced' ? 'light dark' : name === 'light' ? 'light' : 'dark',
  );
  root.dataset['theme'] = name;
};
