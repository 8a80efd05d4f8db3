import { describe, expect, it } from 'vitest';
import { archOf, archs } from '../arch/index.ts';
import { bytes, GiB, MiB, va } from '../units.ts';
import { processOf } from './process.ts';
import { defaultScenario } from './scenario.ts';

const space = defaultScenario.space;
const x86 = archOf('x86_64-4');

describe('a process on an architecture', () => {
  it('is left as it is where it belongs', () => {
    const { vmas, notes } = processOf(x86, space);
    expect(notes).toEqual([]);
    expect(vmas.length).toBeGreaterThan(350);
  });

  it.each(archs.filter(a => a.family !== 'x86').map(a => a.id))(
    'gives way to a bare process on %s, and says so',
    id => {
      const arch = archOf(id);
      const { vmas, notes, layout } = processOf(arch, space);
      expect(notes).toHaveLength(1);
      expect(notes[0]).toContain('bare process');
      let last = 0;
      for (const v of vmas) {
        expect(v.start).toBeGreaterThanOrEqual(last);
        expect(v.start % arch.page).toBe(0);
        expect(v.end % arch.page).toBe(0);
        last = v.end;
      }
      expect(last).toBeLessThanOrEqual(arch.taskSize);
      expect(vmas.some(v => v.end === layout.mmapBase)).toBe(true);
    },
  );

  it('goes up from the legacy base when it is laid out so, vdso first', () => {
    const source = { kind: 'preset', id: 'bare' } as const;
    const { vmas, layout } = processOf(x86, { ...space, source, legacy: true });
    expect(layout.topDown).toBe(false);
    expect(vmas.find(v => v.start === layout.legacyBase)?.name).toBe('[vvar]');
  });

  it('an unlimited stack lays it out bottom-up, except on x86', () => {
    const source = { kind: 'preset', id: 'bare' } as const;
    const unlimited = { ...space, source, stackLimit: Number.POSITIVE_INFINITY };
    expect(processOf(x86, unlimited).layout.topDown).toBe(true);
    expect(processOf(archOf('arm64-4k-48'), unlimited).layout.topDown).toBe(false);
  });

  it('pasted mappings are fitted to pages and width, and both are said', () => {
    const mapping = (start: number, end: number) => ({
      start: va(start),
      end: va(end),
      growsDown: false,
      shadowStack: false,
      perms: 'rw-p',
      name: '',
    });
    const source = {
      kind: 'pasted',
      name: 'pasted',
      vmas: [
        mapping(0x1_0000, 0x1_1000),
        mapping(0x1_2000, 0x2_0000),
        mapping(0x7f00_0000_0000, 0x7f00_0001_0000),
      ],
      mmapBase: va(0x7f00_0001_0000),
    } as const;
    const { vmas, notes } = processOf(archOf('arm64-64k-42'), { ...space, source });
    expect(vmas.map(v => [v.start, v.end])).toEqual([[0x1_0000, 0x2_0000]]);
    expect(notes.join(' ')).toContain('2 mappings lie outside');
    expect(notes.join(' ')).toContain('widened');
    expect(notes.join(' ')).toContain('mmap_base given lies beyond');
  });

  it('slides with mmap_base what was placed from it, and nothing else', () => {
    for (const legacy of [false, true]) {
      const still = processOf(x86, { ...space, source: { kind: 'preset', id: 'bare' }, legacy });
      const slid = processOf(x86, {
        ...space,
        source: { kind: 'preset', id: 'bare' },
        legacy,
        slide: bytes(MiB),
      });
      const by = legacy ? MiB : -MiB;
      expect(slid.layout.mmapBase).toBe(still.layout.mmapBase - MiB);
      expect(slid.layout.legacyBase).toBe(still.layout.legacyBase + MiB);
      expect(slid.vmas.map((v, i) => [v.name, v.start - (still.vmas[i]?.start ?? 0)])).toEqual(
        still.vmas.map(v => [v.name, v.name.startsWith('[v') ? by : 0]),
      );
      expect(slid.notes.join(' ')).toContain('another random draw');
    }
  });

  it('slides a lid along, and stays where there is no room to slide', () => {
    const lid = va(0x7000_0000_0000);
    const { vmas } = processOf(x86, { ...space, lid, slide: bytes(GiB) });
    expect(vmas.find(v => v.name === 'lid')?.start).toBe(lid - GiB);
    const still = processOf(x86, { ...space, lid });
    const far = processOf(x86, { ...space, lid, slide: bytes(2 ** 47) });
    expect(far.vmas).toEqual(still.vmas);
    expect(far.notes.join(' ')).toContain('No room to move mmap_base so far');
  });

  it('the documented bases come out', () => {
    const source = { kind: 'preset', id: 'bare' } as const;
    const base = (id: Parameters<typeof archOf>[0], stackLimit = space.stackLimit): number =>
      processOf(archOf(id), { ...space, source, stackLimit }).layout.mmapBase;
    expect(base('arm64-4k-48')).toBe(0xffff_f800_0000);
    expect(base('arm64-4k-48', GiB)).toBe(0xffff_bff0_0000);
    expect(base('arm64-64k-48', GiB)).toBe(0xffff_bf00_0000);
    expect(base('riscv64-sv39')).toBe(0x3f_f800_0000);
    expect(base('riscv64-sv48')).toBe(0x7fff_f800_0000);
    expect(base('ppc64-radix-64k')).toBe(0x7fff_f800_0000);
    expect(base('ppc64-radix-4k')).toBe(0x3fff_f800_0000);
    expect(base('s390x')).toBe(0x3ff_f7ff_9000);
  });
});
