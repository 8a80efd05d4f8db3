/** The error numbers mmap() gives here. */
export const ERRNO = {
  EPERM: 1,
  ENOENT: 2,
  EAGAIN: 11,
  ENOMEM: 12,
  EACCES: 13,
  EEXIST: 17,
  ENODEV: 19,
  EINVAL: 22,
  EOVERFLOW: 75,
  EOPNOTSUPP: 95,
} as const;

/** The name of an error number: `ENOMEM`; `errno 1300` where none has a name. */
export const errnoName = (n: number): string =>
  Object.entries(ERRNO).find(([, value]) => value === n)?.[0] ?? `errno ${n}`;
