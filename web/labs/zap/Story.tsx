/** What was argued about, and what can be settled here. */
export const Story = () => (
  <div className="zap-story">
    <section>
      <h3>What the argument was</h3>
      <p>
        Before a device is reset or put to sleep, its driver must make sure that nobody can reach its memory:
        it says so in a flag, clears every leaf, and only then goes on. <code>unmap_mapping_range()</code>{' '}
        finds the leaves through the rmap, the tree of VMAs that hangs on the file. A VMA that is not in that
        tree yet is not found.
      </p>
      <p>
        In 2026 it was proposed to fill the page tables in <code>mmap()</code>, instead of one fault at a
        time. The <code>-&gt;mmap</code> callback runs before the VMA is linked, so a leaf it makes can be
        missed. With an action of <code>mmap_prepare</code> (6.19; the callback itself is from 6.16) mm
        inserts the leaves after the link, but the callback runs even earlier, and nothing of the driver’s
        runs in between. Holding the rmap lock until all is done (<code>hide_from_rmap_until_complete</code>)
        keeps the zap out of the middle; the <code>mapped</code> callback (7.1) comes after the leaves, and
        may refuse.
      </p>
      <p>
        vfio-pci faults (<code>vfio_pci_mmap_huge_fault()</code>, 6.12 to 7.3): after the link, under the lock
        that the zap holds, one look at the flag, one insert.
      </p>
    </section>
    <section>
      <h3>What you can settle here</h3>
      <ul>
        <li>Is a check in the callback enough? See B and D: the check is right, and too early.</li>
        <li>Is it enough to hold the rmap lock? See E: a whole zap fits before the lock is taken.</li>
        <li>
          May the <code>mapped</code> callback take the driver’s lock? Hidden, it deadlocks (F); not hidden, a
          leaf outlives the zap for a while (H).
        </li>
        <li>
          What is C’s lock for? Take step 4 out of it: the look at the flag and the insert come apart, and a
          whole zap fits between them.
        </li>
        <li>
          Can <code>mmap()</code> fill the tables at all? I does: link first, then populate under the driver’s
          lock, and leave it empty during a zap.
        </li>
      </ul>
      <p className="note">
        Steps are atomic, both threads run once, and the locks exclude each other; page-table locks, TLB
        flushes and a second mapper are left out. Bad is a leaf that is there once the zap has returned.
        SIGBUS while the memory is off is not. In F, G and H mm takes a refused mapping down after it has let
        go of the rmap lock (<code>mmap_action_finish()</code>, mm/util.c, 7.1). That step is counted in every
        order, also where it does nothing; counted only where the hook refused, F has 3 good orders, G 72 and
        H 26, with as many late and dead ones as above. Were the hook to clear the leaf at once with its
        check, G would have 24 good and 18 late.
      </p>
    </section>
  </div>
);
