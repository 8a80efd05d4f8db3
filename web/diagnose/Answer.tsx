import { useId, useMemo, useState } from 'react';
import type { Diagnosis, DiagnosisRow, Fix, Verdict } from '../../src/diagnose/diagnosis.ts';
import { diagnosisPicture } from '../../src/diagnose/report.ts';
import { scenarioOf, whyNotOnMap } from '../../src/diagnose/scenarioOf.ts';
import {
  askText,
  causePieces,
  checkPieces,
  checkScriptText,
  columnText,
  commonCausePieces,
  countText,
  disagreementText,
  dumpText,
  faultsText,
  fixHead,
  fixPieces,
  headline,
  leavesBest,
  leavesNow,
  nearestPieces,
  physicalPieces,
  publicTestText,
  qemuText,
  rowName,
  searchesLeftText,
  searchText,
  testLogText,
  totalsPieces,
  verdictWords,
} from '../../src/diagnose/words.ts';
import type { Intake } from '../../src/intake/intake.ts';
import { tally } from '../../src/leaves/words.ts';
import type { GivenPairing } from '../../src/scenario/scenario.ts';
import { formatAddress, formatCount, formatSize } from '../../src/text.ts';
import { withDiagnose } from '../scenario/view.ts';
import { app, useApp } from '../state/store.ts';
import { type Piece, Pieces, plain } from '../ui/Pieces.tsx';
import { SmallZipper } from '../ui/SmallZipper.tsx';
import { Bars } from './Bars.tsx';
import { copy } from './Copyable.tsx';
import { Recipes } from './Recipes.tsx';

/** A verdict with its mark: red only where it says why not. */
const Mark = ({ verdict }: { readonly verdict: Verdict }) => (
  <span className={verdict === 'bad' ? 'red' : undefined}>
    <span aria-hidden="true">{{ good: '✓', better: '△', bad: '✕', unknown: '?' }[verdict]} </span>
    {verdictWords[verdict]}
  </span>
);

/** Which BAR a mapping shows, where several fit or the reader says so. */
const Pairing = ({ row }: { readonly row: DiagnosisRow }) => {
  const id = useId();
  const pairings = useApp(s => s.scenario.view.diagnose.pairings);
  const numbered = row.candidates.filter(c => c.bar !== undefined);
  const chosen = pairings.find(p => p.line === row.line);
  if (numbered.length === 0 || (numbered.length === 1 && chosen === undefined)) return null;
  const keyOf = (p: { readonly address: string; readonly bar: number | undefined }): string =>
    `${p.address}/${p.bar}`;
  const choose = (key: string): void => {
    const found = numbered.find(c => keyOf(c) === key);
    const rest = pairings.filter(p => p.line !== row.line);
    const pairing: readonly GivenPairing[] =
      found?.bar === undefined ? [] : [{ line: row.line, address: found.address, bar: found.bar }];
    app.getState().change(withDiagnose({ pairings: [...rest, ...pairing] }), 'done');
  };
  return (
    <div className="field pairing">
      <label htmlFor={id}>It shows</label>
      <select
        id={id}
        value={chosen === undefined ? '' : keyOf(chosen)}
        onChange={e => choose(e.target.value)}
      >
        <option value="">
          {numbered.length > 1 ? `one of ${numbered.length} BARs that fit` : 'as read'}
        </option>
        {numbered.map(c => (
          <option key={keyOf(c)} value={keyOf(c)}>
            {c.address} BAR {c.bar}, {formatSize(c.size)} at {formatAddress(c.base)}
          </option>
        ))}
      </select>
    </div>
  );
};

const kindsOf = (row: DiagnosisRow) => ({
  now: tally(row.answer?.leaves ?? [])[0]?.kind,
  best: tally(row.ideal?.runs ?? [])[0]?.kind,
});

/** Puts a row's mapping on the Map. */
const openRow = (intake: Intake, diagnosis: Diagnosis, row: DiagnosisRow): void => {
  const scenario = scenarioOf(intake, diagnosis, row, 'pasted maps');
  if (scenario === undefined) return;
  app
    .getState()
    .change(
      s => ({ ...scenario, view: { ...s.view, screen: 'map', map: { ...scenario.view.map } } }),
      'done',
    );
};

const Line = ({ of, className }: { readonly of: readonly Piece[]; readonly className?: string }) =>
  plain(of) === '' ? null : (
    <p className={className}>
      <Pieces of={of} />
    </p>
  );

const textPieces = (text: string): readonly Piece[] => [text];

