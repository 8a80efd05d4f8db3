import type { Command } from '../state/commands.ts';

/**
 * The commands that go through the presets of a lab, found by name: `at` is the number of the one shown, below 0 where
 * none is; after the last comes the first. `what` names one of them.
 */
export const presetCommands = (
  what: string,
  count: number,
  at: () => number,
  choose: (index: number) => void,
): readonly Command[] => {
  const go = (by: 1 | -1) => (): void => {
    const from = at();
    // Where none is shown the next is the first, and the one before is the last.
    choose(from < 0 ? (by > 0 ? 0 : count - 1) : (from + by + count) % count);
  };
  const command = (label: string, run: () => void): Command => ({
    group: 'Lab',
    label,
    keys: [],
    shown: '',
    run,
  });
  return [command(`Next ${what}`, go(1)), command(`Previous ${what}`, go(-1))];
};
