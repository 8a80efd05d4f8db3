import { deflateSync } from 'fflate';
import { beforeAll, describe, expect, it } from 'vitest';
import { writeLink } from '../../src/scenario/link.ts';
import { defaultScenario, type Scenario } from '../../src/scenario/scenario.ts';
import { va } from '../../src/units.ts';
import { canRead, loadCodec } from './codec.ts';
import { hashOf, type LinkHost, makeLinks, readHash } from './links.ts';
import { MAX_INFLATED, packer } from './packer.ts';

const at = (hint: number): Scenario => ({
  ...defaultScenario,
  request: { ...defaultScenario.request, hint },
});

/** A window whose history is a list of hashes, with a clock that is wound by hand. */
const makeHost = () => {
  const entries = [''];
  let now = 0;
  let timers: { readonly id: number; readonly due: number; readonly run: () => void }[] = [];
  let next = 1;
  const hashOfUrl = (url: string): string => (url.startsWith('#') ? url : '');
  const host: LinkHost = {
    location: {
      get hash() {
        return entries.at(-1) ?? '';
      },
      pathname: '/x',
      search: '',
    },
    history: {
      pushState: (_data, _unused, url) => entries.push(hashOfUrl(url)),
      replaceState: (_data, _unused, url) => {
        entries[entries.length - 1] = hashOfUrl(url);
      },
    },
    setTimeout: (run, ms) => {
      timers.push({ id: next, due: now + ms, run });
      return next++;
    },
    clearTimeout: id => {
      timers = timers.filter(t => t.id !== id);
    },
  };
  const wait = (ms: number): void => {
    now += ms;
    const due = timers.filter(t => t.due <= now);
    timers = timers.filter(t => t.due > now);
    for (const t of due) t.run();
  };
  return { host, entries, wait };
};

const pasted: Scenario = {
  ...defaultScenario,
  space: {
    ...defaultScenario.space,
    source: {
      kind: 'pasted',
      name: 'mine',
      mmapBase: va(0x7fff_0000_0000),
      vmas: Array.from({ length: 50 }, (_, i) => ({
        start: va(0x10_0000 + i * 0x4000),
        end: va(0x10_1000 + i * 0x4000),
        growsDown: false,
        shadowStack: false,
        perms: 'rw-p',
        name: `[anon:${i} é]`,
      })),
    },
  },
};

/** An address space whose link is tens of kilobytes long. */
const long: Scenario = {
  ...defaultScenario,
  space: {
    ...defaultScenario.space,
    source: {
      kind: 'pasted',
      name: 'many',
      mmapBase: va(0x7fff_0000_0000),
      vmas: Array.from({ length: 60_000 }, (_, i) => {
        // Sizes without a pattern, or they would be packed into nothing.
        const pages = 1 + ((Math.imul(i, 2_654_435_761) >>> 8) % 1000);
        return {
          start: va(0x10_0000 + i * 2 ** 23),
          end: va(0x10_0000 + i * 2 ** 23 + pages * 4096),
          growsDown: false,
          shadowStack: false,
          perms: 'rw-p',
          name: '',
        };
      }),
    },
  },
};

