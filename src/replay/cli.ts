/**
 * npm run replay -- FILE...: runs files of captures against the engine. `-` is standard input; a folder stands
 * for the captures in it; gzip is recognised by content. Exit 0: everything agrees; 1: something differs or a
 * line is malformed; 2: nothing could be read.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describeReport, describeTotals, type FileReport, looksLikeCaptures, replayLines } from './replay.ts';

const CAPTURE = /\.jsonl(?:\.gz)?$/;

/** What went wrong, as one line for the person who typed the command. */
class CannotRead extends Error {}

const attempt = <T>(name: string, read: () => T): T => {
  try {
    return read();
  } catch (error) {
    throw new CannotRead(`cannot read ${name}: ${error instanceof Error ? error.message : String(error)}`);
  }
};

const linesOf = (name: string): readonly string[] =>
  attempt(name, () => {
    const raw = readFileSync(name === '-' ? 0 : name);
    const zipped = raw[0] === 0x1f && raw[1] === 0x8b;
    return (zipped ? gunzipSync(raw) : raw).toString('utf8').split(/\r?\n/);
  });

const filesOf = (name: string): readonly string[] => {
  if (name === '-' || !attempt(name, () => statSync(name)).isDirectory()) return [name];
  return attempt(name, () => readdirSync(name))
    .filter(file => CAPTURE.test(file))
    .sort()
    .map(file => join(name, file));
};

const main = (names: readonly string[]): number => {
  if (names.length === 0)
    throw new CannotRead('no file given; usage: npm run replay -- FILE... (or - for standard input)');
  const reports: FileReport[] = [];
  for (const name of names) {
    const files = filesOf(name);
    if (files.length === 0) console.log(`${name}: a folder without captures, passed over`);
    for (const file of files) {
      const lines = linesOf(file);
      // A pattern such as captures/* also names the notes beside them.
      if (file !== '-' && !CAPTURE.test(file) && !looksLikeCaptures(lines)) {
        console.log(`${file}: no captures in it, passed over`);
        continue;
      }
      const report = replayLines(file === '-' ? 'standard input' : file, lines);
      for (const line of describeReport(report)) console.log(line);
      reports.push(report);
    }
  }
  if (reports.every(r => r.matched + r.differed + r.unsupported + r.badLines.length === 0))
    throw new CannotRead('no captures in what was given');
  console.log(describeTotals(reports));
  return reports.some(r => r.differed + r.badLines.length > 0) ? 1 : 0;
};

try {
  process.exitCode = main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof CannotRead)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
