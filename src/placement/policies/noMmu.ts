/**
 * Why a kernel without MMU has no answer: its get_unmapped_area tells where the object already is, and the core uses
 * the number as it comes. There is no neutral value; a stub that returns 0 would say that the device sits at 0.
 *
 * Source: mm/nommu.c, determine_vm_flags() and do_mmap(), 6.12; Documentation/admin-guide/mm/nommu-mmap.rst.
 */
export const noMmuReason =
  'Without an MMU there is no virtual address to choose: a mapping starts where the device already is.';
