import { useDeferredValue, useMemo } from 'react';
import { diagnose } from '../../src/diagnose/diagnose.ts';
import { headline } from '../../src/diagnose/words.ts';
import { readIntake } from '../../src/intake/intake.ts';
import { toLines } from '../../src/intake/line.ts';
import { defaultScenario } from '../../src/scenario/scenario.ts';
import { joinParts } from '../scenario/parts.ts';
import { withDiagnose } from '../scenario/view.ts';
import { hashOf } from '../state/links.ts';
import { useApp } from '../state/store.ts';
import { Spoken } from '../ui/Spoken.tsx';
import { Answer } from './Answer.tsx';
import './diagnose.css';
import type { LineMark } from './excerpt.ts';
import { Add, type Placed, Samples, Texts } from './Given.tsx';
import { Collect } from './Recipes.tsx';
import { Said } from './Said.tsx';
import { Unread } from './Unread.tsx';

/** What a real machine prints, judged. */
export const DiagnoseScreen = () => {
  const view = useApp(s => s.scenario.view.diagnose);
  // A long paste takes a moment to read: what was typed shows first.
  const texts = useDeferredValue(view.texts);
  const intake = useMemo(() => readIntake(joinParts(texts)), [texts]);
  const placed = useMemo((): readonly Placed[] => {
    let first = 1;
    return texts.map(given => {
      const { lines } = toLines(given.text);
      const own = lines.at(-1) === '' ? lines.slice(0, -1) : lines;
      const at = first;
      first += own.length;
      return { given, first: at, lines: own };
    });
  }, [texts]);
  const diagnosis = useMemo(
    () =>
      diagnose(intake, {
        kernel: view.kernel,
        arch: view.arch,
        thp: view.thp,
        faults: view.faults,
        vmPteKib: view.vmPteKib,
        pairings: view.pairings,
      }),
    [intake, view.kernel, view.arch, view.thp, view.faults, view.vmPteKib, view.pairings],
  );
  const marks = useMemo(() => {
    const found = new Map<number, LineMark>();
    for (const p of intake.problems) found.set(p.line, 'bad');
    for (const d of intake.devices) if (d.bars.length > 0) found.set(d.line, 'bar');
    for (const c of diagnosis.rows.flatMap(r => r.candidates)) found.set(c.line, 'bar');
    for (const r of diagnosis.rows) found.set(r.line, r.verdict === 'bad' ? 'row-bad' : 'row');
    return found;
  }, [intake, diagnosis]);
  const empty = texts.length === 0;
  const travels = useMemo(
    () => hashOf(withDiagnose({ texts })(defaultScenario)).includes('&paste='),
    [texts],
  );
  return (
    <main className={empty ? 'diagnose' : 'diagnose answered'} tabIndex={-1}>
      <div className="intro">
        <h2>What a real machine prints, judged</h2>
        <p className="note">
          Paste or drop maps, lspci -vv, iomem, sysfs resource, traces, dmesg, in any order. Nothing leaves
          this page.
        </p>
      </div>
      <div className="given">
        {!empty && <Texts texts={placed} all={intake.given} marks={marks} />}
        <Add empty={empty} />
        {!empty && !travels && (
          <p className="note">
            The texts are too long for a link: it carries what you said beside them only.
          </p>
        )}
        {empty && <Samples />}
        {!empty && <Said kernel={diagnosis.kernel} arch={diagnosis.arch} thp={diagnosis.thp} />}
        {!empty && <Unread intake={intake} texts={placed} />}
        {!empty && <Collect open={false} />}
      </div>
      <div className="answer">
        {empty ? <Collect open /> : <Answer intake={intake} diagnosis={diagnosis} />}
      </div>
      <Spoken text={empty ? '' : headline(diagnosis)} />
    </main>
  );
};
