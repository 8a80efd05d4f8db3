import { MAX_INTAKE } from '../../src/intake/limit.ts';
import { canRead, loadCodec } from '../state/codec.ts';
import { app, openHash } from '../state/store.ts';
import { carriedIn, HEAD_BYTES, mayCarry } from './carried.ts';

const bytesOf = async (blob: Blob): Promise<Uint8Array> => new Uint8Array(await blob.arrayBuffer());

/** A name for a message: a file may be called anything. */
const named = ({ name }: File): string => (name.length > 60 ? `${name.slice(0, 60)}…` : name || 'The file');

/**
 * Opens the first of some files that carries a scene, and gives back those that are another's business, in their
 * order. A picture or an answer that carries none is named above the page. Never rejects.
 */
export const takeFiles = async (files: readonly File[]): Promise<readonly File[]> => {
  const rest: File[] = [];
  const notes: string[] = [];
  let link: { readonly from: string; readonly hash: string } | undefined;
  for (const file of files) {
    try {
      if (!mayCarry(await bytesOf(file.slice(0, HEAD_BYTES)))) {
        rest.push(file);
        continue;
      }
      const carried =
        file.size > MAX_INTAKE
          ? { kind: 'foreign' as const, why: 'is above 32 MiB, and so large a file is not read' }
          : carriedIn(await bytesOf(file));
      switch (carried.kind) {
        case 'other':
          rest.push(file);
          break;
        case 'foreign':
          notes.push(`${named(file)} ${carried.why}: only files exported here reopen.`);
          break;
        case 'link':
          if (link === undefined) link = { from: named(file), hash: carried.link };
          else notes.push(`${named(file)} was not opened: one scene is shown at a time.`);
      }
    } catch {
      notes.push(`${named(file)} could not be read.`);
    }
  }
  if (link !== undefined) {
    try {
      if (!canRead(link.hash)) await loadCodec();
      openHash(link.hash);
      app.getState().open(undefined);
      app.getState().say(`Opened ${link.from}`);
    } catch {
      notes.push('The part of the page that reads packed address spaces did not load.');
    }
  }
  if (notes.length > 0) app.setState(s => ({ linkNotes: [...s.linkNotes, ...notes] }));
  return rest;
};
