import { useEffect, useId, useMemo, useRef, useState } from 'react';
import { type BarChoice, barChoices, largestBar, withIntake } from '../../src/intake/choose.ts';
import { type Intake, readIntake } from '../../src/intake/intake.ts';
import { formatAddress, formatCount, formatSize } from '../../src/text.ts';
import { countLines, joinParts, locate, type Part } from '../scenario/parts.ts';
import { app, useApp } from '../state/store.ts';
import { Dialog } from '../ui/Dialog.tsx';
import { TextFiles } from '../ui/TextFiles.tsx';
import './intake.css';

/** Reading waits until typing rests. A paste of 65,530 lines takes a moment. */
const REST_MS = 150;
const SHOWN_PROBLEMS = 200;
const SHOWN_NOTES = 12;
/** A text area takes longer than this to lay out than the engine to read: longer pastes stand beside it. */
const TYPED = 200_000;

const PASTED = 'pasted text';

const plural = (n: number, one: string, many = `${one}s`): string =>
  `${formatCount(n)} ${n === 1 ? one : many}`;

const Bars = ({
  choices,
  chosen,
  onChoose,
}: {
  readonly choices: readonly BarChoice[];
  readonly chosen: string | undefined;
  readonly onChoose: (key: string) => void;
}) => {
  const name = useId();
  return (
    <fieldset className="bars">
      <legend>Which BAR is mapped?</legend>
      {choices.map(c => (
        <label key={c.key} className={c.problem === undefined ? '' : 'off'}>
          <input
            type="radio"
            name={name}
            checked={chosen === c.key}
            disabled={c.problem !== undefined}
            onChange={() => onChoose(c.key)}
          />
          <span>
            <b>BAR {c.bar.index}</b> <code>{formatAddress(c.bar.base)}</code> {formatSize(c.bar.size)}
            {c.bar.prefetchable && ', prefetchable'}
            <small>
              {c.problem ?? [c.device.address, c.device.name, c.device.driver].filter(Boolean).join(' · ')}
            </small>
          </span>
        </label>
      ))}
    </fieldset>
  );
};

type Where = (line: number) => { readonly name: string; readonly line: number };

const Problems = ({ intake, where }: { readonly intake: Intake; readonly where: Where }) => {
  const problems = intake.problems
    .slice(0, SHOWN_PROBLEMS)
    .map((p, i) => ({ ...p, ...where(p.line), key: i }));
  const count = intake.problems.length;
  if (problems.length === 0) return null;
  return (
    <div className="problems">
      <h3>
        <span aria-hidden="true">✕ </span>
        {plural(intake.unread, 'line')} not read
      </h3>
      {(intake.vmas?.length ?? 0) > 0 && (
        <p className="note">The address ranges of lines that were not read count as free.</p>
      )}
      <ol>
        {problems.map(p => (
          <li key={p.key}>
            <span className="line">line {formatCount(p.line)}</span>
            <span className="why">
              {p.reason}
              {p.name !== '' && <span className="of"> (in {p.name})</span>}
            </span>
            <code>{p.text}</code>
          </li>
        ))}
      </ol>
      {count > SHOWN_PROBLEMS && <p className="note">and {formatCount(count - SHOWN_PROBLEMS)} more</p>}
    </div>
  );
};

const Notes = ({ intake, where }: { readonly intake: Intake; readonly where: Where }) => {
  const notes = intake.notes.slice(0, SHOWN_NOTES).map((n, i) => ({ ...n, ...where(n.line), key: i }));
  if (notes.length === 0) return null;
  return (
    <ul className="notes">
      {notes.map(n => (
        <li key={n.key}>
          {n.line > 0 && `Line ${formatCount(n.line)}${n.name === '' ? '' : ` of ${n.name}`}: `}
          {n.reason}
          {n.text !== '' && (
            <>
              {' '}
              <code>{n.text}</code>
            </>
          )}
        </li>
      ))}
    </ul>
  );
};

const Understood = ({
  intake,
  choices,
}: {
  readonly intake: Intake;
  readonly choices: readonly BarChoice[];
}) => (
  <p className="understood" role="status">
    {intake.vmas !== undefined && <b>{plural(intake.vmas.length, 'VMA')}</b>}
    {intake.vmas !== undefined && intake.devices.length > 0 && ', '}
    {intake.devices.length > 0 && (
      <b>
        {plural(intake.devices.length, 'device')} with {plural(choices.length, 'BAR')}
      </b>
    )}
    {intake.vmas === undefined && intake.devices.length === 0 && 'Nothing that can be used was found.'}
    {intake.mmapBaseGuess !== undefined && (
      <>
        , mmap_base <code>{formatAddress(intake.mmapBaseGuess)}</code>
      </>
    )}
  </p>
);

