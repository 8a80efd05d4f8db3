import type { DesignId } from './ids.ts';
import type { Lock, Step } from './machine.ts';

/** One way of writing the mapper. */
export interface Design {
  readonly id: DesignId;
  /** In a few words. */
  readonly title: string;
  readonly steps: readonly Step[];
  /** What decides it, in a sentence or two. */
  readonly about: string;
  /** Where it stands or was proposed: function, file, commit or version. */
  readonly source: string;
}

const lockNames: Readonly<Record<Lock, string>> = { driver: 'driver', rmap: 'i_mmap' };
const lock = (lock: Lock): Step => ({ act: { do: 'lock', lock }, label: `lock ${lockNames[lock]}` });
const unlock = (lock: Lock): Step => ({ act: { do: 'unlock', lock }, label: `unlock ${lockNames[lock]}` });
const under = (held: Lock, ...steps: readonly Step[]): readonly Step[] => [
  lock(held),
  ...steps,
  unlock(held),
];

const link: Step = { act: { do: 'link' }, label: 'link VMA' };
const look: Step = { act: { do: 'look' }, label: 'note zapping' };
const populate: Step = { act: { do: 'populate', unless: 'never' }, label: 'insert leaf' };
const populateUnlessZapping: Step = {
  act: { do: 'populate', unless: 'zapping' },
  label: 'insert leaf unless zapping',
};
const populateUnlessLooked: Step = {
  act: { do: 'populate', unless: 'looked' },
  label: 'insert leaf unless noted',
};
const judge: Step = { act: { do: 'judge', clears: false }, label: 'fail if zapping' };
const unmap: Step = { act: { do: 'unmap' }, label: 'unmap if failed' };

/**
 * The zapper, the same in every design: under the driver's lock it says that it zaps, clears what the rmap leads to,
 * and returns.
 *
 * Source: vfio_pci_zap_and_down_write_memory_lock() and vfio_pci_zap_bars(), drivers/vfio/pci/vfio_pci_core.c, 6.12;
 * unmap_mapping_range(), mm/memory.c.
 */
export const zapper: readonly Step[] = under(
  'driver',
  { act: { do: 'setZapping' }, label: 'zapping = true' },
  ...under('rmap', { act: { do: 'clear' }, label: 'clear leaf if linked' }),
  { act: { do: 'return' }, label: 'return to caller' },
);

/**
 * Ways of writing the mapper. In F, G and H the hook runs after the leaf is there, and the mm takes a refused mapping
 * down in a step of its own, after it has let go of the rmap lock, which do_munmap() would want: mmap_action_finish(),
 * maybe_rmap_unlock_action(), mm/util.c and mm/internal.h, 7.1. It is a step of every order, also where nothing was
 * refused: without that F has 3 good orders, G 72 and H 26, and as many late and dead ones.
 */
export const designs: readonly Design[] = [
  {
    id: 'A',
    title: 'populate in ->mmap, no check',
    steps: [populate, ...under('rmap', link)],
    about:
      'The leaf is there before the rmap leads to it. A zap before the link finds no VMA, clears nothing, and the leaf stays.',
    source:
      'the order of ->mmap to this day: __mmap_region(), mm/vma.c, 6.13 to 7.3; before, mmap_region(), mm/mmap.c',
  },
  {
    id: 'B',
    title: 'populate in ->mmap under the driver lock, if not zapping',
    steps: [...under('driver', populateUnlessZapping), ...under('rmap', link)],
    about:
      'The check is right when it is made. A zap that runs between it and the link finds no VMA in the rmap, and the leaf survives.',
    source: 'the driver’s side as first posted in the thread on populating at mmap() time, 2026',
  },
  {
    id: 'C',
    title: 'link, then fault under the driver lock',
    steps: [...under('rmap', link), ...under('driver', populateUnlessZapping)],
    about:
      'A leaf is made only under the driver’s lock and only after the link: an earlier zap is seen, a later one finds it. A fault while memory is off gets SIGBUS.',
    source: 'vfio_pci_mmap_huge_fault(), drivers/vfio/pci/vfio_pci_core.c, 6.12 to 7.3',
  },
  {
    id: 'C2',
    title: 'the same without the driver lock',
    steps: [...under('rmap', link), look, populateUnlessLooked],
    about: 'Between the look and the insert a whole zap fits: the lock is what makes C right.',
    source: 'C with a step taken out, to show what it is for',
  },
  {
    id: 'D0',
    title: 'mmap_prepare action, no check',
    steps: [...under('rmap', link), populate],
    about: 'The VMA is linked first, but nothing tells the action that a zap has been there.',
    source: 'mmap_prepare with an action: mmap_action_complete(), mm/util.c, 6.19 (ac0a3fc9c07d)',
  },
  {
    id: 'D',
    title: 'mmap_prepare action, check in the hook',
    steps: [...under('driver', look), ...under('rmap', link), populateUnlessLooked],
    about:
      'The check comes before there is a VMA: a zap after it finds nothing, or an empty VMA, and the action goes on.',
    source: 'mmap_prepare with an action: mmap_action_complete(), mm/util.c, 6.19 (ac0a3fc9c07d)',
  },
  {
    id: 'E0',
    title: 'hidden from the rmap until complete, no check',
    steps: under('rmap', link, populate),
    about: 'A zap cannot come between link and leaf. One that came before was not seen.',
    source: 'hide_from_rmap_until_complete, include/linux/mm_types.h, 6.19; as a parameter hold_rmap_lock',
  },
  {
    id: 'E',
    title: 'hidden, with a check in the hook',
    steps: [...under('driver', look), ...under('rmap', link, populateUnlessLooked)],
    about: 'Holding the rmap lock is half the answer. A whole zap still fits between the check and the lock.',
    source: 'hide_from_rmap_until_complete with a check in mmap_prepare',
  },
  {
    id: 'F',
    title: 'hidden, `mapped` hook takes the driver lock',
    steps: [lock('rmap'), link, populate, ...under('driver', judge), unlock('rmap'), unmap],
    about:
      'The mapper holds i_mmap and waits for the driver’s lock, the zapper the other way round: a deadlock. Where it does not lock up, a leaf may still outlive the zap for a while.',
    source: 'vm_operations_struct.mapped, include/linux/mm.h, 7.1 (c50ca15dd496)',
  },
  {
    id: 'G',
    title: 'hidden, `mapped` hook reads the flag without a lock',
    steps: [lock('rmap'), link, populate, judge, unlock('rmap'), unmap],
    about:
      'It ends well, but for a while after the zap has returned the leaf is there, and another thread can use it.',
    source: 'vm_operations_struct.mapped, include/linux/mm.h, 7.1 (c50ca15dd496)',
  },
  {
    id: 'H',
    title: 'not hidden, `mapped` hook under the driver lock',
    steps: [...under('rmap', link), populate, ...under('driver', judge), unmap],
    about: 'No cycle of locks, and it ends well; the leaf may be there after the zap has returned.',
    source: 'vm_operations_struct.mapped, include/linux/mm.h, 7.1 (c50ca15dd496)',
  },
  {
    id: 'I',
    title: 'link, then populate under the driver lock, or leave it empty',
    steps: [...under('rmap', link), ...under('driver', populateUnlessZapping)],
    about:
      'C’s order without the wait for a fault. A fault handler must stand behind it, for the time after the zap.',
    source: 'J. Gunthorpe’s answer in the thread on populating at mmap() time, 2026',
  },
];

/** The design of an id. */
export const designOf = (id: DesignId): Design => {
  const found = designs.find(d => d.id === id);
  if (found === undefined) throw new Error(`no design ${id}`);
  return found;
};
