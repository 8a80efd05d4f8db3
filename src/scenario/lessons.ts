import { type Packer, readLink, writeLink } from './link.ts';
import { defaultScenario, type Scenario } from './scenario.ts';

/** The names of the lessons, in the order of the menu. */
export const lessonIds = [
  'today',
  'lts',
  'congruent',
  'offset',
  'length',
  'hole',
  'corrupt',
  'touch',
  'huge',
  'pages64k',
  'contiguous',
  'guard',
  'levels5',
  'enomem',
] as const;
export type LessonId = (typeof lessonIds)[number];

/** A scene that comes with the app, named by what it teaches. */
export interface Lesson {
  readonly id: LessonId;
  readonly title: string;
  /** What is seen in it, one sentence with its numbers. lessons.test.ts finds each of them in the engine's answer. */
  readonly teaches: string;
  /** A link of version 1, canonical, without view settings. */
  readonly hash: string;
}

/** The lessons: the rule first, then what breaks it, then other machines and refusals. */
export const lessons: readonly Lesson[] = [
  {
    id: 'today',
    title: 'Linux 7.3 aligns nothing',
    teaches: '2 GiB land 320.89 MiB from agreeing: 524,288 PTE leaves, one fault each, where 2 PUD could be.',
    hash: '',
  },
  {
    id: 'lts',
    title: 'Linux 6.12 aligns to 2 MiB',
    teaches: 'The same request gets 1,024 PMD leaves; modulo 1 GiB it is still 320 MiB off.',
    hash: '#1&k=6.12.117',
  },
  {
    id: 'congruent',
    title: 'VA and PA agree: all is well',
    teaches: 'A hint at a multiple of 1 GiB, as the BAR has it, gives 2 PUD leaves on the same kernel.',
    hash: '#1&hint=0x7f42_4000_0000',
  },
  {
    id: 'offset',
    title: 'VA alignment alone is not the rule',
    teaches:
      'The VA is a multiple of 1 GiB, the PA is 4 KiB further into the BAR: 524,287 PTE leaves, as if nothing were aligned.',
    hash: '#1&off=4K&len=2G-4K&hint=0x7f42_4000_0000',
  },
  {
    id: 'length',
    title: 'A ragged end costs its block',
    teaches:
      'One page short of 2 GiB, at the right address: 1 PUD, then 511 PMD and 511 PTE leaves for the rest.',
    hash: '#1&len=2G-4K&hint=0x7f42_4000_0000',
  },
  {
    id: 'hole',
    title: 'The MSI-X hole makes two mappings',
    teaches:
      'Each placed by itself, the part behind a hole of 64 KiB misses by 1.94 MiB: 2 PMD and 3,056 PTE leaves.',
    hash: '#1&p=qemu9&whole=0@4G-64M+16M&holes=4M+64K',
  },
  {
    id: 'corrupt',
    title: 'Linux 6.12.0 installs corrupt leaves',
    teaches: '1 PUD leaf of 513 holds a PFN that is 716 MiB off a multiple of its size: nobody checked it.',
    hash: '#1&k=6.12&as=scene',
  },
  {
    id: 'touch',
    title: 'Before 6.12.29 touch order counts',
    teaches: 'At a perfect address, touched from the end: 524,288 PTE leaves, where upwards gives 2 PUD.',
    hash: '#1&k=6.12.28&hint=0x7f42_4000_0000&t=desc',
  },
  {
    id: 'huge',
    title: 'A 1 TiB BAR, page by page',
    teaches: '268,435,456 faults fill more than 2 GiB of page tables, where 1,024 PUD leaves would do.',
    hash: '#1&bar=2@0x800_0000_0000+1T&others=&len=1T',
  },
  {
    id: 'pages64k',
    title: 'arm64, 64 KiB pages: PMD is 512 MiB',
    teaches: '32,768 PTE leaves where 4 of 512 MiB could be; an address is right by luck once in 8,192.',
    hash: '#1&a=arm64-64k-48&as=bare',
  },
  {
    id: 'contiguous',
    title: 'Contiguous entries, a what-if',
    teaches:
      'On 16 KiB pages 131,072 PTE leaves agree modulo 2 MiB: marked contiguous they would fill 1,024 TLB entries.',
    hash: '#1&a=arm64-16k-47&cont=marked&as=bare&hint=112T+2M',
  },
  {
    id: 'guard',
    title: 'A guard gap costs a retry',
    teaches:
      '127 MiB would fit the gap of 127.87 MiB below the stack, were 1 MiB of it not its guard: the search goes on.',
    hash: '#1&bar=+128M&as=scene&base=128T-4K&len=127M',
  },
  {
    id: 'levels5',
    title: '5 levels: a hint above 47 bits',
    teaches:
      'Only a hint from 128 TiB on opens the larger user space; this one is free and right: 2 PUD leaves.',
    hash: '#1&a=x86_64-5&hint=0x80_0000_0000_0000',
  },
  {
    id: 'enomem',
    title: 'No gap has room: ENOMEM',
    teaches: 'MAP_32BIT leaves the 1 GiB from 0x4000_0000 on, and the request has 2 GiB.',
    hash: '#1&fl=shared.32bit',
  },
];

/** Lessons carry no pasted address space, so nothing is packed in their links. */
const noPacker: Packer = { pack: () => '', unpack: () => undefined };

/** The Scenario of a lesson, with the default view; undefined for a name that no lesson has. */
export const lessonScenario = (id: string): Scenario | undefined => {
  const lesson = lessons.find(l => l.id === id);
  return lesson === undefined ? undefined : readLink(lesson.hash, noPacker).scenario;
};

/** The lesson that a Scenario is, however it is looked at; undefined: it is somebody's own. */
export const lessonOf = (s: Scenario): Lesson | undefined => {
  if (s.space.source.kind === 'pasted') return undefined;
  const hash = writeLink({ ...s, view: defaultScenario.view }, noPacker);
  return lessons.find(l => l.hash === hash);
};
