import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GiB, KiB, MiB } from '../../src/units.ts';
import { linearScale, octaveScale, type Scale, sizeInWords } from './scale.ts';

const PAGE = 4096;
const pages = (max: number) => fc.integer({ min: 1, max }).map(n => n * PAGE);

const isSound = (scale: Scale, a: number, b: number): void => {
  const [lo, hi] = [Math.min(a, b), Math.max(a, b)];
  expect(scale.value(lo) % PAGE).toBe(0);
  expect(scale.value(lo)).toBeLessThanOrEqual(scale.value(hi));
  expect(scale.position(scale.value(lo))).toBeGreaterThanOrEqual(0);
  // Going to bytes and back stays on the value, though a small octave may share it among positions.
  expect(scale.value(scale.position(scale.value(lo)))).toBe(scale.value(lo));
  expect(Number.isInteger(scale.position(scale.value(lo)))).toBe(true);
  const snapped = scale.snap(lo, 5);
  expect(snapped).toBeGreaterThanOrEqual(0);
  expect(snapped).toBeLessThanOrEqual(scale.steps);
  expect(scale.value(snapped) % PAGE).toBe(0);
};

describe('octaveScale', () => {
  it('is monotone, exact both ways and made of whole pages', () => {
    fc.assert(
      fc.property(pages(2 ** 28), fc.nat(3000), fc.nat(3000), (max, a, b) => {
        const scale = octaveScale(max);
        isSound(scale, Math.min(a, scale.steps), Math.min(b, scale.steps));
        expect(scale.value(0)).toBe(PAGE);
        expect(scale.value(scale.steps)).toBe(max);
        expect(scale.position(max)).toBe(scale.steps);
      }),
    );
  });

  it('shows any value at the last position not above it', () => {
    fc.assert(
      fc.property(pages(2 ** 28), pages(2 ** 28), (a, b) => {
        const scale = octaveScale(Math.max(a, b));
        const value = Math.min(a, b);
        const at = scale.position(value);
        expect(scale.value(at)).toBeLessThanOrEqual(value);
        if (at < scale.steps)
          expect(scale.value(at + 1)).toBeGreaterThan(scale.value(at) < value ? value : 0);
      }),
    );
  });

  it('reaches every power of two, and steps by them alone when told so', () => {
    const fine = octaveScale(1024 * GiB);
    const coarse = octaveScale(1024 * GiB, PAGE, 1);
    for (let size = PAGE; size <= 1024 * GiB; size *= 2) {
      expect(fine.value(fine.position(size))).toBe(size);
      expect(coarse.value(coarse.position(size))).toBe(size);
    }
    expect(coarse.steps).toBe(28);
  });

  it('snaps to a power of two near by', () => {
    const scale = octaveScale(2 * GiB);
    const at = scale.position(GiB);
    expect(scale.snap(at + 3, 4)).toBe(at);
    expect(scale.snap(at - 3, 4)).toBe(at);
    expect(scale.snap(at + 9, 4)).toBe(at + 9);
    expect(scale.snap(scale.steps - 2, 4)).toBe(scale.steps);
  });
});

describe('linearScale', () => {
  it('is monotone, exact both ways and made of whole pages', () => {
    fc.assert(
      fc.property(pages(2 ** 28), pages(2 ** 28), fc.nat(), fc.nat(), (min, size, a, b) => {
        const scale = linearScale(min, min + size);
        isSound(scale, a % (scale.steps + 1), b % (scale.steps + 1));
        const value = min + (a % (scale.steps + 1)) * PAGE;
        expect(scale.value(scale.position(value))).toBe(value);
      }),
    );
  });

  it('snaps to the edge of the largest leaf near by', () => {
    const scale = linearScale(0, 2 * GiB - PAGE);
    const slack = (30 * MiB) / PAGE;
    expect(scale.value(scale.snap((GiB + 20 * MiB) / PAGE, slack))).toBe(GiB);
    expect(scale.value(scale.snap((300 * MiB + 8 * KiB) / PAGE, slack))).toBe(300 * MiB);
    expect(scale.value(scale.snap((300 * MiB + 8 * KiB) / PAGE, 1))).toBe(300 * MiB + 8 * KiB);
  });
});

it('says sizes in words', () => {
  expect(sizeInWords(0)).toBe('0');
  expect(sizeInWords(2 * GiB)).toBe('2 GiB');
  expect(sizeInWords(512 * MiB + 4 * KiB)).toBe('512 MiB plus 4 KiB');
});
