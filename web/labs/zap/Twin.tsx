import type { Decision } from '../../../src/zap/square.ts';
import type { Shown } from './race.ts';
import { badWords, stateWords, turnWords } from './words.ts';

const whereWords = ({ race }: Shown, { mapper, zapper }: Decision): string => {
  const done = (label: string | undefined): string => (label === undefined ? 'nothing' : `“${label}”`);
  return `mapper ${mapper} of ${race.mapper.length}, last ${done(race.mapper[mapper - 1]?.label)}; zapper ${zapper} of ${race.zapper.length}, last ${done(race.zapper[zapper - 1]?.label)}`;
};

/** The same as the pictures, in lists: the order turn by turn, and the steps after which the end is decided. */
export const Twin = ({ shown }: { readonly shown: Shown }) => {
  const { turns, race, played, square, at } = shown;
  const taken = { mapper: 0, zapper: 0 };
  const bad = badWords(square.root.ends);
  return (
    <div className="zap-twin">
      <details>
        <summary>The order as a list, {turns.length} turns</summary>
        <ol>
          {turns.map((who, i) => {
            const step = race[who][taken[who]++];
            const state = played.states[i + 1];
            return (
              // biome-ignore lint/suspicious/noArrayIndexKey: a turn is its place in the order
              <li key={i} aria-current={i + 1 === at ? 'step' : undefined}>
                <b>{turnWords(who, step)}</b>
                {state && <span className="note">: {stateWords(state)}</span>}
                {shown.told?.turn === i && shown.told.ending !== 'good' && (
                  <span className="red"> ✕ here it goes wrong</span>
                )}
              </li>
            );
          })}
        </ol>
      </details>
      <details>
        <summary>The steps that decide, {square.decisions.length}</summary>
        {square.decisions.length === 0 ? (
          <p className="note">None: whatever the order, it ends the same way.</p>
        ) : (
          <table>
            <thead>
              <tr>
                <th scope="col">Done before</th>
                <th scope="col">Step</th>
                <th scope="col">From then on</th>
                <th scope="col">Orders</th>
              </tr>
            </thead>
            <tbody>
              {square.decisions.map(d => (
                <tr key={`${d.mapper} ${d.zapper} ${d.who} ${d.becomes}`}>
                  <td>{whereWords(shown, d)}</td>
                  <td>{turnWords(d.who, race[d.who][d[d.who]])}</td>
                  <td className={d.becomes === 'bad' ? 'red' : undefined}>
                    {d.becomes === 'bad' ? `✕ only ${bad}` : 'only well'}
                  </td>
                  <td className="count">{d.orders}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </details>
    </div>
  );
};
