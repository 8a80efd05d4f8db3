/** The words that the app explains where they stand. */
export const termIds = [
  'leaf',
  'pte',
  'pmd',
  'pud',
  'pgd',
  'contpte',
  'contpmd',
  'congruent',
  'pgoff',
  'pfnmap',
  'vma',
  'bar',
  'resizable',
  'hole',
  'gap',
  'guard',
  'mmapBase',
  'alignMask',
  'hint',
  'mapFixed',
  'thp',
  'fault',
  'tlb',
] as const;
export type TermId = (typeof termIds)[number];

/** One word and what it means. */
export interface GlossaryEntry {
  readonly name: string;
  /** One to three sentences. */
  readonly text: string;
  /** Where it can be read in the kernel's tree: function or symbol, file, and the release it was read in. */
  readonly source?: string;
  /** How the word looks in a running sentence; undefined: it is only explained where a label carries it. */
  readonly spelled?: RegExp;
}

/** The entries. Sizes are those of x86-64; other architectures have others at the same levels. */
export const glossary: Readonly<Record<TermId, GlossaryEntry>> = {
  leaf: {
    name: 'Leaf',
    text: 'A page-table entry that points to memory, not to a further table. The larger the leaf, the fewer faults, tables and TLB entries a mapping needs.',
    spelled: /\bleaf\b|\bleaves\b/,
  },
  pte: {
    name: 'PTE',
    text: 'Page table entry, the lowest level. A PTE leaf maps one page, 4 KiB on x86-64.',
    source: 'Documentation/mm/page_tables.rst',
    spelled: /\bPTEs?\b/,
  },
  pmd: {
    name: 'PMD',
    text: 'Page middle directory, one level above the PTEs. A PMD leaf maps 2 MiB on x86-64: 512 pages with one entry.',
    source: 'Documentation/mm/page_tables.rst',
    spelled: /\bPMDs?\b/,
  },
  pud: {
    name: 'PUD',
    text: 'Page upper directory, one level above the PMDs. A PUD leaf maps 1 GiB on x86-64: 262,144 pages with one entry.',
    source: 'Documentation/mm/page_tables.rst',
    spelled: /\bPUDs?\b/,
  },
  pgd: {
    name: 'PGD and P4D',
    text: 'Page global directory, the top table of a process, and with 5 levels the P4D below it. Their entries only point to tables here, never to memory.',
    source: 'Documentation/mm/page_tables.rst',
    spelled: /\bPGD\b|\bP4D\b/,
  },
  contpte: {
    name: 'CONTPTE',
    text: 'A run of neighbouring PTEs marked contiguous, so that the TLB may keep one entry for all: 64 KiB on arm64 with 4 KiB pages. Linux marks none for device memory; here it is a what-if.',
    source: 'contpte_ptep_try_fold(), arch/arm64/mm/contpte.c, 6.12',
    spelled: /\bCONTPTE\b/,
  },
  contpmd: {
    name: 'CONTPMD',
    text: 'A run of neighbouring PMD leaves marked contiguous: 32 MiB on arm64 with 4 KiB pages. Linux marks none for device memory; here it is a what-if.',
    spelled: /\bCONTPMD\b/,
  },
  congruent: {
    name: 'Congruent',
    text: 'VA and PA leave the same remainder when divided by the leaf size S, so (VA − PA) mod S is 0. Then the boundaries of both meet, and only then can a leaf of that size fit.',
    source: 'vfio_pci_mmap_huge_fault(), drivers/vfio/pci/vfio_pci_core.c, 6.12 and 7.3',
    spelled: /\bcongruent\b/,
  },
  pgoff: {
    name: 'vm_pgoff',
    text: 'The offset of a mapping in its file, counted in pages. In a VFIO file its high bits name the BAR and the rest is the offset in it; the physical base of the BAR is not in it.',
    source: 'VFIO_PCI_OFFSET_SHIFT, include/linux/vfio_pci_core.h',
    spelled: /\bvm_pgoff\b|\bpgoff\b/,
  },
  pfnmap: {
    name: 'PFN mapping',
    text: 'A mapping of physical page frames with no memory of the kernel’s behind them, such as a BAR (VM_PFNMAP). The page cache and free memory play no part: address and size alone decide its leaves.',
    source: 'VM_PFNMAP, include/linux/mm.h',
    spelled: /\bPFN map(?:s|ping)?\b|\bpfnmap\b|\bdevice memory\b/,
  },
  vma: {
    name: 'VMA',
    text: 'Virtual memory area: one contiguous range of a process’s addresses with one mapping behind it, one line of /proc/PID/maps.',
    source: 'struct vm_area_struct, include/linux/mm_types.h',
    spelled: /\bVMAs?\b/,
  },
  bar: {
    name: 'BAR',
    text: 'Base address register: a window of device memory in the physical address space. A PCI BAR is a power of two in size and lies at a multiple of it.',
    spelled: /\bBARs?\b/,
  },
  resizable: {
    name: 'Resizable BAR',
    text: 'A PCI capability: firmware or kernel may give the BAR another power of two as its size, up to all of the device’s memory.',
  },
  hole: {
    name: 'Hole',
    text: 'A part of the BAR that must not be mapped, such as the MSI-X table. Programs map around it, so one BAR makes several mappings, and each is placed by itself.',
    spelled: /\bholes?\b/,
  },
  gap: {
    name: 'Gap',
    text: 'Free addresses between two VMAs. The search takes the first gap from mmap_base downwards that has room for length plus alignment.',
    source: 'vm_unmapped_area(), mm/vma.c, 7.3',
    spelled: /\bgaps?\b/,
  },
  guard: {
    name: 'Guard gap',
    text: 'Addresses below a stack that the search leaves free so that it can grow: 256 pages. A gap that fits only with its guard costs a retry further on.',
    source: 'vm_start_gap(), include/linux/mm.h, 6.12',
    spelled: /\bguards?\b/,
  },
  mmapBase: {
    name: 'mmap_base',
    text: 'Where the search begins, downwards. It lies below the stack and its limit, and with ASLR at a random page: that alone makes congruence by luck rare.',
    source: 'mmap_base(), arch/x86/mm/mmap.c and mm/util.c',
    spelled: /\bmmap_base\b/,
  },
  alignMask: {
    name: 'align_mask',
    text: 'What a search must leave the same: the address is congruent to align_offset under this mask. For VFIO it stays 0 on x86-64; the kernels of 6.10 to 6.12 ask for 2 MiB more instead and round inside. Some architectures colour files with it.',
    source: 'struct vm_unmapped_area_info, include/linux/mm.h',
    spelled: /\balign_mask\b/,
  },
  hint: {
    name: 'Hint',
    text: 'The address given to mmap() without MAP_FIXED. If the range is free it is taken as it is; if not, the kernel searches as if none had been given.',
    source: 'generic_get_unmapped_area_topdown(), mm/mmap.c',
    spelled: /\bhint\b/,
  },
  mapFixed: {
    name: 'MAP_FIXED',
    text: 'Maps exactly at the address given and unmaps what was there. MAP_FIXED_NOREPLACE fails instead. Programs use it inside a range that they reserved.',
    spelled: /\bMAP_FIXED\b/,
  },
  thp: {
    name: 'THP',
    text: 'Transparent huge pages: the kernel’s own use of large leaves. Its switch /sys/kernel/mm/transparent_hugepage/enabled also ruled device memory, until 7.3, 7.2.8, 6.18.54 and 6.12.115.',
    source: 'e384abeb559d',
    spelled: /\bTHP\b/,
  },
  fault: {
    name: 'Fault',
    text: 'The first touch of an unmapped address: the CPU stops and the kernel installs a leaf. vfio-pci installs one leaf a fault since 6.12, so small leaves cost a fault each.',
    source: 'vfio_pci_mmap_huge_fault(), drivers/vfio/pci/vfio_pci_core.c',
    spelled: /\bfaults?\b/,
  },
  tlb: {
    name: 'TLB entry',
    text: 'The CPU remembers a walk through the page tables in its TLB, one entry a leaf. A TLB has a few thousand entries at most; what does not fit is walked again.',
    spelled: /\bTLB entries\b|\bTLB entry\b|\bTLB\b/,
  },
};

/** A part of a sentence: text, or a word that the glossary explains. */
export type TermPart = string | { readonly term: TermId; readonly text: string };

/**
 * Cuts a text at the words that the glossary explains. A word is explained once: what is in `known` is left as
 * text, and what is found is added to the set that comes back.
 */
export const cutTerms = (
  text: string,
  known: ReadonlySet<TermId> = new Set(),
): { readonly parts: readonly TermPart[]; readonly known: ReadonlySet<TermId> } => {
  const found: { readonly term: TermId; readonly at: number; readonly text: string }[] = [];
  for (const term of termIds) {
    if (known.has(term)) continue;
    const match = glossary[term].spelled?.exec(text);
    if (match) found.push({ term, at: match.index, text: match[0] });
  }
  // Where two begin at one place the longer one says more.
  found.sort((a, b) => a.at - b.at || b.text.length - a.text.length);
  const parts: TermPart[] = [];
  const seen = new Set(known);
  let at = 0;
  for (const { term, at: start, text: word } of found) {
    if (start < at) continue;
    if (start > at) parts.push(text.slice(at, start));
    parts.push({ term, text: word });
    seen.add(term);
    at = start + word.length;
  }
  if (at < text.length) parts.push(text.slice(at));
  return { parts, known: seen };
};
