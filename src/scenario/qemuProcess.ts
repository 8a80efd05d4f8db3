import type { Vma } from '../space/vma.ts';
import { va } from '../units.ts';

/**
 * The VMAs of a real qemu-system-x86_64 (7.2, TCG, 1500 MiB guest, ASLR on), read from its /proc/PID/maps; file
 * names without their folders, the vsyscall gate left out. One token a VMA, ascending: free pages before it,
 * its own pages (both base 36), then one digit for the permissions and the number of the name (base 36).
 */
const PROCESS = `
akibk9h.sn.11m 0.13r.21m 0.l3.11m 0.9b.11m 0.q1.31m 0.1f.30 41x2.c8e.31 54gapmv.x.30 0.cm7.00 0.x.30
0.cm7.00 0.x.30 0.cm7.00 0.x.30 0.cm7.00 25c.1.00 0.74.30 0.1.00 0.74.30 0.1.00 0.74.30 0.1.00 0.74.30
0.1.00 0.74.30 0.1.00 0.74.30 0.1.00 0.74.30 0.1.00 0.74.30 0.1.00 0.74.30 0.1.00 0.74.30 0.1.00 0.74.30
0.1.00 0.74.30 0.1.00 0.74.30 0.1.00 0.74.30 0.1.00 0.74.30 0.1.00 0.74.30 0.1.00 0.74.30 0.1.00 0.74.30
0.1.00 0.74.30 0.1.00 0.74.30 0.1.00 0.74.30 0.1.00 0.74.30 0.1.00 0.74.30 0.1.00 0.74.30 0.1.00 0.74.30
0.1.00 0.74.30 0.1.00 0.74.30 0.1.00 0.74.30 0.1.00 0.74.30 0.1.00 0.1kw.30 0.1.00 0.1kw.30 0.1.00
0.1kw.30 0.cdg.30 0.9o.00 6b.1.00 0.74.30 0.1.00 0.74.30 0.1.00 0.74.30 0.1.00 0.74.30 0.1.00 0.74.30
0.1.00 0.74.30 0.1.00 0.74.30 0.1.00 0.74.30 0.1.00 0.74.30 0.1.00 0.74.30 0.1.00 0.74.30 0.1.00 0.74.30
0.1.00 0.74.30 0.1.00 0.74.30 0.1.00 0.74.30 0.1.00 0.74.30 0.1.00 0.74.30 0.1.00 0.74.30 0.1.00 0.74.30
0.1.00 0.74.30 0.1.00 0.74.30 0.1.00 0.74.30 0.1.00 0.74.30 0.1.00 0.74.30 0.1.00 0.74.30 0.1.00 0.74.30
0.1.00 0.74.30 0.1.00 0.74.30 0.1.00 0.74.30 0.e8.30 0.1.00 72.1.00 0.74.30 0.88ao.30 0.1.00 72.1.00
0.74.30 0.5m9r.40 0.1.00 0.x.30 0.cm7.00 73.1.00 0.74.30 0.1.30 0.1.00 71.1.00 0.74.30 0.g.30 0.1.00
6l.1.00 0.74.30 0.1.00 0.1kw.30 0.g.30 0.1.00 6m.1.00 0.74.30 0.35s.30 0.1.00 5i.1.00 0.114.30 0.w.30
0.1.00 12.x.30 x.af.30 0.1s.30 0.1.00 b.1u.30 0.30.17 1t.1.00 0.1kw.30 0.5f.30 0.1.00 0.1kw.30 0.5h.1e
0.hr.2e 0.66.1e 0.2q.1e 0.3.3e 0.3.30 8.x.30 3l.1.00 0.77.30 0.4.1w 0.t.2w 0.c.1w 0.1.1w 0.1.3w 0.9.1a
0.1i.2a 0.h.1a 0.6.1a 0.1.3a 0.4.1v 0.h.2v 0.6.1v 0.1.1v 0.1.3v 0.2.11i 0.5.21i 0.1.11i 0.1.11i 0.1.31i
0.3.1g 0.i.2g 0.4.1g 0.1.1g 0.1.3g 0.v.112 0.1w.212 0.z.112 0.3.112 0.6.312 0.2.30 0.8.111 0.f.211
0.9.111 0.2.111 0.1.311 0.2.115 0.2z.215 0.17.115 0.1.115 0.1.315 0.2.1i 0.6.2i 0.2.1i 0.1.1i 0.1.3i
0.7.11c 0.r.21c 0.8.11c 0.1.11c 0.1.31c 0.2.30 0.c.1y 0.1s.2y 0.k.1y 0.2.1y 0.1.3y 0.3.1f 0.5.2f 0.3.1f
0.1.1f 0.1.3f 0.a.1z 0.m.2z 0.a.1z 0.1.1z 0.1.3z 0.3.11e 0.c.21e 0.4.11e 0.1.11e 0.1.31e 0.i.11g
0.1s.21g 0.9r.11g 0.4.11g 0.1.31g 0.2.1t 0.7.2t 0.12.1t 0.1.1t 0.1.3t 0.17.114 0.49.214 0.2j.114 0.b.114
0.a.314 0.12.1c 0.9i.2c 0.2b.1c 0.4.1c 0.2.3c 0.d.30 0.3.1k 0.n.2k 0.4.1k 0.1.1k 0.1.3k 0.g.1x 0.38.2x
0.2i.1x 0.1.1x 0.1.3x 0.8.1j 0.s.2j 0.a.1j 0.i.1j 0.1.3j 0.9.1r 0.j.2r 0.16.1r 0.2.1r 0.1.3r 0.b.1o
0.2l.2o 0.n.1o 0.1.1o 0.1.3o 0.d.110 0.13.210 0.n.110 0.2.110 0.1.310 0.a.1b 0.1h.2b 0.m.1b 0.3.1b
0.1.3b 0.t.1m 0.3x.2m 0.3v.1m 0.1.1m 0.1.3m 0.1.30 0.1m.1l 0.7h.2l 0.3x.1l 0.9.1l 0.1.3l 0.2.30 0.1j.1p
0.8k.2p 0.4c.1p 0.h.1p 0.2.3p 0.i.30 0.4.11d 0.l.21d 0.6.11d 0.1.01d 0.1.11d 0.2.31d 0.1.30 0.5.11l
0.4h.21l 0.k.11l 0.1.11l 0.1.31l 0.7.1s 0.j.2s 0.5.1s 0.1.1s 0.1.3s 0.4.119 0.l.219 0.3.119 0.1.119
0.1.319 0.1.30 0.f.1q 0.1e.2q 0.q.1q 0.3.1q 0.1.3q 0.4.117 0.21.217 0.6.117 0.1.117 0.1.317 0.cn.1d
0.54.2d 0.fc.1d 0.94.1d 0.31.3d 1.1.19 0.1.29 0.1.19 0.1.19 0.1.39 0.2.30 0.1.1n 0.2.2n 0.1.1n 0.1.1n
0.1.3n 0.2.11h 0.2.21h 0.1.11h 0.1.11h 0.1.31h 0.1.11j 0.1.21j 0.1.11j 0.1.11j 0.1.31j 0.2.30 0.3.113
0.6.213 0.2.113 0.1.113 0.1.313 0.2.30 0.2.11b 0.e.21b 0.e.11b 0.1.11b 0.1.31b 0.5.11f 0.s.21f 0.b.11f
0.1.11f 0.1.31f 0.2.1h 0.5.2h 0.2.1h 0.1.1h 0.1.3h 0.3.11a 0.i.21a 0.6.11a 0.1.11a 0.1.31a 0.2.30 0.4.1u
0.23.2u 0.1u.1u 0.1.1u 0.1.3u 0.3.11k 0.j.21k 0.7.11k 0.1.11k 0.1.31k 0.5.118 0.10.218 0.b.118 0.1.118
0.1.318 0.b.116 0.3p.216 0.i.116 0.8.116 0.1.316 4.2.16 0.2.26 0.1.16 0.1.16 0.1.36 0.2.30 0.4.14 0.2.15
0.2.23 0.1.18 0.12.28 0.a.18 0.2.18 0.2.38 38fg98.x.32`;

