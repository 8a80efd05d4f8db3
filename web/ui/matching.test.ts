import { expect, it } from 'vitest';
import { matching } from './matching.ts';

const items = [
  { label: 'Kernel: Linux 7.3', note: 'kernel' },
  { label: 'Zoom in', note: 'W, +' },
  { label: 'Policy: Linux 6.12 long-term', note: 'policy' },
  { label: 'Kernel: Linux 6.12.117', note: 'kernel' },
];
const labels = (typed: string): readonly string[] => matching(items, typed).map(i => i.label);

it('keeps what holds every word, in any order and case', () => {
  expect(labels('LINUX kernel')).toEqual(['Kernel: Linux 7.3', 'Kernel: Linux 6.12.117']);
  expect(labels('6.12')).toEqual(['Policy: Linux 6.12 long-term', 'Kernel: Linux 6.12.117']);
  expect(labels('w,')).toEqual(['Zoom in']);
  expect(labels('no such thing')).toEqual([]);
});

it('puts what begins with the first word first, and shows all for nothing typed', () => {
  expect(labels('policy linux')).toEqual(['Policy: Linux 6.12 long-term']);
  expect(matching([{ label: 'Go to Zoom', note: '' }, ...items], 'zoom').map(i => i.label)).toEqual([
    'Zoom in',
    'Go to Zoom',
  ]);
  expect(labels('  ')).toHaveLength(items.length);
});
