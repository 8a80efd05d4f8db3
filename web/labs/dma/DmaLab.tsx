/** The DMA lab. */
export const DmaLab = () => <section className="lab dma" />;