const PERMS = ['---p', 'r--p', 'r-xp', 'rw-p', 'rwxp'];
const NAMES = `
- [heap] [stack] [vdso] [vvar] [vvar_vclock] accel-tcg-x86_64.so irx.gz ld-linux-x86-64.so.2
libaio.so.1.0.2 libblkid.so.1.1.0 libbpf.so.1.1.2 libc.so.6 libcapstone.so.4 libcrypto.so.3
libdaxctl.so.1.2.5 libelf-0.188.so libfdt-1.6.1.so libffi.so.8.1.2 libfuse3.so.3.14.0 libgcc_s.so.1
libgio-2.0.so.0.7400.6 libglib-2.0.so.0.7400.6 libgmodule-2.0.so.0.7400.6 libgmp.so.10.4.1
libgnutls.so.30.34.3 libgobject-2.0.so.0.7400.6 libhogweed.so.6.6 libibverbs.so.1.14.44.0
libidn2.so.0.3.8 libjpeg.so.62.3.0 libkmod.so.2.4.0 liblzma.so.5.4.1 libm.so.6 libmount.so.1.1.0
libndctl.so.6.1.21 libnettle.so.8.6 libnl-3.so.200.26.0 libnl-route-3.so.200.26.0 libnuma.so.1.0.0
libp11-kit.so.0.3.0 libpcre2-8.so.0.11.2 libpixman-1.so.0.42.2 libpmem.so.1.0.0 libpng16.so.16.39.0
librdmacm.so.1.3.44.0 libsasl2.so.2.0.25 libseccomp.so.2.5.4 libselinux.so.1 libslirp.so.0.4.0
libtasn1.so.6.6.3 libudev.so.1.7.5 libunistring.so.2.2.0 liburing.so.2.3 libuuid.so.1.3.0
libvdeplug.so.4.0.0 libz.so.1.2.13 libzstd.so.1.5.4 qemu-system-x86_64`;

/**
 * Everything below this address appeared after the devices were set up: worker threads' stacks and 64 MiB malloc
 * arenas. Above it lie guest RAM, its ROMs and the first coroutine stacks.
 */
const SET_UP_FLOOR = 0x7f42_d40e_3000;
const MMAP_FLOOR = 0x7000_0000_0000;

/** The process, with (`running`) or without what it mapped after its devices were set up. */
export const qemuVmas = (running: boolean): readonly Vma[] => {
  const names = NAMES.trim().split(/\s+/);
  let end = 0;
  const vmas = PROCESS.trim()
    .split(/\s+/)
    .map((token): Vma => {
      const [gap = '0', pages = '0', what = '00'] = token.split('.');
      const start = end + Number.parseInt(gap, 36) * 4096;
      end = start + Number.parseInt(pages, 36) * 4096;
      const name = names[Number.parseInt(what.slice(1), 36)] ?? '';
      return {
        start: va(start),
        end: va(end),
        growsDown: name === '[stack]',
        shadowStack: false,
        perms: PERMS[Number(what[0])] ?? '----',
        name: name === '-' ? '' : name,
      };
    });
  return running ? vmas : vmas.filter(v => v.start < MMAP_FLOOR || v.start >= SET_UP_FLOOR);
};
