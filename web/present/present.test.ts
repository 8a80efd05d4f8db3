import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { addressee, readToNotes, readToStage, trusted } from './channel.ts';

describe('the two windows', () => {
  it('understand each other and nothing else', () => {
    expect(readToStage({ hugemap: 'go', to: 'next' })).toEqual({ hugemap: 'go', to: 'next' });
    expect(readToStage({ hugemap: 'notes', more: 1 })).toEqual({ hugemap: 'notes' });
    const stage = { hugemap: 'stage', scene: 2, shown: true, began: 5 };
    expect(readToNotes(stage)).toEqual(stage);
    for (const wrong of [{ scene: 0 }, { scene: 1.5 }, { scene: '1' }, { shown: 1 }, { began: Number.NaN }])
      expect(readToNotes({ ...stage, ...wrong })).toBeUndefined();
    expect(readToStage({ hugemap: 'go', to: 'constructor' })).toBeUndefined();
    fc.assert(
      fc.property(fc.anything(), data => {
        expect(readToStage(data)).toBeUndefined();
        expect(readToNotes(data)).toBeUndefined();
      }),
    );
  });

  it('listen to their own origin only, and from disk to one window only', () => {
    const web = { protocol: 'https:', origin: 'https://example.org' };
    const known = {};
    expect(trusted({ origin: web.origin, source: {} }, web, undefined)).toBe(true);
    expect(trusted({ origin: 'https://example.com', source: known }, web, known)).toBe(false);
    expect(trusted({ origin: 'null', source: known }, web, known)).toBe(false);
    const disk = { protocol: 'file:', origin: 'null' };
    expect(trusted({ origin: 'null', source: known }, disk, known)).toBe(true);
    expect(trusted({ origin: 'null', source: {} }, disk, known)).toBe(false);
    expect(trusted({ origin: 'null', source: null }, disk, null)).toBe(false);
    expect(addressee(web)).toBe(web.origin);
    expect(addressee(disk)).toBe('*');
  });
});

describe('a tour that is being made', () => {
  let draft: typeof import('./draft.ts');
  beforeEach(async () => {
    draft = await import('./draft.ts');
  });

  it('keeps every scene when one moves', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 8 }), fc.nat(9), fc.nat(9), (list, from, to) => {
        const next = draft.moved(list, from, to);
        expect([...next].sort()).toEqual([...list].sort());
        if (from < list.length && to < list.length) expect(next[to]).toBe(list[from]);
        else expect(next).toBe(list);
      }),
    );
    expect(draft.moved(['a', 'b', 'c'], 0, 2)).toEqual(['b', 'c', 'a']);
  });

  it('takes scenes, and names its file', () => {
    const scene = { link: 'lts', title: 'A', caption: '', notes: '' };
    const tour = draft.withScene({ title: 'My “2 GiB” tour!', scenes: [], sources: [] }, scene);
    expect(draft.fileName(tour)).toBe('my-2-gib-tour.tour.json');
    expect(draft.fileName({ ...tour, title: '…' })).toBe('tour.tour.json');
    expect(draft.withoutScene(tour, 0).scenes).toEqual([]);
    expect(draft.withSceneAt(tour, 0, { ...scene, title: 'B' }).scenes[0]?.title).toBe('B');
    let full = tour;
    for (let i = 0; i < 120; i++) full = draft.withScene(full, scene);
    expect(full.scenes).toHaveLength(99);
    // Without a browser nothing is kept, and that is said.
    expect(draft.setDraft(tour)).toBe(false);
    expect(draft.draftTour()).toBe(tour);
  });
});
