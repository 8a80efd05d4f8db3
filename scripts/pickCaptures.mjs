/**
 * node scripts/pickCaptures.mjs FOLDER: makes public/captures from a folder of handed-over captures.
 *
 * The rule, so that nobody chose the rows: of every file, every STEP-th row, and each row that is the
 * first to show something (see `shows`). Of the vectors of the search, every SEARCH_STEP-th line. Rows are
 * copied as they stand.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';

const STEP = 16;
const SEARCH_STEP = 16;
const CAPTURE = /^linux-.*\.jsonl\.gz$/;
const SEARCHES = /^vm_unmapped_area-.*\.jsonl\.gz$/;

const target = fileURLToPath(new URL('../public/captures/', import.meta.url));

/** What a row shows: of each of these, every file has at least one row. */
const shows = row =>
  row.spec === undefined
    ? [
        `${row.kind} ${row.request.fd}`,
        `errno ${row.result.errno} ${row.kind}`,
        `shmem ${row.shmem_enabled} ${row.request.fd}`,
      ]
    : [
        `place ${row.spec.place}`,
        `advice ${row.spec.madv} ${row.thp_enabled}`,
        `order ${row.spec.order.replace(/:.*/, '')}`,
      ];

const pickRows = lines => {
  const seen = new Set();
  return lines.filter((line, i) => {
    const fresh = shows(JSON.parse(line)).filter(thing => !seen.has(thing));
    for (const thing of fresh) seen.add(thing);
    return fresh.length > 0 || i % STEP === 0;
  });
};

const pickSearches = lines => lines.filter((_, i) => i % SEARCH_STEP === 0);

const countsOf = rows => {
  const leaf = rows.filter(row => row.spec !== undefined).length;
  return { rows: rows.length, placement: rows.length - leaf, leaf };
};

const entryOf = (file, lines) => {
  const rows = lines.map(line => JSON.parse(line));
  if (SEARCHES.test(file)) {
    const queries = rows.reduce((n, row) => n + row.q.length, 0);
    return {
      file,
      kernel: /-([0-9.]+)\.jsonl/.exec(file)[1],
      variant: 'search',
      arch: 'any',
      rows: rows.length,
      queries,
    };
  }
  const [{ kernel, variant, arch }] = rows;
  return { file, kernel, variant, arch, ...countsOf(rows) };
};

const source = process.argv[2];
if (source === undefined) {
  console.error('usage: node scripts/pickCaptures.mjs FOLDER');
  process.exit(2);
}

mkdirSync(target, { recursive: true });
for (const old of readdirSync(target)) if (old.endsWith('.gz')) rmSync(join(target, old));

const index = [];
let size = 0;
for (const file of readdirSync(source).sort()) {
  const pick = CAPTURE.test(file) ? pickRows : SEARCHES.test(file) ? pickSearches : undefined;
  if (pick === undefined) continue;
  const lines = gunzipSync(readFileSync(join(source, file)))
    .toString('utf8')
    .split('\n')
    .filter(Boolean);
  const picked = pick(lines);
  const packed = gzipSync(`${picked.join('\n')}\n`, { level: 9 });
  writeFileSync(join(target, file), packed);
  index.push(entryOf(file, picked));
  size += packed.length;
  console.log(`${file}: ${picked.length} of ${lines.length} lines, ${packed.length} bytes`);
}
writeFileSync(join(target, 'index.json'), `${JSON.stringify(index, undefined, 2)}\n`);
console.log(`${index.length} files, ${size} bytes`);
