import { formatKernelVersion, type KernelVersion, parseKernelVersion, versionRank } from './version.ts';

/** A release the app offers by name. Any other version can be typed or linked; its facts follow from the dated changes. */
export interface Release {
  readonly version: string;
  /** What sets it apart for device mappings, in a few words. */
  readonly note: string;
}

/** The releases offered, newest first. */
export const releases: readonly Release[] = [
  { version: '7.3', note: 'newest; nothing aligns VFIO' },
  { version: '7.2', note: 'nothing aligns VFIO' },
  { version: '7.1', note: 'nothing aligns VFIO' },
  { version: '7.0', note: 'nothing aligns VFIO' },
  { version: '6.19', note: 'nothing aligns VFIO' },
  { version: '6.18', note: 'long-term; nothing aligns VFIO' },
  { version: '6.17', note: 'nothing aligns VFIO' },
  { version: '6.16', note: 'nothing aligns VFIO' },
  { version: '6.15', note: 'huge leaves at any touch order' },
  { version: '6.14', note: 'huge leaves if touched in order' },
  { version: '6.13', note: 'VFIO no longer aligned' },
  { version: '6.12.117', note: 'long-term; aligns VFIO to 2 MiB' },
  { version: '6.12.28', note: 'aligned, but touch order matters' },
  { version: '6.12', note: 'first huge leaves; PFN not checked' },
  { version: '6.11', note: 'aligned by accident; PTEs only' },
  { version: '6.10', note: 'aligned by accident; PTEs only' },
  { version: '6.9', note: 'one fault maps all PTEs' },
  { version: '6.8', note: 'one fault maps all PTEs' },
  { version: '6.7', note: 'one fault maps all PTEs' },
  { version: '6.6', note: 'long-term; one fault maps all PTEs' },
  { version: '6.1.192', note: 'long-term; one fault maps all PTEs' },
];

const OLDEST = parseKernelVersion('6.1');
const NEWEST = parseKernelVersion('7.3');

/** The end of the checked range that a version lies beyond, below 6.1 or above 7.3.y; undefined inside. */
export const extrapolatedFrom = (v: KernelVersion): string | undefined => {
  if (OLDEST !== undefined && versionRank(v) < versionRank(OLDEST)) return formatKernelVersion(OLDEST);
  if (NEWEST === undefined) return undefined;
  const later = v.major > NEWEST.major || (v.major === NEWEST.major && v.minor > NEWEST.minor);
  return later ? formatKernelVersion(NEWEST) : undefined;
};
