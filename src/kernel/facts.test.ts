import { describe, expect, it } from 'vitest';
import { changeBehind, factChanges, factsOf, type KernelFacts } from './facts.ts';
import { parseKernelVersion } from './version.ts';

const parse = (text: string) => {
  const v = parseKernelVersion(text);
  if (!v) throw new Error(`not a version: ${text}`);
  return v;
};
const facts = (text: string): KernelFacts => factsOf(parse(text));

describe('which mappings get PMD alignment', () => {
  // Kernel, private anonymous, files without hook, flush to the top, offset of anonymous memory forced to 0.
  it.each<readonly [string, KernelFacts['anonAlign'], KernelFacts['unhookedAlign'], boolean, boolean]>([
    ['6.1.192', 'never', 'never', false, false],
    ['6.6', 'never', 'never', false, false],
    ['6.6.120', 'never', 'never', false, false],
    ['6.7-rc1', 'anyLength', 'never', false, false],
    ['6.7', 'anyLength', 'never', false, false],
    ['6.7.5', 'anyLength', 'never', false, false],
    ['6.7.6', 'anyLength', 'never', true, true],
    ['6.8-rc2', 'anyLength', 'never', false, false],
    ['6.8-rc3', 'anyLength', 'never', true, true],
    ['6.8', 'anyLength', 'never', true, true],
    ['6.9.12', 'anyLength', 'never', true, true],
    ['6.10-rc1', 'anyLength', 'anyLength', true, true],
    ['6.10', 'anyLength', 'anyLength', true, true],
    ['6.11', 'anyLength', 'anyLength', true, true],
    ['6.11.6', 'anyLength', 'anyLength', true, true],
    ['6.11.7', 'pmdMultiple', 'pmdMultiple', true, true],
    ['6.12-rc5', 'anyLength', 'anyLength', true, true],
    ['6.12-rc6', 'pmdMultiple', 'pmdMultiple', true, true],
    ['6.12', 'pmdMultiple', 'pmdMultiple', true, true],
    ['6.12.4', 'pmdMultiple', 'pmdMultiple', true, true],
    ['6.12.5', 'pmdMultipleNoHint', 'pmdMultipleNoHint', true, true],
    ['6.12.117', 'pmdMultipleNoHint', 'pmdMultipleNoHint', true, true],
    ['6.13-rc1', 'pmdMultipleNoHint', 'pmdMultipleNoHint', true, true],
    ['6.13-rc5', 'pmdMultipleNoHint', 'pmdMultipleNoHint', true, true],
    ['6.13-rc6', 'pmdMultipleNoHint', 'never', true, true],
    ['6.13', 'pmdMultipleNoHint', 'never', true, true],
    ['6.18', 'pmdMultipleNoHint', 'never', true, true],
    ['7.0', 'pmdMultipleNoHint', 'never', true, true],
    ['7.3', 'pmdMultipleNoHint', 'never', true, true],
    ['9.9', 'pmdMultipleNoHint', 'never', true, true],
  ])('%s', (kernel, anonAlign, unhookedAlign, thpFlushTop, anonPgoffZero) => {
    expect(facts(kernel)).toMatchObject({ anonAlign, unhookedAlign, thpFlushTop, anonPgoffZero });
  });
});

describe('what a fault on a vfio-pci mapping installs', () => {
  it.each<readonly [string, KernelFacts['faultEra']]>([
    ['4.19', 'premap'],
    ['5.7.19', 'premap'],
    ['5.8-rc1', 'fullRemap'],
    ['6.1.192', 'fullRemap'],
    ['6.9.10', 'fullRemap'],
    ['6.9.11', 'fullInsert'],
    ['6.10-rc1', 'perPage'],
    ['6.10-rc3', 'perPage'],
    ['6.10-rc4', 'fullInsert'],
    ['6.10', 'fullInsert'],
    ['6.11.11', 'fullInsert'],
    ['6.12-rc1', 'hugeExactNoPfn'],
    ['6.12', 'hugeExactNoPfn'],
    ['6.12.9', 'hugeExactNoPfn'],
    ['6.12.10', 'hugeExact'],
    ['6.12.28', 'hugeExact'],
    ['6.12.29', 'hugeAligned'],
    ['6.12.117', 'hugeAligned'],
    ['6.13-rc1', 'hugeExactNoPfn'],
    ['6.13-rc6', 'hugeExactNoPfn'],
    ['6.13-rc7', 'hugeExact'],
    ['6.13.12', 'hugeExact'],
    ['6.14.6', 'hugeExact'],
    ['6.14.7', 'hugeAligned'],
    ['6.15-rc5', 'hugeExact'],
    ['6.15-rc6', 'hugeAligned'],
    ['6.15', 'hugeAligned'],
    ['7.3', 'hugeAligned'],
  ])('%s: %s', (kernel, era) => {
    expect(facts(kernel).faultEra).toBe(era);
  });
});

