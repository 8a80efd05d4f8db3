import { useEffect, useId, useMemo, useRef, useState } from 'react';
import { type Intake, MAX_INTAKE, readIntake } from '../../src/intake/intake.ts';
import { formatAddress, formatCount, formatSize } from '../../src/text.ts';
import { app, useApp } from '../state/store.ts';
import { Dialog } from '../ui/Dialog.tsx';
import { type BarChoice, barChoices, largestBar, withIntake } from './choose.ts';
import './intake.css';

/** Reading waits until typing rests. A paste of 65,530 lines takes a moment. */
const REST_MS = 150;
const SHOWN_PROBLEMS = 200;

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

const Problems = ({ intake }: { readonly intake: Intake }) => {
  const { problems } = intake;
  if (problems.length === 0) return null;
  return (
    <div className="problems">
      <h3>
        <span aria-hidden="true">✕ </span>
        {plural(problems.length, 'line')} not read
      </h3>
      <ol>
        {problems.slice(0, SHOWN_PROBLEMS).map((p, i) => (
          <li key={`${p.line}:${i}`}>
            <span className="line">line {formatCount(p.line)}</span>
            <span className="why">{p.reason}</span>
            <code>{p.text}</code>
          </li>
        ))}
      </ol>
      {problems.length > SHOWN_PROBLEMS && (
        <p className="note">and {formatCount(problems.length - SHOWN_PROBLEMS)} more</p>
      )}
    </div>
  );
};

const Notes = ({ intake }: { readonly intake: Intake }) =>
  intake.notes.length === 0 ? null : (
    <ul className="notes">
      {intake.notes.slice(0, 12).map((n, i) => (
        <li key={`${n.line}:${i}`}>
          {n.line > 0 && `Line ${formatCount(n.line)}: `}
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
  const file = useRef<HTMLInputElement>(null);
  const id = useId();
  const [text, setText] = useState('');
  const [name, setName] = useState('');
  const [trouble, setTrouble] = useState('');
  const [picked, setPicked] = useState<string>();
  const timer = useRef<number>(undefined);

  const readSoon = (): void => {
    window.clearTimeout(timer.current);
    timer.current = window.setTimeout(() => setText(box.current?.value ?? ''), REST_MS);
  };
  const add = (more: string): void => {
    const area = box.current;
    if (area === null) return;
    const before = area.value;
    area.value = before === '' || before.endsWith('\n') ? before + more : `${before}\n${more}`;
    setText(area.value);
  };
  const addFiles = async (files: readonly File[]): Promise<void> => {
    for (const f of files) {
      if (f.size > MAX_INTAKE) {
        setTrouble(`${f.name} has ${formatSize(f.size)}: above 32 MiB nothing is read.`);
        continue;
      }
      add(await f.text());
      setName(old => (old === '' ? f.name : old));
    }
  };

  // biome-ignore lint/correctness/useExhaustiveDependencies: add() reads the text area only
  useEffect(() => {
    if (dropped.length === 0) return;
    for (const d of dropped) {
      add(d.text);
      if (d.name !== '') setName(old => (old === '' ? d.name : old));
    }
    app.getState().takeDropped();
  }, [dropped]);

  const intake = useMemo(() => (text.trim() === '' ? undefined : readIntake(text)), [text]);
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
        <code>/proc/PID/maps</code>, <code>lspci -vv</code>, a sysfs <code>resource</code> file, or several
        one after the other. It stays in this page.
      </p>
      <label className="visually-hidden" htmlFor={id}>
        Text of maps, lspci or resource
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
      />
      <div className="row">
        <button type="button" className="button" onClick={() => file.current?.click()}>
          Choose files…
        </button>
        <span className="note">or drop them anywhere on the page</span>
        <input
          ref={file}
          type="file"
          multiple
          hidden
          onChange={e => {
            const { files } = e.target;
            void addFiles(files === null ? [] : [...files]);
            e.target.value = '';
          }}
        />
        <button
          type="button"
          className="button quiet"
          onClick={() => {
            if (box.current) box.current.value = '';
            setText('');
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
          <Problems intake={intake} />
          <Notes intake={intake} />
        </div>
      )}
      <footer>
        <button type="button" className="button" onClick={close}>
          Change nothing
        </button>
        <button type="button" className="button strong" disabled={!usable} onClick={use}>
          {intake !== undefined && intake.problems.length > 0
            ? `Use the ${formatCount(good)} good ${good === 1 ? 'line' : 'lines'}`
            : 'Use'}
        </button>
      </footer>
    </Dialog>
  );
};
