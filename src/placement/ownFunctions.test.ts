import { describe, expect, it } from 'vitest';
import { archOf } from '../arch/index.ts';
import { testVma } from '../space/testing.ts';
import { KiB, MiB } from '../units.ts';
import { MAP } from './flags.ts';
import { type CallInput, call, machine, resultText } from './testing.ts';

/** Where the functions of the architectures differ from each other and from x86; hand-made address spaces. */

const at = (mm: ReturnType<typeof machine>, input: CallInput = {}): string => resultText(call(mm, input));

describe('above mmap_base, where all below it is taken', () => {
  const full = (id: Parameters<typeof archOf>[0], kernel = '7.3') => {
    const arch = archOf(id);
    const { mmapBase } = machine([], { kernel, arch }).space.layout;
    return { mmapBase, mm: machine([testVma(arch.mmapMinAddr, mmapBase)], { kernel, arch }) };
  };

  it.each(['arm64-4k-48', 's390x'] as const)('%s goes up: the lowest address', id => {
    const { mmapBase, mm } = full(id);
    expect(at(mm)).toBe(`0x${mmapBase.toString(16)}`);
  });

  it('loongarch64 goes on from the top', () => {
    const { mm } = full('loongarch64-4k');
    expect(at(mm)).toBe('0xfffffffff000');
  });

  // Before the search itself was clamped (6.4) the function clamped its lower limit: nothing lands at 0x1000.
  it.each(['6.3', '6.4'])('arm64 %s leaves what lies below mmap_min_addr alone', kernel => {
    const arch = archOf('arm64-4k-48');
    const mm = machine([testVma(arch.mmapMinAddr, arch.taskSize)], { kernel, arch });
    expect(at(mm)).toBe('ENOMEM');
    expect(resultText(call(mm, {}, { rawIo: true }))).toBe('ENOMEM');
  });
});

describe('the colour of s390', () => {
  const arch = archOf('s390x');
  const plain = machine([], { kernel: '7.2', arch });
  const { mmapBase } = plain.space.layout;
  const random = { ...plain, randomize: true };
  const below = (bytes: number): string => `0x${(mmapBase - bytes).toString(16)}`;
  const file = { file: 'hookedFile', length: 4 * KiB, offset: 0x3000 } as const;
  const colour = (text: string): number => Number(text) % (512 * KiB);

  it('counts for files and shared memory, where addresses are randomized', () => {
    expect(at(plain, file)).toBe(below(4 * KiB));
    expect(colour(at(random, file))).toBe(0x3000);
    expect(colour(at(random, { ...file, file: 'devMem' }))).toBe(0x3000);
    expect(at(random)).toBe(below(4 * KiB));
    expect(colour(at(random, { flags: MAP.SHARED, length: 8 * KiB }))).toBe(0);
  });
});

// shmem_get_unmapped_area() asks again without the file and with offset 0: of a private mapping no colour is left.
it('colour is lost by the second search of private shared memory', () => {
  const arch = archOf('mips64-4k');
  const masks = (flags: number): readonly number[] => {
    const asked: number[] = [];
    const c = { file: 'memfd', shmemEnabled: 'always', length: 4 * MiB, offset: 0x3000 } as const;
    call(machine([], { arch }), { ...c, flags }, {}, e => {
      if (e.kind === 'search') asked.push(e.alignMask);
    });
    return asked;
  };
  expect(masks(MAP.PRIVATE)).toEqual([arch.colourMask, 0]);
  expect(masks(MAP.SHARED)).toEqual([arch.colourMask, arch.colourMask]);
});
