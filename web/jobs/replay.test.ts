import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { gzipSync, strToU8 } from 'fflate';
import { describe, expect, it } from 'vitest';
import { MiB } from '../../src/units.ts';
import { captureLines, UnreadableCapture } from './captureLines.ts';
import { type ReplayedPart, workOf } from './jobs.ts';

const folder = fileURLToPath(new URL('../../public/captures/', import.meta.url));
const file = (name: string): Uint8Array => new Uint8Array(readFileSync(`${folder}${name}`));

const linesOf = (data: Uint8Array, most?: number): readonly string[] =>
  [...captureLines(data, most)].flatMap(l => (l.text === undefined ? [] : [l.text]));

const replay = (data: Uint8Array, from = 0): readonly ReplayedPart[] =>
  [...workOf('replay', { data, from })].filter(p => p !== undefined);

describe('the lines of a file of captures', () => {
  it('are those of its text, packed or not, whatever ends them', () => {
    const texts = fc.array(fc.string({ unit: 'grapheme' }).map(s => s.replaceAll(/[\r\n\uFEFF]/g, ' ')));
    fc.assert(
      fc.property(texts, fc.constantFrom('\n', '\r\n'), fc.boolean(), (lines, end, zipped) => {
        const text = strToU8(lines.map(l => `${l}${end}`).join(''));
        expect(linesOf(zipped ? gzipSync(text) : text)).toEqual(lines);
      }),
      { numRuns: 200 },
    );
  });

  it('are whole where a piece ends inside one, and inside a letter', () => {
    const line = 'ä€😀'.repeat(40_000);
    expect(linesOf(strToU8(`${line}\n${line}`))).toEqual([line, line]);
  });

  it('are bounded: what would unpack without end is not unpacked', () => {
    const bomb = gzipSync(new Uint8Array(32 * MiB), { level: 1 });
    expect(bomb.length).toBeLessThan(MiB);
    let taken = 0;
    expect(() => {
      for (const { share } of captureLines(bomb, 2 * MiB)) taken = share;
    }).toThrow(UnreadableCapture);
    expect(taken).toBeLessThan(0.2);
    expect(() => linesOf(new Uint8Array(20 * MiB).fill(65))).toThrow('longer than 16 Mi');
  });

  it('throw nothing else on damaged data', () => {
    const good = file('linux-6.12.113-debian.x86_64.jsonl.gz');
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.nat(255), fc.nat(good.length), (at, byte, cut) => {
        const bad = good.slice(0, Math.max(3, cut));
        if (at > 1 && at < bad.length) bad[at] = byte;
        try {
          linesOf(bad);
        } catch (error) {
          expect(error).toBeInstanceOf(UnreadableCapture);
        }
      }),
      { numRuns: 100 },
    );
  });
});

describe('the replay job', () => {
  it.each(readdirSync(folder).filter(f => f.endsWith('.gz')))('agrees with every case of %s', name => {
    const parts = replay(file(name));
    const all = parts.flatMap(p => p.cases);
    expect(all.length).toBeGreaterThan(0);
    expect(all.filter(c => c.outcome !== 'matched')).toEqual([]);
    expect(parts.flatMap(p => p.badLines)).toEqual([]);
    expect(parts.at(-1)).toMatchObject({ share: 1 });
    expect(parts.at(-1)?.problem).toBeUndefined();
    // What a link names a case by.
    expect(new Set(all.map(c => c.id)).size).toBe(all.length);
    expect(all.filter(c => !/^[A-Za-z0-9._-]{1,80}$/.test(c.id))).toEqual([]);
  });

  it('goes on where it was stopped', () => {
    const data = file('linux-6.12.113-debian.x86_64.jsonl.gz');
    const all = replay(data).flatMap(p => p.cases);
    const later = replay(data, 20).flatMap(p => p.cases);
    expect(later).toEqual(all.slice(20));
  });

  it('names a miss with both answers, and a line that is no case with its number', () => {
    const [first = '', second = ''] = linesOf(file('linux-7.3.4-debian.x86_64.jsonl.gz'));
    const wrong = first.replace('"addr":"0x7ffff7bf7000"', '"addr":"0x7ffff7a00000"');
    expect(wrong).not.toBe(first);
    const [part] = replay(strToU8(`${second}\n\nnot a row\n${wrong}\n`));
    expect(part).toMatchObject({
      badLines: [{ line: 3, reason: 'not JSON' }],
      cases: [
        { line: 1, outcome: 'matched', category: 'leaf', kernel: '7.3.4', arch: 'x86_64-4' },
        {
          line: 4,
          id: 'leaf-whole-1',
          outcome: 'miss',
          expected: '0x7ffff7a00000',
          got: '0x7ffff7bf7000',
        },
      ],
    });
  });

  it.each([
    ['maps of a process', '400000-401000 r--p 00000000 00:00 0 /init\n'.repeat(300), 'first 200 lines'],
    ['nothing', ' ', 'holds no captured case'],
    ['other JSON', '{"a":1}\n', 'holds no captured case'],
  ])('of %s says that it is none', (_, text, problem) => {
    expect(replay(strToU8(text)).at(-1)?.problem).toContain(problem);
  });

  it('finds a line again', () => {
    const data = file('linux-6.12.113-debian.x86_64.jsonl.gz');
    const lines = linesOf(data);
    expect([...workOf('captureLine', { data, line: 7 })].filter(p => p !== undefined)).toEqual([
      { text: lines[6] },
    ]);
    expect([...workOf('captureLine', { data, line: 7000 })].filter(p => p !== undefined)).toEqual([]);
  });
});
