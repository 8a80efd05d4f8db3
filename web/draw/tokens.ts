import type { LeafKind } from '../../src/arch/arch.ts';

/** The names of the themes a person can choose; `forced` follows the system's forced colours. */
export type ThemeName = 'dark' | 'light' | 'projector' | 'forced';

/** Fill of a leaf size, the colour of text about it, and of text upon it. */
export interface LeafInk {
  readonly fill: string;
  readonly text: string;
  readonly on: string;
}

/** Every colour of a theme. The contrast of each against `bg` is measured in tokens.test.ts. */
export interface Palette {
  readonly bg: string;
  readonly panel: string;
  readonly well: string;
  readonly gap: string;
  readonly ink: string;
  readonly mut: string;
  readonly dim: string;
  readonly line: string;
  readonly hair: string;
  /** any other mapping */
  readonly vma: string;
  /** other BARs */
  readonly vma2: string;
  readonly onVma2: string;
  /** "this is why not", nothing else */
  readonly red: string;
  /** trapezoid fill, with alpha */
  readonly trap: string;
  readonly leaf: Readonly<Record<LeafKind, LeafInk>>;
}

/** Themes whose colours the system picks: fills say nothing there, so blocks are drawn as outlines. */
export const outlined: ReadonlySet<ThemeName> = new Set(['forced']);

const dark: Palette = {
  bg: '#0f1318',
  panel: '#151a20',
  well: '#0b0e12',
  gap: '#171d24',
  ink: '#edf1f5',
  mut: '#a3afbb',
  dim: '#7b8894',
  line: '#2b333c',
  hair: '#222a32',
  vma: '#586571',
  vma2: '#76848f',
  onVma2: '#0f1318',
  red: '#ff6473',
  trap: 'rgb(255 255 255 / 5.5%)',
  leaf: {
    pte: { fill: '#ffc166', text: '#ffc166', on: '#000000' },
    contpte: { fill: '#bfae2e', text: '#cdbd4a', on: '#000000' },
    pmd: { fill: '#2fa98c', text: '#4cc7a8', on: '#000000' },
    contpmd: { fill: '#2d7fc4', text: '#62a8e6', on: '#ffffff' },
    pud: { fill: '#7c55e0', text: '#ab92ff', on: '#ffffff' },
  },
};

const light: Palette = {
  bg: '#ffffff',
  panel: '#f5f6f7',
  well: '#fafbfb',
  gap: '#f3f5f6',
  ink: '#14191e',
  mut: '#4d5964',
  dim: '#66727d',
  line: '#d3d8dd',
  hair: '#e6e9ec',
  vma: '#8b97a2',
  vma2: '#687581',
  onVma2: '#ffffff',
  red: '#c8102e',
  trap: 'rgb(10 20 32 / 5%)',
  leaf: {
    pte: { fill: '#d07f12', text: '#8f5100', on: '#000000' },
    contpte: { fill: '#746a00', text: '#655b00', on: '#ffffff' },
    pmd: { fill: '#006b60', text: '#00645a', on: '#ffffff' },
    contpmd: { fill: '#15508f', text: '#15508f', on: '#ffffff' },
    pud: { fill: '#431897', text: '#431897', on: '#ffffff' },
  },
};

const projector: Palette = {
  bg: '#000000',
  panel: '#000000',
  well: '#000000',
  gap: '#11161b',
  ink: '#ffffff',
  mut: '#d4dae0',
  dim: '#aab4be',
  line: '#5a636c',
  hair: '#3a424a',
  vma: '#505a64',
  vma2: '#7b8894',
  onVma2: '#000000',
  red: '#ff8791',
  trap: 'rgb(255 255 255 / 9%)',
  leaf: {
    pte: { fill: '#ffd88f', text: '#ffcf80', on: '#000000' },
    contpte: { fill: '#d6c64a', text: '#d9ca55', on: '#000000' },
    pmd: { fill: '#46cba8', text: '#5cdcba', on: '#000000' },
    contpmd: { fill: '#57a9ee', text: '#7fbdf5', on: '#000000' },
    pud: { fill: '#a280ff', text: '#bfa8ff', on: '#000000' },
  },
};

const plain: LeafInk = { fill: 'CanvasText', text: 'CanvasText', on: 'Canvas' };

/** With forced colours, sizes are told apart by shape and label alone. */
const forced: Palette = {
  bg: 'Canvas',
  panel: 'Canvas',
  well: 'Field',
  gap: 'Canvas',
  ink: 'CanvasText',
  mut: 'CanvasText',
  dim: 'CanvasText',
  line: 'CanvasText',
  hair: 'GrayText',
  vma: 'Canvas',
  vma2: 'Canvas',
  onVma2: 'CanvasText',
  red: 'CanvasText',
  trap: 'transparent',
  leaf: { pte: plain, contpte: plain, pmd: plain, contpmd: plain, pud: plain },
};

/** The palette of each theme: the one source of colour, for the drawing and (through applyTheme) for CSS. */
export const palettes: Readonly<Record<ThemeName, Palette>> = { dark, light, projector, forced };

/** The CSS custom properties of a palette: `--bg`, …, `--pte-fill`, `--pte-text`, `--pte-on`, …. */
export const cssProperties = (p: Palette): ReadonlyMap<string, string> => {
  const { leaf, ...flat } = p;
  return new Map([
    ...Object.entries(flat).map(([k, v]) => [`--${k.toLowerCase()}`, v] as const),
    ...Object.entries(leaf).flatMap(([kind, inks]) =>
      Object.entries(inks).map(([k, v]) => [`--${kind}-${k}`, String(v)] as const),
    ),
  ]);
};
