import { Gunzip } from 'fflate';
import { KiB, MiB } from '../../src/units.ts';

/** The largest file of captures that is read, in bytes, packed or not. */
export const MAX_CAPTURE_FILE = 32 * MiB;
/** What it may unpack to, in bytes: a small file can hold a thousand times its size. */
const MAX_CAPTURE_TEXT = 256 * MiB;
/** The longest line, in characters; real ones have a few thousand, with 65,530 mappings some millions. */
const MAX_LINE = 16 * MiB;
/** Deflate expands at most 1032 times, so a piece this long yields at most 2 MiB before the size is looked at. */
const PIECE = 2 * KiB;
/** Plain text is taken in larger pieces. */
const PLAIN_PIECE = 64 * KiB;

/** One line of a file of captures. */
export interface CaptureLine {
  /** undefined: no line is whole yet, and this is a place to pause. */
  readonly text: string | undefined;
  /** Its number, from 1; that of the line before where there is none. */
  readonly line: number;
  /** How much of the file has been taken, 0 to 1. */
  readonly share: number;
}

/** Why a file cannot be read on, in words for the reader. The only thing that {@link captureLines} throws. */
export class UnreadableCapture extends Error {}

/** The bytes of a file as text comes out of them, packed by gzip or not. */
function* textOf(data: Uint8Array, most: number): Generator<{ text: string; taken: number }, void> {
  const decoder = new TextDecoder();
  const zipped = data[0] === 0x1f && data[1] === 0x8b;
  let parts: Uint8Array[] = [];
  const unpack = zipped ? new Gunzip(part => parts.push(part)) : undefined;
  const step = zipped ? PIECE : PLAIN_PIECE;
  let size = 0;
  for (let at = 0; at < data.length; at += step) {
    const piece = data.subarray(at, at + step);
    const last = at + step >= data.length;
    if (unpack === undefined) parts.push(piece);
    else {
      try {
        unpack.push(piece, last);
      } catch {
        throw new UnreadableCapture('its gzip data is damaged or cut short');
      }
    }
    let text = '';
    for (const part of parts) {
      size += part.length;
      text += decoder.decode(part, { stream: true });
    }
    parts = [];
    if (size > most)
      throw new UnreadableCapture(`it unpacks to more than ${most / MiB} MiB, and is read no further`);
    yield { text: last ? text + decoder.decode() : text, taken: Math.min(at + step, data.length) };
  }
}

/**
 * The lines of a file of captures, in order, packed by gzip or not, one at a time: neither the unpacked text nor its
 * lines are held. Throws {@link UnreadableCapture} where it cannot go on. `most` is in bytes of text.
 */
export function* captureLines(data: Uint8Array, most = MAX_CAPTURE_TEXT): Generator<CaptureLine, void> {
  let rest = '';
  let line = 0;
  for (const { text, taken } of textOf(data, most)) {
    const share = taken / data.length;
    // Only what is new is searched: a line may come in hundreds of pieces.
    const lines = text.split('\n');
    lines[0] = rest + (lines[0] ?? '');
    rest = lines.pop() ?? '';
    for (const content of lines) yield { text: content.replace(/\r$/, ''), line: ++line, share };
    if (rest.length > MAX_LINE)
      throw new UnreadableCapture(`line ${line + 1} is longer than ${MAX_LINE / MiB} Mi characters`);
    yield { text: undefined, line, share };
  }
  if (rest !== '') yield { text: rest, line: line + 1, share: 1 };
}