describe('links', () => {
  beforeAll(async () => {
    // Only what carries an address space waits for the codec.
    expect(canRead('#1&vmas=abc')).toBe(false);
    expect(canRead('#1&k=6.12')).toBe(true);
    await loadCodec();
    expect(canRead('#1&vmas=abc')).toBe(true);
  });

  it('replaces where a drag rests, not while it moves, and lets Back undo the whole drag', () => {
    const { host, entries, wait } = makeHost();
    const links = makeLinks(host);
    for (let i = 1; i <= 100; i++) {
      links.drag(at(i * 4096));
      wait(10);
    }
    expect(entries).toEqual(['']);
    wait(300);
    expect(entries).toEqual([hashOf(at(409_600))]);
    links.done(defaultScenario, at(409_600));
    expect(entries).toEqual(['', hashOf(at(409_600))]);
  });

  it('reads one edit of the hash once, and nothing it wrote itself', () => {
    const { host, entries } = makeHost();
    const links = makeLinks(host);
    links.read();
    expect(links.arrived()).toBeUndefined();
    entries.push('#1&hint=0x3000');
    expect(links.arrived()?.scenario).toEqual(at(0x3000));
    expect(links.arrived()).toBeUndefined();
    links.done(at(0x3000), at(0x4000));
    expect(links.arrived()).toBeUndefined();
    entries.pop();
    expect(links.arrived()?.scenario.request.hint).toBe(0x3000);
  });

  it('undoes in place: Back does not bring back what was undone', () => {
    const { host, entries } = makeHost();
    const links = makeLinks(host);
    links.done(defaultScenario, at(4096));
    links.drag(at(8192));
    links.replace(defaultScenario);
    expect(entries).toEqual(['', '']);
  });

  it('brings back the very object it wrote', () => {
    const { host, entries } = makeHost();
    const links = makeLinks(host);
    const [a, b] = [at(4096), at(8192)];
    links.done(defaultScenario, a);
    links.done(a, b);
    entries.pop();
    expect(links.read().scenario).toBe(a);
    entries.push('#1&hint=0x3000&k=x');
    expect(links.read()).toEqual({ ...readHash('#1&hint=0x3000&k=x') });
  });

  it('writes a long address when the hand rests and the browser is idle, or when it is asked for', () => {
    const { host, entries, wait } = makeHost();
    const idle: (() => void)[] = [];
    const links = makeLinks({ ...host, whenIdle: run => idle.push(run) });
    const hinted = (hint: number): Scenario => ({ ...long, request: { ...long.request, hint } });
    const [a, b, c] = [hinted(4096), hinted(8192), hinted(12288)];
    /** The history by what it shows: the hashes are too long to print. */
    const shown = (): readonly string[] =>
      entries.map(e => ['long', 'a', 'b', 'c'][[long, a, b, c].findIndex(s => hashOf(s) === e)] ?? e);
    const rest = (): void => {
      wait(250);
      while (idle.length > 0) for (const run of idle.splice(0)) run();
    };
    expect(hashOf(long).length).toBeGreaterThan(40_000);
    links.done(long, a);
    wait(200);
    expect(idle).toHaveLength(0);
    expect(entries).toEqual(['']);
    rest();
    expect(shown()).toEqual(['long', 'a']);
    // Two steps before there was time for the first: both get an entry, in their order.
    links.done(a, b);
    links.done(b, c);
    links.flush();
    expect(shown()).toEqual(['long', 'a', 'b', 'c']);
    rest();
    expect(entries).toHaveLength(4);
    // Left alone, each has an idle moment of its own.
    links.done(c, b);
    links.done(b, a);
    wait(250);
    idle.shift()?.();
    expect(shown()).toEqual(['long', 'a', 'b', 'c', 'b']);
    rest();
    expect(shown()).toEqual(['long', 'a', 'b', 'c', 'b', 'a']);
    entries.length = 4;
    // Undo replaces the entry of the step, written or not.
    links.done(c, a);
    links.replace(c);
    expect(shown()).toEqual(['long', 'a', 'b', 'c', 'c']);
    // A short step does not overtake a long one.
    links.done(c, long);
    links.done(long, defaultScenario);
    rest();
    expect(shown().slice(-2)).toEqual(['long', '']);
    // Who has gone back is not led forward again.
    links.done(defaultScenario, a);
    entries.push('#1&hint=0x3000');
    expect(links.arrived()?.scenario).toEqual(at(0x3000));
    rest();
    expect(entries.at(-1)).toBe('#1&hint=0x3000');
  });

  it('writes a pasted space as the engine does, and reads it back the same', () => {
    expect(hashOf(pasted)).toBe(writeLink(pasted, packer));
    expect(readHash(hashOf(pasted))).toEqual({ scenario: pasted, problems: [] });
  });
});

describe('packer', () => {
  it('refuses damaged text and bombs as values', () => {
    const good = packer.pack('0123456789'.repeat(100));
    expect(packer.unpack(good)).toBe('0123456789'.repeat(100));
    for (const bad of ['', '!', 'A', `${good.slice(0, 8)}____`, 'AAAA'])
      expect(() => packer.unpack(bad)).not.toThrow();
    expect(packer.unpack('!!')).toBeUndefined();
    const bomb = deflateSync(new Uint8Array(MAX_INFLATED + 4096));
    let text = '';
    for (const byte of bomb) text += String.fromCharCode(byte);
    const packed = btoa(text).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
    expect(packer.unpack(packed)).toBeUndefined();
  });
});
