import { leafNames } from '../../src/leaves/words.ts';
import { formatCount, formatSize } from '../../src/text.ts';
import { SmallZipper } from '../ui/SmallZipper.tsx';
import { leavesOf } from './columns.ts';
import type { Row } from './rows.ts';
import { stripSignature } from './strip.ts';

const Counts = ({ row }: { readonly row: Row }) => {
  const { measures } = row;
  if (!measures.ok)
    return (
      <b className="red">
        <span aria-hidden="true">✕ </span>
        {measures.errno}
      </b>
    );
  return (
    <span>
      {(measures.device?.tallies ?? []).map(t => (
        <b key={t.kind} className={`ink-${t.kind}`}>
          {formatCount(t.count)} × {leafNames[t.kind]} {formatSize(t.size)}
        </b>
      ))}
    </span>
  );
};

const Pin = ({ row }: { readonly row: Row }) => {
  const { measures, answer } = row;
  const device = answer?.solution.device;
  return (
    <section className="pin" aria-label={`Pinned: ${row.name}`}>
      <header>
        <h3>
          {row.name}
          <small>{row.group === 'kernels' ? '' : row.note}</small>
        </h3>
        <Counts row={row} />
      </header>
      {measures.ok && device !== undefined ? (
        <SmallZipper
          device={device}
          signature={`${device.mapping.start}|${device.mapping.pa}|${answer?.scenario.machine.kernel}|${stripSignature(measures, measures.length)}`}
          label={`Zipper of ${row.name}: ${leavesOf(measures)}`}
        />
      ) : (
        <p className="zipper note">
          {measures.ok ? 'Not device memory: no leaves to show.' : measures.reason}
        </p>
      )}
    </section>
  );
};

/** The pinned rows' zippers, side by side. */
export const Pinned = ({ rows }: { readonly rows: readonly Row[] }) => (
  <section className="pins" aria-labelledby="pins-title">
    <header>
      <h2 id="pins-title">Pinned, side by side</h2>
      <p className="note keys">Enter: open in Map, P: pin, B: baseline, C: copy the table</p>
    </header>
    {rows.length === 0 ? (
      <p className="note">Tick up to two rows to see their zippers here.</p>
    ) : (
      <div className="pair">
        {rows.map(row => (
          <Pin key={row.id} row={row} />
        ))}
      </div>
    )}
  </section>
);
