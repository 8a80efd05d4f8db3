import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutTerms, glossary, type TermId, termIds } from './glossary.ts';

const words = (text: string, known?: ReadonlySet<TermId>): readonly string[] =>
  cutTerms(text, known).parts.flatMap(p => (typeof p === 'string' ? [] : [`${p.term}:${p.text}`]));

describe('the glossary', () => {
  it.each(termIds)('%s is explained in one to three short sentences', id => {
    const { text, name } = glossary[id];
    expect(name).not.toBe('');
    expect(text.length).toBeLessThanOrEqual(260);
    expect(text.split(/(?<=\.)\s/).length).toBeLessThanOrEqual(3);
    expect(text).toMatch(/\.$/);
  });

  it.each(termIds)('%s is found where it stands, if it is to be found at all', id => {
    const { spelled, name } = glossary[id];
    if (spelled === undefined) return;
    expect(spelled.global).toBe(false);
    expect([...words(`x ${name} y`), ...words(`x ${name.toLowerCase()} y`)].join()).toContain(`${id}:`);
  });
});

describe('cutTerms', () => {
  it('explains a word once, and not one that is known', () => {
    expect(words('A PUD leaf, and another PUD leaf')).toEqual(['pud:PUD', 'leaf:leaf']);
    expect(words('A PUD leaf', new Set<TermId>(['pud']))).toEqual(['leaf:leaf']);
    expect([...cutTerms('a guard gap').known]).toEqual(['guard', 'gap']);
  });

  it('leaves longer words alone', () => {
    expect(words('gapless, CONTPTEX, vm_unmapped_area')).toEqual([]);
  });

  it('never loses or changes text', () => {
    const piece = fc.oneof(fc.string(), fc.constantFrom(...termIds.map(id => glossary[id].name)));
    fc.assert(
      fc.property(fc.array(piece), fc.subarray([...termIds]), (parts, known) => {
        const text = parts.join(' ');
        const cut = cutTerms(text, new Set(known)).parts;
        expect(cut.map(p => (typeof p === 'string' ? p : p.text)).join('')).toBe(text);
        const terms = cut.flatMap(p => (typeof p === 'string' ? [] : [p.term]));
        expect(new Set(terms).size).toBe(terms.length);
        expect(terms.some(t => known.includes(t))).toBe(false);
      }),
    );
  });
});
