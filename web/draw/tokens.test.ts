import { describe, expect, test } from 'vitest';
import type { LeafKind } from '../../src/arch/arch.ts';
import { cssProperties, type Palette, palettes } from './tokens.ts';

/** Relative luminance of `#rrggbb`, WCAG 2. */
const luminance = (hex: string): number => {
  const channel = (at: number): number => {
    const c = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
};

const contrast = (a: string, b: string): number => {
  const [hi, lo] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (hi + 0.05) / (lo + 0.05);
};

const kinds: readonly LeafKind[] = ['pte', 'contpte', 'pmd', 'contpmd', 'pud'];

/** Least contrast of text: 4.5 (WCAG AA) on a screen, 7 (AAA) on a projector. */
const drawn: readonly (readonly [string, Palette, number])[] = [
  ['dark', palettes.dark, 4.5],
  ['light', palettes.light, 4.5],
  ['projector', palettes.projector, 7],
];

describe.each(drawn)('%s', (_, p, least) => {
  test('text stands out from every ground it is written on', () => {
    for (const ground of [p.bg, p.panel, p.well, p.gap])
      for (const ink of [p.ink, p.mut, p.red, ...kinds.map(k => p.leaf[k].text)])
        expect(contrast(ink, ground), `${ink} on ${ground}`).toBeGreaterThanOrEqual(least);
    expect(contrast(p.ink, p.vma)).toBeGreaterThanOrEqual(least === 7 ? 7 : 4.5);
    expect(contrast(p.onVma2, p.vma2)).toBeGreaterThanOrEqual(4.5);
  });

  test('text on a slab can be read', () => {
    for (const k of ['pte', 'pmd', 'pud'] as const)
      expect(contrast(p.leaf[k].on, p.leaf[k].fill), k).toBeGreaterThanOrEqual(4.5);
  });

  test('marks stand out from the drawing', () => {
    for (const ink of [p.vma, p.vma2, ...kinds.map(k => p.leaf[k].fill)])
      expect(contrast(ink, p.bg), ink).toBeGreaterThanOrEqual(2.95);
  });

  test('the ramp darkens from small leaves to large', () => {
    const l = kinds.map(k => luminance(p.leaf[k].fill));
    for (let i = 1; i < l.length; i++) expect(l[i], kinds[i]).toBeLessThan(l[i - 1] ?? 1);
  });
});

test('every colour becomes one custom property', () => {
  const properties = cssProperties(palettes.dark);
  expect(properties.get('--bg')).toBe('#0f1318');
  expect(properties.get('--pud-fill')).toBe('#7c55e0');
  expect(properties.size).toBe(14 + 5 * 3);
});
