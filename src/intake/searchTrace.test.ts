import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readIntake } from './intake.ts';
import { parseSearchTrace } from './searchTrace.ts';

const read = (text: string) => parseSearchTrace([{ line: 7, text }]);
const reasons = (text: string) => read(text).problems.map(p => p.reason);

it('searches from above where bit 0 of the flags is set, whatever else is', () => {
  const of = (flags: string) =>
    read(
      `vm_unmapped_area: addr=0x7f0000000000 err=0 total_vm=0x1 flags=${flags} len=0x1000 lo=0x1000 hi=0x7f0000001000 mask=0x0 ofs=0x0`,
    ).items[0]?.topDown;
  expect(['0x0', '0x1', '0x2', '0x3'].map(of)).toEqual([false, true, false, true]);
});

describe('real lines', () => {
  it('of ftrace (<b26b34cf503ad570a3b40c72f312482921d7104f.camel@gmx.de> on linux-kernel), an event of another kind among them', () => {
    const text = readFileSync(new URL('./fixtures/objdump.ftrace.txt', import.meta.url), 'utf8');
    const r = readIntake(text);
    expect(r.problems).toEqual([]);
    expect(r.searches).toHaveLength(5);
    expect(r.searches[3]).toEqual({
      line: 4,
      task: 'objdump',
      pid: 3824,
      addr: 0x17995df000,
      err: 0,
      totalVm: 0x831,
      topDown: true,
      length: 0x3de8001000,
      low: 0x1000,
      high: 0x7faa24e000,
      alignMask: 0,
      alignOffset: 0,
    });
    expect(r.notes).toMatchObject([{ line: 6, reason: expect.stringContaining('1 line of a log') }]);
    expect(r.given).toEqual([
      { kind: 'search', title: 'mmap:vm_unmapped_area', line: 1, count: 5, says: '5 searches' },
    ]);
  });
  it('with an offset that nothing had set (<20200409094035.19457-1-jaewon31.kim@samsung.com>)', () => {
    const r = read(
      '92.291104: vm_unmapped_area: addr=0x755b155000 err=0 total_vm=0x15aaf0 flags=0x1 len=0x109000 lo=0x8000 hi=0x75eed48000 mask=0x0 ofs=0x4022',
    );
    expect(r.items).toMatchObject([
      { addr: 0x755b155000, alignMask: 0, alignOffset: 0x4022, task: undefined },
    ]);
  });
  it('of the first version of the event, failed (<66137719-aa4d-ac40-f167-3bcb38f092db@suse.cz>)', () => {
    const r = read(
      '265.214276: vm_unmapped_area: addr=fffffffffffffff4 err=-12 tvm=0xffb08 flags=0x0 len=0x100000 lo=0x40000000 hi=0xfffff000 mask=0x0 ofs=0x22',
    );
    expect(r.items).toMatchObject([{ addr: undefined, err: -12, topDown: false, length: 0x100000 }]);
  });
  it('that trace-cmd could not format (the same mail)', () => {
    const r = read(
      '           sleep-381   [001]    93.434157: vm_unmapped_area:     [FAILED TO PARSE] addr=0x7f7f32c47000 total_vm=0x2a flags=0x1 length=0x2d000 low_limit=0x1000 high_limit=0x7f7f32c74000 align_mask=0x0 align_offset=0x0',
    );
    expect(r.items).toMatchObject([
      { task: 'sleep', pid: 381, addr: 0x7f7f32c47000, err: 0, length: 0x2d000, high: 0x7f7f32c74000 },
    ]);
  });
});

const FIELDS =
  'addr=0x7f0000000000 err=0 total_vm=0x1 flags=0x1 len=0x1000 lo=0x1000 hi=0x7f0000001000 mask=0x1ff000 ofs=0x3000';

describe('what stands before the event', () => {
  it.each([
    ['  qemu-system-x86-4242  [003] .....    99.123456: vm_unmapped_area: ', 'qemu-system-x86', 4242],
    ['<...>-336     [006] .....    44.762506: vm_unmapped_area: ', undefined, 336],
    ['CPU 0/KVM  4242/4243  [003]    99.123456: mmap:vm_unmapped_area: ', 'CPU 0/KVM', 4243],
    ['Nov 21 10:00:00 host kernel: [    9.123456] vm_unmapped_area: ', undefined, undefined],
    ['vm_unmapped_area: ', undefined, undefined],
  ])('%s', (prefix, task, pid) => {
    expect(read(prefix + FIELDS).items).toMatchObject([
      { task, pid, alignMask: 0x1ff000, alignOffset: 0x3000 },
    ]);
  });
});

describe('damaged lines are problems with their number', () => {
  it.each([
    [FIELDS.replace('hi=', 'hx='), 'no hi='],
    [FIELDS.replace('len=0x1000', 'len=0x0'), 'len= is 0'],
    [FIELDS.replace('lo=0x1000', 'lo=zero'), 'no lo='],
    [FIELDS.replace('0x7f0000000000', '0xfffff0f000000001'), 'addr= has more bits'],
    [FIELDS.replace('err=0', 'err=12'), 'err= is above 0'],
    ['addr=', 'no addr='],
  ])('%s', (fields, reason) => {
    expect(reasons(`x-1 [000] 1.000000: vm_unmapped_area: ${fields}`)).toEqual([
      expect.stringContaining(reason),
    ]);
    expect(read(`vm_unmapped_area: ${fields}`).problems[0]?.line).toBe(7);
  });
  it('names are looked up, never followed', () => {
    expect(reasons(`vm_unmapped_area: __proto__=0x1 constructor=0x2 toString=0x3`)).toHaveLength(1);
  });
});

it('reads back what the kernel prints', () => {
  const n = fc.nat(2 ** 31 - 1).map(p => p * 4096);
  fc.assert(
    fc.property(n, n, n, n, n, fc.nat(40), fc.boolean(), (addr, len, lo, hi, ofs, order, down) => {
      const x = (v: number) => `0x${v.toString(16)}`;
      const mask = 2 ** order * 4096 - 4096;
      const r = read(
        `t-1 [000] ..... 1.000001: vm_unmapped_area: addr=${x(addr)} err=0 total_vm=0x9 flags=${down ? '0x1' : '0x0'} len=${x(len + 4096)} lo=${x(lo)} hi=${x(hi)} mask=${x(mask)} ofs=${x(ofs)}`,
      );
      expect(r.items).toMatchObject([
        { addr, length: len + 4096, low: lo, high: hi, alignMask: mask, alignOffset: ofs, topDown: down },
      ]);
    }),
  );
});
