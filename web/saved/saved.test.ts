import { describe, expect, it } from 'vitest';
import { cleanName, joined, MAX_SCENES, readScenes, type SavedScene, writeScenes } from './scenes.ts';
import { Keeper, type Store } from './shelf.ts';

const scene = (name: string, link = '#1&k=6.12'): SavedScene => ({
  name,
  link,
  saved: '2026-01-02T03:04:05.678Z',
});
const namesOf = (scenes: readonly SavedScene[]): readonly string[] => scenes.map(s => s.name);

/** A storage with room for so many characters. */
const storage = (room = Number.POSITIVE_INFINITY) => {
  const kept = new Map<string, string>();
  const store: Store = {
    getItem: key => kept.get(key) ?? null,
    setItem: (key, value) => {
      if (value.length > room) throw new DOMException('full', 'QuotaExceededError');
      kept.set(key, value);
    },
  };
  return { kept, store };
};

describe('a file of scenes', () => {
  it('is read as it was written', () => {
    const scenes = [scene('a'), scene('b', ''), { ...scene('ü 😀'), saved: '' }];
    expect(readScenes(writeScenes(scenes))).toEqual({ ok: true, value: { scenes, skipped: 0 } });
  });

  it.each([
    ['', 'not JSON'],
    ['[]', 'not a file of saved scenes'],
    ['{"hugemap":"scenes"}', 'names no format'],
    ['{"hugemap":"scenes","format":2,"scenes":[]}', 'newer'],
    ['{"hugemap":"scenes","format":1,"scenes":{}}', 'no list'],
    ['{"__proto__":{"hugemap":"scenes","format":1,"scenes":[]}}', 'not a file of saved scenes'],
  ])('%s is refused', (text, reason) =>
    expect(readScenes(text)).toEqual({ ok: false, reason: expect.stringContaining(reason) as string }),
  );

  it('gives what is sound of it, and counts the rest', () => {
    const entries = [
      scene('a'),
      null,
      { name: 1, link: '#1' },
      { name: 'x', link: 'https://x' },
      { name: ' ', link: '' },
    ];
    const text = JSON.stringify({ hugemap: 'scenes', format: 1, scenes: entries });
    expect(readScenes(text)).toEqual({ ok: true, value: { scenes: [scene('a')], skipped: 4 } });
  });

  it('names are one line, and no two scenes have one', () => {
    expect(cleanName('  a\n\tb\u0000 ')).toBe('a b');
    expect(
      namesOf(joined([scene('a')], [scene('a', '#1&k=7.3'), scene('a', '#1&k=7.2'), scene('a')])),
    ).toEqual(['a', 'a (2)', 'a (3)']);
    const many = Array.from({ length: MAX_SCENES + 5 }, (_, i) => scene(`s${i}`));
    expect(joined([], many)).toHaveLength(MAX_SCENES);
  });
});

describe('the shelf', () => {
  it('keeps scenes for the next visit', () => {
    const { store } = storage();
    expect(new Keeper(() => store).change(all => [...all, scene('a')]).trouble).toBeUndefined();
    expect(namesOf(new Keeper(() => store).read().scenes)).toEqual(['a']);
  });

  it('takes over what another tab kept meanwhile', () => {
    const { store } = storage();
    const [one, two] = [new Keeper(() => store), new Keeper(() => store)];
    one.change(() => [scene('a'), scene('b')]);
    two.change(all => [...all, scene('c')]);
    expect(namesOf(one.read().scenes)).toEqual(['a', 'b', 'c']);
    one.change(all => all.filter(s => s.name !== 'a'));
    expect(namesOf(two.read().scenes)).toEqual(['b', 'c']);
  });

  it('says that the storage is full, loses nothing, and keeps all again once there is room', () => {
    const { store, kept } = storage(400);
    const keeper = new Keeper(() => store);
    keeper.change(() => [scene('a')]);
    const full = keeper.change(all => [...all, scene('b', `#1&vmas=${'x'.repeat(500)}`)]);
    expect(full.trouble).toContain('full');
    expect(namesOf(full.scenes)).toEqual(['a', 'b']);
    expect(namesOf(new Keeper(() => store).read().scenes)).toEqual(['a']);
    // Another tab writes: what could not be kept here is still at hand.
    new Keeper(() => store).change(all => [...all, scene('c')]);
    expect(namesOf(keeper.read().scenes)).toEqual(['a', 'c', 'b']);
    const better = keeper.change(all => all.filter(s => s.name !== 'b'));
    expect(better.trouble).toBeUndefined();
    expect(kept.size).toBe(1);
  });

  it('says that storage is blocked, and goes on', () => {
    const keeper = new Keeper(() => {
      throw new DOMException('no', 'SecurityError');
    });
    expect(keeper.read().trouble).toContain('keeps nothing');
    const after = keeper.change(all => [...all, scene('a')]);
    expect(namesOf(after.scenes)).toEqual(['a']);
    expect(after.trouble).toContain('keeps nothing');
  });

  it('puts aside what it cannot read, and writes over nothing where it cannot', () => {
    const { store, kept } = storage();
    kept.set('hugemap.scenes', '{"hugemap":"scenes","format":9,"scenes":["precious"]}');
    const keeper = new Keeper(() => store);
    expect(keeper.read().trouble).toContain('newer');
    keeper.change(all => [...all, scene('a')]);
    expect(kept.get('hugemap.scenes.unread')).toContain('precious');
    expect(namesOf(new Keeper(() => store).read().scenes)).toEqual(['a']);

    const tight = storage(20);
    tight.kept.set('hugemap.scenes', 'precious, and longer than the room');
    const locked = new Keeper(() => tight.store);
    expect(locked.read().trouble).toContain('left as it is');
    expect(namesOf(locked.change(() => [scene('a')]).scenes)).toEqual(['a']);
    expect(tight.kept.get('hugemap.scenes')).toContain('precious');
  });
});
