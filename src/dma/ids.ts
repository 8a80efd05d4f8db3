/** The IOMMUs and page-table formats that can be chosen, as a link names them. */
export const iommuIds = [
  'vtd2',
  'vtd1',
  'amd1',
  'amd2',
  'smmu4k',
  'smmu16k',
  'smmu64k',
  'riscv',
  's390',
] as const;
export type IommuId = (typeof iommuIds)[number];

/** What is behind the virtual addresses that are mapped for DMA: device memory, or ordinary memory by its folios. */
export const memoryKinds = ['bar', 'pages', 'thp', 'huge', 'giant'] as const;
export type MemoryKind = (typeof memoryKinds)[number];
