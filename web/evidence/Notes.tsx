import { useRef } from 'react';
import { MiB } from '../../src/units.ts';
import { MAX_CAPTURE_FILE } from '../jobs/captureLines.ts';
import { takeFiles } from './actions.ts';

/** What no capture shows, in plain words. */
export const NotCovered = () => (
  <section className="not-covered" aria-labelledby="not-covered">
    <h2 id="not-covered">Not covered yet</h2>
    <ul>
      <li>
        Read in source, never run: loongarch64, powerpc64 with the hash MMU, arm64 with 64 KiB pages or with
        fewer than 52 bits, riscv64 Sv39. sparc64, mips64, 32-bit arm and x86 have placement functions of
        their own, for which the generic one stands in.
      </li>
      <li>Placement only, no leaves: riscv64, s390x, x86-64 with 5 levels, the cloud VM.</li>
      <li>
        s390x ran without huge pages of any kind: its guest offers none, so nothing there is aligned for them.
      </li>
      <li>
        Kernels between those that ran (6.2 to 6.11, 6.13 to 6.16, 7.0, 7.1) follow from dated changes, each
        with its commit. Faults of 6.12.0 to 6.12.28 ran in a rebuilt 6.12.117, not in those releases.
      </li>
      <li>
        Proposals other than Pighin’s and Xu v1’s, and the rules of QEMU and Cloud Hypervisor, are computed
        from their text.
      </li>
      <li>Devices were emulated ones, with nothing behind their BARs. Times are not compared.</li>
      <li>Answers that the pool of free huge pages, file modes or security modules decide.</li>
    </ul>
  </section>
);

/** How a reader adds captures of a machine of their own. */
export const AddCapture = () => {
  const file = useRef<HTMLInputElement>(null);
  return (
    <section className="add-capture" aria-labelledby="add-capture">
      <h2 id="add-capture">Add a capture</h2>
      <p>
        <a href="./probe/hugemap-probe.c" download>
          hugemap-probe.c
        </a>{' '}
        asks the kernel it runs on, and writes a line a case. Placement needs no root.
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached with keys */}
      <pre tabIndex={0}>
        <code>{'gcc -O2 -o hugemap-probe hugemap-probe.c\n./hugemap-probe > mine.jsonl'}</code>
      </pre>
      <p>
        Drop the file anywhere on this screen, or{' '}
        <button type="button" className="link" onClick={() => file.current?.click()}>
          choose it
        </button>
        : .jsonl, packed by gzip or not, up to {MAX_CAPTURE_FILE / MiB} MiB. It is replayed here and sent
        nowhere. How the shipped ones were made stands in docs/captures.md of the source.
      </p>
      <input
        ref={file}
        type="file"
        multiple
        hidden
        accept=".jsonl,.gz,.json,.txt"
        aria-label="Files of captures"
        onChange={e => {
          const files = [...(e.target.files ?? [])];
          e.target.value = '';
          void takeFiles(files);
        }}
      />
    </section>
  );
};
