import type { Packer } from '../../src/scenario/link.ts';

let packer: Packer | undefined;
let coming: Promise<void> | undefined;

/** True when a hash can be read now: only one that carries an address space needs the codec. */
export const canRead = (hash: string): boolean => packer !== undefined || !/[#&](?:vmas|paste)=/.test(hash);

/**
 * Loads what packs and unpacks address spaces. Few links carry one, so the first paint does not wait for it. It
 * is here before any address space is: both the dialog that takes one and a link that holds one wait for it.
 * Rejects when it does not load; the next call tries again.
 */
export const loadCodec = (): Promise<void> => {
  coming ??= import('./packer.ts').then(
    m => {
      packer = m.packer;
    },
    (error: unknown) => {
      coming = undefined;
      throw error;
    },
  );
  return coming;
};

const remembered = new WeakMap<object, string>();

/** The codec once it is here. Before that nothing can be unpacked, as if the text were damaged. */
export const codec: Packer = {
  pack: text => packer?.pack(text) ?? '',
  packOf: (of, write) => {
    const known = remembered.get(of);
    if (known !== undefined) return known;
    const text = packer?.pack(write()) ?? '';
    if (packer !== undefined) remembered.set(of, text);
    return text;
  },
  unpack: packed => packer?.unpack(packed),
};
