import { tally } from '../../src/leaves/words.ts';
import { formatAddress } from '../../src/text.ts';
import { spokenVerdict } from '../scenario/words.ts';
import { canRead, loadCodec } from '../state/codec.ts';
import { hashOf, readHash } from '../state/links.ts';
import { eventsOf, solutionOf } from '../state/solution.ts';
import { app, show } from '../state/store.ts';
import { type Ask, PROTOCOL, partyOf, readAsk, type Said, type State } from './messages.ts';

/** What is shown now, as the embedding page is told. */
const stateNow = (): State => {
  const { scenario, problems } = app.getState();
  const solution = solutionOf(scenario);
  const { placement, device } = solution;
  return {
    link: hashOf(scenario),
    text: spokenVerdict(scenario, solution, eventsOf(scenario)),
    start: placement.ok ? formatAddress(placement.start) : null,
    leaves: tally(device?.leaves ?? []).map(({ kind, size, count }) => ({ kind, size, count })),
    faults: device?.faults ?? null,
    problems: problems.map(({ field, reason, used }) => ({ field, reason, used })),
  };
};

/** So many questions may wait for the codec of address spaces. */
const MOST_WAITING = 64;

/**
 * Talks with the page around this one: with the window that holds it, and only where that is of the origin named in
 * the address of this page. Does nothing where there is no such page.
 */
export const startTalk = (): void => {
  const { parent } = window;
  const party = partyOf(window.location.href);
  if (parent === window || party === undefined) return;
  const say = (said: Said): void => parent.postMessage(said, party.address);

  /** Set while a question of the other side is carried out: what it changes is the answer, and no news. */
  let obeying = false;
  let waiting = 0;
  /** Questions are taken one after the other, in the order in which they came. */
  let last = Promise.resolve();
  const take = async (ask: Ask): Promise<void> => {
    if (ask.type === 'set') {
      if (!canRead(ask.link)) await loadCodec();
      obeying = true;
      try {
        show(readHash(ask.link));
      } finally {
        obeying = false;
      }
    }
    say({ hugemap: PROTOCOL, type: 'answer', id: ask.id, state: stateNow() });
  };
  window.addEventListener('message', event => {
    if (event.source !== parent || !party.origins.includes(event.origin)) return;
    const read = readAsk(event.data);
    if (read === undefined) return;
    if (!read.ok) {
      say({ hugemap: PROTOCOL, type: 'refused', id: read.id, reason: read.reason });
      return;
    }
    const { ask } = read;
    const refuse = (reason: string): void => say({ hugemap: PROTOCOL, type: 'refused', id: ask.id, reason });
    if (waiting >= MOST_WAITING) {
      refuse('too many questions at once');
      return;
    }
    waiting++;
    last = last
      .then(() => take(ask))
      .catch(() => refuse('a part of the page did not load'))
      .finally(() => {
        waiting--;
      });
  });

  let telling = false;
  const tell = (): void => {
    telling = false;
    say({
      hugemap: PROTOCOL,
      type: 'changed',
      moving: app.getState().dragFrom !== undefined,
      state: stateNow(),
    });
  };
  app.subscribe((now, before) => {
    if (obeying || (now.scenario === before.scenario && now.dragFrom === before.dragFrom)) return;
    // A drag makes more steps than there are frames.
    if (!telling) requestAnimationFrame(tell);
    telling = true;
  });
  say({ hugemap: PROTOCOL, type: 'ready', state: stateNow() });
};