/** Paste or drop what a machine prints; nothing changes until it is used, and nothing leaves the page. */
export const IntakeDialog = () => {
  const open = useApp(s => s.dialog === 'intake');
  const dropped = useApp(s => s.dropped);
  const box = useRef<HTMLTextAreaElement>(null);
  const id = useId();
  const [typed, setTyped] = useState('');
  const [files, setFiles] = useState<readonly (Part & { readonly lines: number })[]>([]);
  const [name, setName] = useState('');
  const [trouble, setTrouble] = useState('');
  const [picked, setPicked] = useState<string>();
  const timer = useRef<number>(undefined);

  const readSoon = (): void => {
    window.clearTimeout(timer.current);
    timer.current = window.setTimeout(() => setTyped(box.current?.value ?? ''), REST_MS);
  };
  const add = (parts: readonly Part[]): void => {
    setFiles(old => [...old, ...parts.map(p => ({ ...p, lines: countLines(p.text) }))]);
    const named = parts.find(p => p.name !== '' && p.name !== PASTED);
    if (named !== undefined) setName(old => (old === '' ? named.name : old));
  };

  // biome-ignore lint/correctness/useExhaustiveDependencies: add() only appends
  useEffect(() => {
    if (dropped.length === 0) return;
    add(dropped.map(d => (d.name === '' ? { ...d, name: PASTED } : d)));
    app.getState().takeDropped();
  }, [dropped]);

  const parts = useMemo(
    () => [...(typed.trim() === '' ? [] : [{ name: '', text: typed, lines: countLines(typed) }]), ...files],
    [typed, files],
  );
  const where: Where = line =>
    parts.length > 1 && line > 0 ? locate(parts, line) : { name: parts[0]?.name ?? '', line };
  const intake = useMemo(() => (parts.length === 0 ? undefined : readIntake(joinParts(parts))), [parts]);
  const choices = useMemo(() => (intake === undefined ? [] : barChoices(intake)), [intake]);
  const chosen = choices.find(c => c.key === picked && c.problem === undefined) ?? largestBar(choices);
  const usable = intake !== undefined && ((intake.vmas?.length ?? 0) > 0 || chosen !== undefined);
  const good = (intake?.vmas?.length ?? 0) + (chosen === undefined ? 0 : choices.length);
  const close = (): void => app.getState().open(undefined);
  const use = (): void => {
    if (intake === undefined) return;
    app.getState().change(withIntake({ intake, name, bar: chosen }), 'done');
    close();
  };

  return (
    <Dialog title="Paste what a machine prints" open={open} onClose={close} className="intake">
      <p className="note">
        <code>/proc/PID/maps</code>, <code>lspci -vv</code>, <code>/proc/iomem</code>, a sysfs{' '}
        <code>resource</code> file, or several one after the other. It stays in this page.
      </p>
      <label className="visually-hidden" htmlFor={id}>
        Text of maps, lspci, iomem or resource
      </label>
      <textarea
        ref={box}
        id={id}
        rows={10}
        wrap="off"
        spellCheck={false}
        autoComplete="off"
        placeholder={
          '7ffe6cc54000-7ffeecc54000 rw-s 20000000000 00:0f 1057   /dev/vfio/17\n\n0000:01:00.0 VGA compatible controller …\n        Region 2: Memory at 3880000000 (64-bit, prefetchable) [size=2G]'
        }
        onChange={readSoon}
        onPaste={e => {
          const pasted = e.clipboardData.getData('text/plain');
          if (pasted.length <= TYPED) return;
          e.preventDefault();
          add([{ name: PASTED, text: pasted }]);
        }}
      />
      {files.length > 0 && (
        <ul className="files">
          {files.map(f => (
            <li key={`${f.name}:${f.text.length}`}>
              <b>{f.name}</b> <span className="note">{plural(f.lines, 'line')}</span>
              <button
                type="button"
                className="link"
                aria-label={`Remove ${f.name}`}
                onClick={() => setFiles(old => old.filter(o => o !== f))}
              >
                remove
              </button>
            </li>
          ))}
        </ul>
      )}
      <div className="row">
        <TextFiles
          onRead={read => {
            setTrouble(read.trouble);
            add(read.texts);
          }}
        />
        <span className="note">or drop them anywhere on the page</span>
        <button
          type="button"
          className="button quiet"
          onClick={() => {
            if (box.current) box.current.value = '';
            setTyped('');
            setFiles([]);
            setName('');
            setTrouble('');
          }}
        >
          Clear
        </button>
      </div>
      {trouble !== '' && <p className="bad">✕ {trouble}</p>}
      {intake !== undefined && (
        <div className="result">
          <Understood intake={intake} choices={choices} />
          {(intake.vmas?.length ?? 0) > 0 && (
            <div className="field">
              <label htmlFor={`${id}-name`}>Call it</label>
              <input
                id={`${id}-name`}
                type="text"
                maxLength={60}
                value={name}
                placeholder="pasted maps"
                onChange={e => setName(e.target.value)}
              />
            </div>
          )}
          {choices.length > 0 && <Bars choices={choices} chosen={chosen?.key} onChoose={setPicked} />}
          <Problems intake={intake} where={where} />
          <Notes intake={intake} where={where} />
        </div>
      )}
      <footer>
        <button type="button" className="button" onClick={close}>
          Change nothing
        </button>
        {(usable || intake === undefined) && (
          <button type="button" className="button strong" disabled={!usable} onClick={use}>
            {intake !== undefined && intake.problems.length > 0
              ? `Use the ${formatCount(good)} good ${good === 1 ? 'line' : 'lines'}`
              : 'Use'}
          </button>
        )}
      </footer>
    </Dialog>
  );
};