/** One device mapping, judged. */
const Row = ({
  row,
  intake,
  diagnosis,
}: {
  readonly row: DiagnosisRow;
  readonly intake: Intake;
  readonly diagnosis: Diagnosis;
}) => {
  const id = useId();
  const { answer } = row;
  const best = leavesBest(row);
  const kinds = kindsOf(row);
  const name = rowName(row);
  // Cheap, where the Scenario itself copies the address space.
  const offMap = whyNotOnMap(row);
  const aside = [
    row.column.value === 0 ? '' : columnText(row),
    checkScriptText(row),
    publicTestText(row),
    testLogText(row),
    faultsText(row),
    dumpText(row),
    qemuText(row),
  ].filter(t => t !== '');
  const nearest = nearestPieces(row);
  return (
    <li className="mapping" aria-labelledby={id}>
      <div className="who">
        <h3 id={id}>
          {name}
          <small>{formatSize(row.length)}</small>
        </h3>
        <p className="note">{[row.device, row.deviceName].filter(Boolean).join(' ') || 'device not known'}</p>
        <code>VA {formatAddress(row.start)}</code>
        {row.physical.kind === 'bar' || row.physical.kind === 'column' ? (
          <code>PA {formatAddress(row.physical.pa)}</code>
        ) : (
          <p className="note">
            PA <Pieces of={physicalPieces(row)} />
          </p>
        )}
        {row.offset !== undefined && row.offset > 0 && (
          <code>offset {formatSize(row.offset)} in the BAR</code>
        )}
        <p className={`leaves ${kinds.now === undefined ? '' : `ink-${kinds.now}`}`}>{leavesNow(row)}</p>
        {best !== undefined && <p className={`could ink-${kinds.best}`}>could be {best}</p>}
        {answer !== undefined && (
          <p className="note">
            {formatCount(answer.faults)} {answer.faults === 1 ? 'fault' : 'faults'},{' '}
            {formatSize(answer.cost.tableBytes)} of page tables
            {best !== undefined &&
              row.ideal !== undefined &&
              `; best ${formatCount(row.ideal.cost.faults)}, ${formatSize(row.ideal.cost.tableBytes)}`}
          </p>
        )}
      </div>
      {answer === undefined ? (
        <p className="note">No picture without a physical address.</p>
      ) : (
        <SmallZipper
          device={answer}
          signature={`${answer.mapping.start}|${answer.mapping.pa}|${answer.mapping.end}|${diagnosis.kernel.value}|${diagnosis.arch.value}|${diagnosis.thp.value}`}
          label={`Zipper of ${name}: ${leavesNow(row)}`}
          about={kinds.best}
          jaw={26}
        />
      )}
      <div className="why">
        <p>
          <Mark verdict={row.verdict} />
        </p>
        <Line of={causePieces(row, diagnosis)} />
        {plain(nearest) !== '' && (
          <p>
            <span className="note">Nearest start that fits, below: </span>
            <Pieces of={nearest} />
          </p>
        )}
        {aside.map(text => (
          <p key={text} className="note">
            {text}
          </p>
        ))}
        <Pairing row={row} />
        {offMap === undefined && (
          <button
            type="button"
            className="link open"
            aria-label={`Open in Map: ${name}`}
            onClick={() => openRow(intake, diagnosis, row)}
          >
            Open in Map
          </button>
        )}
        {offMap !== undefined && offMap !== '' && <p className="aside">{offMap}</p>}
      </div>
    </li>
  );
};

/** Fixes under their heads, in order: a place to make them is named once. */
const headed = (fixes: readonly Fix[]): readonly (readonly [head: string, fixes: readonly Fix[]])[] => {
  const byHead = new Map<string, Fix[]>();
  for (const fix of fixes) {
    const head = fixHead(fix);
    const known = byHead.get(head);
    if (known === undefined) byHead.set(head, [fix]);
    else known.push(fix);
  }
  return [...byHead];
};

/** The fixes that all rows share, or those of the worst row: where to make them and what they give. */
const Fixes = ({ diagnosis }: { readonly diagnosis: Diagnosis }) => {
  const rows = diagnosis.rows.filter(r => r.fixes.length > 0);
  if (rows.length === 0) return null;
  const [worst] = rows;
  const shown = diagnosis.commonCause === 'congruence' || rows.length === 1 ? rows.slice(0, 1) : rows;
  const common = commonCausePieces(diagnosis);
  const largest =
    shown.length === 1
      ? rows.reduce(
          (a, b) => ((b.answer?.faults ?? 0) > (a.answer?.faults ?? 0) ? b : a),
          worst ?? (rows[0] as DiagnosisRow),
        )
      : undefined;
  return (
    <section className="fixes" aria-label="Cause and fix">
      <dl>
        {plain(common) !== '' && (
          <>
            <dt>Cause</dt>
            <dd>
              <Pieces of={common} />
            </dd>
          </>
        )}
        {(largest === undefined ? shown : [largest]).flatMap(row => [
          ...headed(row.fixes).map(([head, fixes]) => (
            <div key={`${row.key} ${head}`} className="fix">
              <dt>{head}</dt>
              {fixes.map(fix => (
                <dd key={plain(fixPieces(fix))}>
                  {rows.length > 1 && `${rowName(row)}: `}
                  <Pieces of={fixPieces(fix)} />
                </dd>
              ))}
            </div>
          )),
          plain(checkPieces(row)) === '' ? null : (
            <div key={`${row.key} check`} className="fix">
              <dt>Check it</dt>
              <dd>
                <Pieces of={checkPieces(row)} />
              </dd>
            </div>
          ),
        ])}
      </dl>
    </section>
  );
};

