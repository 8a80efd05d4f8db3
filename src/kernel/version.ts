/** A kernel release, mainline, stable or release candidate. */
export interface KernelVersion {
  readonly major: number;
  readonly minor: number;
  /** Point release; 0 for the first release of a series and its candidates. */
  readonly patch: number;
  /** Release candidate number; 0 for a release. */
  readonly rc: number;
  /** Built with PREEMPT_RT, as far as the name tells. Left out where it is not. */
  readonly rt?: true;
}

/**
 * Reads a version as people and `uname -r` write it: `6.12`, `6.12.117`, `7.3-rc4`, `v6.9.11`,
 * `7.3.4+deb13-amd64`. Returns undefined for anything else.
 *
 * Debian 12 names its 6.1 kernels by ABI (`6.1.0-56-amd64`); the point release is not in the name. Its first
 * release had ABI 9 and 6.1.27, so such a name is read as a late 6.1.y.
 *
 * A kernel built with PREEMPT_RT is named `6.6.52-rt41`, `6.12.117+deb13-rt-amd64`, `6.8.1-1015-realtime` or
 * `5.14.0-427.el9.x86_64+rt`; `uname -a` says PREEMPT_RT.
 */
export const parseKernelVersion = (text: string): KernelVersion | undefined => {
  const m = /^v?(\d{1,3})\.(\d{1,3})(?:\.(\d{1,3}))?(?:-?rc(\d{1,2}))?(?![\d.])(.*)$/.exec(text.trim());
  if (!m) return undefined;
  const [, major = '', minor = '', patch, rc, rest = ''] = m;
  const version = {
    major: Number(major),
    minor: Number(minor),
    patch: Number(patch ?? 0),
    rc: Number(rc ?? 0),
    ...(REALTIME.test(rest) ? ({ rt: true } as const) : {}),
  };
  const abi = /^-(\d{1,3})-[a-z]/.exec(rest)?.[1];
  if (
    version.major === 6 &&
    version.minor === 1 &&
    version.patch === 0 &&
    abi !== undefined &&
    Number(abi) >= 9
  )
    return { ...version, patch: DEBIAN_LATE_61 };
  return version;
};

const DEBIAN_LATE_61 = 192;

const REALTIME = /[-+.]rt(?:\d|[-+. ]|$)|[-+.]realtime(?:[-+. ]|$)/;

/** Writes a version the way kernel people do: `6.12`, `6.12.117`, `7.3-rc4`, `6.12.117-rt`. */
export const formatKernelVersion = (v: KernelVersion): string =>
  `${v.major}.${v.minor}${v.patch > 0 ? `.${v.patch}` : ''}${v.rc > 0 ? `-rc${v.rc}` : ''}${v.rt ? '-rt' : ''}`;

/** A candidate of a point release (6.12.116-rc1) counts as the release before it. */
const releasedPatch = (v: KernelVersion): number => (v.rc > 0 ? v.patch - 1 : v.patch);

/** A number that orders versions: 6.13-rc6 < 6.13 < 6.13.1 < 6.14-rc1. */
export const versionRank = (v: KernelVersion): number =>
  (v.major * 1000 + v.minor) * 10_000 + (v.rc > 0 && v.patch === 0 ? v.rc : 100 + releasedPatch(v));

const rankOf = (text: string): number => {
  const v = parseKernelVersion(text);
  if (!v) throw new Error(`not a kernel version in the table: ${text}`);
  return versionRank(v);
};

/**
 * When a change reached the kernels: the first mainline release (or candidate) that has it, and the first
 * point release of each older stable series it was backported to.
 */
export interface Since {
  readonly mainline: string;
  readonly stable?: Readonly<Record<string, number>>;
}

/**
 * The release in which a change reached the series of `v`: the point release of its own series where it was
 * backported there (`6.12.29`), else the mainline release (`6.15`, also where a candidate had it first). Only asked
 * of a `v` that contains the change.
 */
export const arrivedIn = (v: KernelVersion, since: Since): string => {
  const series = `${v.major}.${v.minor}`;
  const first = since.stable?.[series];
  return first === undefined ? since.mainline.replace(/-rc\d+$/, '') : `${series}.${first}`;
};

/** True when release `v` contains a change that arrived as `since` says. */
export const contains = (v: KernelVersion, since: Since): boolean => {
  if (versionRank(v) >= rankOf(since.mainline)) return true;
  const first = since.stable?.[`${v.major}.${v.minor}`];
  return first !== undefined && (v.rc === 0 || v.patch > 0) && releasedPatch(v) >= first;
};
