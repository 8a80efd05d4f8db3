import type { Vma } from '../space/vma.ts';
import type { Read } from '../text.ts';
import { va } from '../units.ts';
import type { SpaceSource } from './scenario.ts';

type Pasted = Extract<SpaceSource, { kind: 'pasted' }>;

const PAGE = 4096;
const MAX_VMAS = 200_000;
const MAX_NAME = 256;
const MAX_HEAD = 200;

/** A name on one line, short enough to be read again: a mapping is a line of the packed text. */
const lineOf = (name: string, most: number): string =>
  name.replaceAll(/[\n\r\u2028\u2029]/g, ' ').slice(0, most);

/**
 * A pasted address space as text for a link, before compression: a line with its name and mmap_base, then a
 * line a VMA: free pages before it, its own pages (both base 36), permissions, then its name.
 */
export const writeVmas = (source: Pasted): string => {
  let end = 0;
  const lines = source.vmas.map(v => {
    const kind = v.growsDown ? 'g' : v.shadowStack ? 's' : '';
    const line = `${((v.start - end) / PAGE).toString(36)} ${((v.end - v.start) / PAGE).toString(36)} ${v.perms}${kind} ${lineOf(v.name, MAX_NAME)}`;
    end = v.end;
    return line;
  });
  const base = source.mmapBase === undefined ? '-' : (source.mmapBase / PAGE).toString(36);
  return [`${base} ${lineOf(source.name.replaceAll(/\s+/g, ' '), MAX_HEAD)}`, ...lines].join('\n');
};

/** Reads what {@link writeVmas} wrote. */
export const readVmas = (text: string): Read<Pasted> => {
  const [head = '', ...lines] = text.split('\n');
  const bad = (reason: string): Read<Pasted> => ({ ok: false, reason });
  const top = /^(-|[0-9a-z]{1,11}) (.{0,200})$/.exec(head);
  if (!top) return bad('the packed address space has no head line');
  if (lines.length > MAX_VMAS) return bad(`more than ${MAX_VMAS} mappings`);
  const [, base = '-', name = ''] = top;
  const vmas: Vma[] = [];
  let end = 0;
  for (const [i, line] of lines.entries()) {
    const m = /^([0-9a-z]{1,11}) ([0-9a-z]{1,11}) ([rwxps-]{4})([gs]?) (.{0,256})$/.exec(line);
    if (!m) return bad(`mapping ${i + 1} of the packed address space cannot be read`);
    const [, gap = '', pages = '', perms = '', kind = '', vmaName = ''] = m;
    const start = end + Number.parseInt(gap, 36) * PAGE;
    end = start + Number.parseInt(pages, 36) * PAGE;
    if (end <= start || end > 2 ** 63)
      return bad(`mapping ${i + 1} of the packed address space is out of range`);
    vmas.push({
      start: va(start),
      end: va(end),
      growsDown: kind === 'g',
      shadowStack: kind === 's',
      perms,
      name: vmaName,
    });
  }
  const mmapBase = base === '-' ? undefined : va(Number.parseInt(base, 36) * PAGE);
  if (mmapBase !== undefined && mmapBase > 2 ** 57) return bad('mmap_base is out of range');
  return { ok: true, value: { kind: 'pasted', name, vmas, mmapBase } };
};
