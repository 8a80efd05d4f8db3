/** What can be pasted, by the format in which a machine prints it. */
export type CollectId =
  | 'maps'
  | 'smaps'
  | 'lspci'
  | 'resource'
  | 'iomem'
  | 'kernel'
  | 'counts'
  | 'search'
  | 'dyndbg'
  | 'alignment'
  | 'qemu'
  | 'tables';

/** A command that prints one input. */
export interface CollectCommand {
  readonly id: CollectId;
  readonly title: string;
  /** Lines of shell. `$PID` is the VMM's process, `$BDF` the device's address (0000:01:00.0): set them first. */
  readonly command: string;
  /** Without root it prints nothing of use. */
  readonly needsRoot: boolean;
  /** What it tells, and what to mind. */
  readonly says: string;
}

/**
 * The command for every input, the most useful first.
 *
 * Sources: proc_pid_maps(5); /proc/iomem shows zeros without CAP_SYS_ADMIN (r_show(), kernel/resource.c); tracepoint:
 * include/trace/events/mmap.h; debug line: drivers/vfio/pci/vfio_pci_core.c; QEMU's events: hw/vfio/trace-events; the
 * alignment test: vfio-pci-device-map-alignment.c of github.com/awilliam/tests; tables: arch/x86/mm/debug_pagetables.c.
 */
export const collectCommands: readonly CollectCommand[] = [
  {
    id: 'maps',
    title: 'Mappings of the VMM',
    command: 'cat "/proc/$PID/maps"',
    needsRoot: false,
    says: 'Where everything is mapped. As the user of the VMM, or as root.',
  },
  {
    id: 'lspci',
    title: 'Devices and their BARs',
    command: 'lspci -D -vv',
    needsRoot: false,
    says: 'BARs, bridge windows and drivers. Root adds the MSI-X table; serial numbers of devices are in it, too.',
  },
  {
    id: 'kernel',
    title: 'Kernel and its switches',
    command: 'uname -r -m\ngetconf PAGESIZE\ncat /sys/kernel/mm/transparent_hugepage/enabled',
    needsRoot: false,
    says: 'The release decides what a fault installs; on many the switch can forbid large leaves.',
  },
  {
    id: 'counts',
    title: 'Page tables and faults so far',
    command: 'grep VmPTE "/proc/$PID/status"\nps -o min_flt= -p "$PID" | sed "s/^/minflt=/"',
    needsRoot: false,
    says: 'To be held against what each layout of leaves would cost.',
  },
  {
    id: 'resource',
    title: 'BARs from sysfs',
    command: 'grep -H . "/sys/bus/pci/devices/$BDF/resource"',
    needsRoot: false,
    says: 'Start, end and flags of each BAR, where lspci is not installed.',
  },
  {
    id: 'iomem',
    title: 'Physical addresses',
    command: 'sudo cat /proc/iomem',
    needsRoot: true,
    says: 'Every range with its owner. Without root all addresses are zero.',
  },
  {
    id: 'smaps',
    title: 'Mappings with details',
    command: 'cat "/proc/$PID/smaps"',
    needsRoot: false,
    says: 'Like maps, with flags: gd marks a stack, io and pf mark device memory. Long.',
  },
  {
    id: 'search',
    title: 'The search for a gap',
    command: 'sudo trace-cmd record -e mmap:vm_unmapped_area -P "$PID" sleep 10\nsudo trace-cmd report',
    needsRoot: true,
    says: 'What the kernel searched for, and found; Linux 5.7 and newer. Start it before the VMM maps.',
  },
  {
    id: 'dyndbg',
    title: 'Debug line of vfio-pci',
    command:
      "echo 'module vfio_pci_core func vfio_pci_mmap_huge_fault +p' | sudo tee /proc/dynamic_debug/control\nsudo dmesg | grep vfio_pci_mmap_huge_fault",
    needsRoot: true,
    says: 'Which orders were tried on a fault; Linux 6.12 and newer, built with dynamic debug. +p starts it, -p ends it.',
  },
  {
    id: 'alignment',
    title: 'Alignment test of the VFIO tests',
    command: 'sudo ./vfio-pci-device-map-alignment "$BDF"',
    needsRoot: true,
    says: 'From github.com/awilliam/tests. The device must be bound to vfio-pci and not in use.',
  },
  {
    id: 'qemu',
    title: 'What QEMU maps',
    command:
      'qemu-system-x86_64 -trace vfio_region_setup -trace vfio_region_sparse_mmap_entry -trace vfio_region_mmap -D vfio.log …',
    needsRoot: false,
    says: 'Added to the VMM’s own command line; the lines go to vfio.log.',
  },
  {
    id: 'tables',
    title: 'Page tables',
    command: 'sudo cat /sys/kernel/debug/page_tables/current_user',
    needsRoot: true,
    says: 'x86 kernels with CONFIG_PTDUMP_DEBUGFS. It shows the tables of the process that reads it: the VMM must read it itself.',
  },
];

/**
 * A POSIX shell script that collects the most useful inputs of one process in one file, which can be pasted or dropped
 * as a whole. It reads only; what is missing or forbidden is left out and named on standard error. It never replaces a
 * file.
 */
export const collectScript = `#!/bin/sh
# Collects what Hugemap reads about a process and its devices. Changes nothing; sends nothing.
# Look through the file before you pass it on: it holds file names and serial numbers.
# usage: sh hugemap-collect.sh PID [FILE]
pid=\${1:-}
case $pid in
'' | *[!0-9]*)
	echo 'usage: sh hugemap-collect.sh PID [FILE]' >&2
	exit 2
	;;
esac
if [ ! -r "/proc/$pid/maps" ]; then
	echo "/proc/$pid/maps cannot be read: no such process, or not yours" >&2
	exit 2
fi
file=\${2:-hugemap-$pid.txt}
if [ -e "$file" ]; then
	echo "$file is there already" >&2
	exit 2
fi

# Prints a command as it would be typed, and then what it prints.
show() {
	if ! command -v "$1" >/dev/null 2>&1; then
		echo "left out, $1 is not installed: $*" >&2
		return
	fi
	printf '$ %s\\n' "$*"
	"$@" 2>/dev/null || echo "failed or empty: $*" >&2
	echo
}

umask 077
{
	show uname -r -m
	show getconf PAGESIZE
	show cat /sys/kernel/mm/transparent_hugepage/enabled
	show grep VmPTE "/proc/$pid/status"
	show cat "/proc/$pid/maps"
	for device in /sys/bus/pci/drivers/*vfio*/*:*:*.*; do
		[ -e "$device/resource" ] || continue
		address=\${device##*/}
		show lspci -D -vv -s "$address"
		show grep -H . "/sys/bus/pci/devices/$address/resource"
	done
	if [ "$(id -u)" -eq 0 ]; then
		show cat /proc/iomem
	else
		echo 'left out, it needs root: cat /proc/iomem' >&2
	fi
} >"$file" || exit 2
echo "$file"
`;

/** {@link collectScript} to be pasted into a shell where PID is set. */
export const collectPaste = `sh -s "$PID" <<'HUGEMAP_COLLECT'\n${collectScript}HUGEMAP_COLLECT\n`;
