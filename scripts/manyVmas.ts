import { defaultScenario, type Scenario } from '../src/scenario/scenario.ts';
import type { Vma } from '../src/space/vma.ts';
import { bytes, pa, TiB, va } from '../src/units.ts';

/** mmap_base of x86-64 with four levels and no randomisation. */
export const MMAP_BASE = 0x7fff_f7ff_f000;

/** A generator of numbers in [0, 1) that gives the same ones every time. */
export const seeded = (seed: number) => () => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return seed / 2 ** 32;
};

/** `count` mappings below mmap_base: most touch their neighbours, as in real processes, some leave a gap. */
export const makeVmas = (count: number): Vma[] => {
  const random = seeded(count);
  const vmas: Vma[] = [];
  let at = MMAP_BASE;
  for (let i = 0; i < count; i++) {
    const gap = random() < 0.4 ? Math.floor(2 ** (random() * 12)) * 4096 : 0;
    const size = Math.floor(2 ** (random() * 9)) * 4096;
    const end = at - gap;
    vmas.push({
      start: va(end - size),
      end: va(end),
      growsDown: false,
      shadowStack: false,
      perms: 'rw-p',
      name: '',
    });
    at = end - size;
  }
  return vmas.reverse();
};

/** As much as a process may have: 65,530 mappings (vm.max_map_count), and a BAR of 1 TiB on 4 KiB pages. */
export const largeScenario = (): Scenario => ({
  ...defaultScenario,
  device: { ...defaultScenario.device, bar: { index: 2, base: pa(2 ** 40), size: bytes(TiB) } },
  space: {
    ...defaultScenario.space,
    source: { kind: 'pasted', name: 'many', vmas: makeVmas(65_530), mmapBase: va(MMAP_BASE) },
  },
  request: { ...defaultScenario.request, length: bytes(TiB) },
});
