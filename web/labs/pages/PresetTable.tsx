import { type KeyboardEvent, memo, useRef } from 'react';
import { type CounterId, counterOf, countOn, judge, truth } from '../../../src/memmap/counters.ts';
import { presets } from '../../../src/memmap/presets.ts';
import type { Case } from '../../../src/memmap/search.ts';
import { type Setup, writeSetup } from '../../../src/memmap/setup.ts';
import { formatCount } from '../../../src/text.ts';
import { toCase } from './state.ts';
import { shortNames } from './words.ts';

/** V4 and V5 are one rule, and one column. */
const columns: readonly CounterId[] = ['V1', 'V2', 'V3', 'V3fixed', 'V5', 'J1', 'J2', 'J3'];

const answersOf = ({ layout, pfns }: Case) => ({
  right: truth(pfns),
  answers: columns.map(id => {
    const { answer } = countOn(counterOf(id), layout, pfns);
    return { id, answer, judged: judge(answer, pfns) };
  }),
});

const rows = presets.map(preset => ({ preset, ...answersOf(preset) }));

const Answers = ({ right, answers }: ReturnType<typeof answersOf>) => (
  <>
    <td>{formatCount(right)}</td>
    {answers.map(({ id, answer, judged }) => (
      <td key={id} data-judged={judged}>
        {judged === 'exact' ? (
          formatCount(answer)
        ) : (
          <>
            <span className="boxed">{formatCount(answer)}</span>
            <span className="visually-hidden">{judged === 'unsafe' ? ' too long' : ' short'}</span>
          </>
        )}
      </td>
    ))}
  </>
);

/** The cases that were argued about, with every counter's answer; one of them, or another, is the one shown. */
export const PresetTable = memo(
  ({ setup, pfns }: { readonly setup: Setup; readonly pfns: readonly number[] }) => {
    const body = useRef<HTMLTableSectionElement>(null);
    const shown = writeSetup(setup);
    const isPreset = presets.some(p => p.id === shown);
    const press = (e: KeyboardEvent): void => {
      const buttons = [...(body.current?.querySelectorAll('button') ?? [])];
      const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
      const to: Readonly<Record<string, number>> = {
        ArrowDown: at + 1,
        ArrowUp: at - 1,
        Home: 0,
        End: buttons.length - 1,
      };
      const next = to[e.key];
      if (next === undefined || at < 0) return;
      e.preventDefault();
      buttons[Math.min(Math.max(next, 0), buttons.length - 1)]?.focus();
    };
    return (
      <section aria-labelledby="cases-head" className="cases">
        <h3 id="cases-head">{presets.length} layouts, nine counters</h3>
        <p className="note">
          Length accepted. Boxed and red: longer than the truth, unsafe. Grey: short but safe.
        </p>
        <table>
          <thead>
            <tr>
              <th scope="col" className="col-case">
                Case
              </th>
              <th scope="col">truth</th>
              {columns.map(id => (
                <th key={id} scope="col" title={counterOf(id).title}>
                  {id === 'V5' ? 'V4, V5' : shortNames[id]}
                </th>
              ))}
            </tr>
          </thead>
          <tbody ref={body} onKeyDown={press}>
            {rows.map(({ preset, ...found }, i) => {
              const on = preset.id === shown;
              return (
                <tr key={preset.id} className={on ? 'on' : ''} onClick={() => toCase(preset.id)}>
                  <th scope="row" className="col-case">
                    <button
                      type="button"
                      aria-pressed={on}
                      tabIndex={on || (!isPreset && i === 0) ? 0 : -1}
                      title={preset.about}
                    >
                      <b>{preset.id}</b> {preset.title}
                    </button>
                  </th>
                  <Answers {...found} />
                </tr>
              );
            })}
          </tbody>
          {!isPreset && (
            <tbody>
              <tr className={pfns.length < 10_000 ? 'on' : 'on long'}>
                <th scope="row" className="col-case">
                  <span>
                    <b>Yours</b> {pfns.length < 10_000 && 'as built below'}
                  </span>
                </th>
                <Answers {...answersOf({ layout: setup.layout, pfns })} />
              </tr>
            </tbody>
          )}
        </table>
      </section>
    );
  },
);