describe('whether huge PFN leaves obey transparent_hugepage/enabled', () => {
  it.each<readonly [string, KernelFacts['thpGate']]>([
    ['6.12', 'obeyed'],
    ['6.12.114', 'obeyed'],
    ['6.12.115', 'bypassed'],
    ['6.12.117', 'bypassed'],
    ['6.16.3', 'obeyed'],
    ['6.18.15', 'obeyed'],
    // a548c7abf65b is the commit in 6.18.y, in the list of 6.18.54.
    ['6.18.53', 'obeyed'],
    ['6.18.54', 'bypassed'],
    ['6.19.14', 'obeyed'],
    // In the list of 7.2.8-rc1; measured: 7.2.6 obeys, 7.2.9 does not.
    ['7.2.7', 'obeyed'],
    ['7.2.8', 'bypassed'],
    ['7.2.9', 'bypassed'],
    ['7.2.12', 'bypassed'],
    ['7.3-rc3', 'obeyed'],
    ['7.3-rc4', 'bypassed'],
    ['7.3', 'bypassed'],
  ])('%s: %s', (kernel, gate) => {
    expect(facts(kernel).thpGate).toBe(gate);
  });
});

describe('the other facts', () => {
  it.each<readonly [keyof KernelFacts, string, string]>([
    ['devZeroThp', '6.17.13', '6.18-rc1'],
    ['hugetlbCore', '6.12.117', '6.13-rc1'],
    ['searchGuards', '6.1.25', '6.1.26'],
    ['searchGuards', '6.2.12', '6.2.13'],
    ['searchGuards', '6.3-rc7', '6.3'],
    ['searchMinAddr', '6.1.192', '6.4-rc1'],
    ['startGap', '6.9.12', '6.10-rc1'],
    ['shadowStackGuard', '6.5.13', '6.6-rc1'],
    ['above4g', '6.5.13', '6.6-rc1'],
    ['droppable', '6.10.14', '6.11-rc1'],
  ])('%s: not in %s, in %s', (fact, without, having) => {
    expect(facts(without)[fact]).toBe(false);
    expect(facts(having)[fact]).toBe(true);
  });

  it('no released kernel has a hook for VFIO', () => {
    for (const kernel of ['6.1', '6.12.117', '7.3']) expect(facts(kernel).vfioHook).toBe('none');
  });
});

describe('the table of changes', () => {
  it('is dated with versions that parse, oldest first within a fact', () => {
    const last = new Map<string, KernelFacts[keyof KernelFacts]>();
    for (const change of factChanges) {
      expect(parseKernelVersion(change.since.mainline)).toBeDefined();
      for (const series of Object.keys(change.since.stable ?? {}))
        expect(parseKernelVersion(series)).toBeDefined();
      expect(last.get(change.fact)).not.toBe(change.value);
      last.set(change.fact, change.value);
      expect(facts(change.since.mainline)[change.fact]).toBe(change.value);
    }
  });

  it('tells which change is behind a value', () => {
    expect(changeBehind(parse('7.3'), 'unhookedAlign')?.commit).toBe('34d7cf637c43');
    expect(changeBehind(parse('6.12.117'), 'unhookedAlign')?.commit).toBe('249608ee4713');
    expect(changeBehind(parse('6.11'), 'unhookedAlign')?.commit).toBe('ed48e87c7df3');
    expect(changeBehind(parse('6.9'), 'unhookedAlign')).toBeUndefined();
    expect(changeBehind(parse('6.12.29'), 'faultEra')?.commit).toBe('c1d9dac0db16');
  });
});