const Checks = ({ diagnosis }: { readonly diagnosis: Diagnosis }) => {
  const asks = diagnosis.asks.map(askText);
  const disagreements = diagnosis.disagreements.map(disagreementText);
  const held = [
    ...diagnosis.counts.map(countText),
    ...diagnosis.searches.slice(0, 50).map(searchText),
    searchesLeftText(diagnosis),
  ].filter(t => t !== '');
  const lists: readonly (readonly [string, readonly string[]])[] = [
    ['What would settle the rest', asks],
    ['Where the inputs disagree', disagreements],
    ['Held against what was measured', held],
  ];
  return lists.map(([title, texts]) =>
    texts.length === 0 ? null : (
      <section key={title} className="checks">
        <h3>{title}</h3>
        <ul>
          {texts.map(text => (
            <li key={text}>
              <Pieces of={textPieces(text)} />
            </li>
          ))}
        </ul>
      </section>
    ),
  );
};

/** Rows as lspci lists the BARs, and along each BAR. */
const inOrder = (rows: readonly DiagnosisRow[]): DiagnosisRow[] =>
  [...rows].sort(
    (a, b) =>
      (a.device ?? '~').localeCompare(b.device ?? '~') ||
      (a.bar ?? 9) - (b.bar ?? 9) ||
      (a.offset ?? 0) - (b.offset ?? 0),
  );

/** A picture a row: more of them at once would keep the page busy for long. */
const AT_ONCE = 24;
const rank: Readonly<Record<Verdict, number>> = { bad: 0, better: 1, unknown: 2, good: 3 };

/** The mappings, some at a time: of very many the worst come first. */
const Rows = ({ intake, diagnosis }: { readonly intake: Intake; readonly diagnosis: Diagnosis }) => {
  const [more, setMore] = useState<{ readonly of: Diagnosis; readonly count: number }>();
  const count = more?.of === diagnosis ? more.count : AT_ONCE;
  const rows = useMemo(() => {
    const ordered = inOrder(diagnosis.rows);
    return ordered.length <= AT_ONCE ? ordered : ordered.sort((a, b) => rank[a.verdict] - rank[b.verdict]);
  }, [diagnosis]);
  if (rows.length === 0) return null;
  const left = rows.length - count;
  return (
    <div>
      <ol className="rows" aria-label="Device mappings">
        {rows.slice(0, count).map(row => (
          <Row key={row.key} row={row} intake={intake} diagnosis={diagnosis} />
        ))}
      </ol>
      {left > 0 && (
        <p className="row">
          <span>
            The worst {formatCount(count)} of {formatCount(rows.length)} mappings are shown.
          </span>
          <button
            type="button"
            className="button"
            onClick={() => setMore({ of: diagnosis, count: count + AT_ONCE })}
          >
            Show {formatCount(Math.min(left, AT_ONCE))} more
          </button>
        </p>
      )}
    </div>
  );
};

/** The answer: what is mapped how, why, and what would help. */
export const Answer = ({ intake, diagnosis }: { readonly intake: Intake; readonly diagnosis: Diagnosis }) => (
  <>
    <header className="summary">
      <h2 className={diagnosis.overall === 'bad' ? 'red' : undefined}>
        {diagnosis.overall === 'bad' && <span aria-hidden="true">✕ </span>}
        {headline(diagnosis)}
      </h2>
      <Line of={totalsPieces(diagnosis)} />
      {diagnosis.rows.length + diagnosis.bars.length > 0 && (
        <button
          type="button"
          className="button"
          onClick={() => void copy(diagnosisPicture(diagnosis), 'Plain text')}
        >
          Copy for mail
        </button>
      )}
    </header>
    <Rows intake={intake} diagnosis={diagnosis} />
    <Bars intake={intake} diagnosis={diagnosis} />
    <Fixes diagnosis={diagnosis} />
    <Checks diagnosis={diagnosis} />
    <Recipes intake={intake} diagnosis={diagnosis} />
  </>
);
