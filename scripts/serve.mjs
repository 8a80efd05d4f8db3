/**
 * A static file server for the built app, on node:http alone.
 *
 *   node scripts/serve.mjs FOLDER PORT
 */
import { createReadStream } from 'node:fs';
import { readFile, realpath, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { cspHeader, readAncestors } from './csp.mjs';

// A .gz is served as the file it is, never as an encoding of something else: the app unpacks it itself, as it
// must on any static host.
const types = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.jsonl': 'text/plain; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.md': 'text/plain; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
  '.gz': 'application/gzip',
};

// A value that is no list of origins leaves it at our own: stricter, never laxer.
const ancestors = readAncestors(process.env.HUGEMAP_FRAME_ANCESTORS ?? '');

const safety = {
  'Content-Security-Policy': cspHeader(ancestors),
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

/** The decoded path of a request, or undefined when it is malformed or could leave the folder. */
const pathOf = url => {
  let path;
  try {
    path = decodeURIComponent(url.split(/[?#]/, 1)[0]);
  } catch {
    return undefined;
  }
  const parts = path.split('/');
  return path.startsWith('/') && !/[\\\0]/.test(path) && !parts.includes('..') ? path : undefined;
};

/** The file behind a path: a regular file that, links followed, lies inside the folder. */
const fileAt = async (folder, path) => {
  try {
    const base = await realpath(folder);
    const file = await realpath(join(base, path === '/' ? 'index.html' : path));
    const info = await stat(file);
    return file.startsWith(base + sep) && info.isFile() ? { file, info } : undefined;
  } catch {
    return undefined;
  }
};

/** What a browser is sent smaller when it says that it can unpack it. */
const packable = /^(?:text\/|application\/(?:json|wasm)|image\/svg)/;
const PACK_FROM = 1024;
const PACK_TO = 8 * 1024 * 1024;

const takesGzip = request =>
  (request.headers['accept-encoding'] ?? '')
    .split(',')
    .some(part => /^\s*(?:gzip|\*)\s*(?:;\s*q=(?!0(?:\.0*)?\s*$).*)?$/i.test(part));

/** Files packed so far, by path and ETag: the few of a built app. */
const packed = new Map();

const packedFile = (file, etag) => {
  const key = `${file} ${etag}`;
  const known = packed.get(key);
  if (known) return known;
  const made = readFile(file).then(data => promisify(gzip)(data, { level: 9 }));
  made.catch(() => packed.delete(key));
  if (packed.size >= 64) packed.clear();
  packed.set(key, made);
  return made;
};

const respond = async (folder, request, response) => {
  const refuse = (status, text, headers = {}) => {
    const type = { 'Content-Type': types['.txt'], 'Cache-Control': 'no-cache' };
    response.writeHead(status, { ...safety, ...type, ...headers });
    response.end(request.method === 'HEAD' ? undefined : `${text}\n`);
  };
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return refuse(405, 'Only GET and HEAD.', { Allow: 'GET, HEAD' });
  const path = pathOf(request.url ?? '');
  if (path === undefined) return refuse(400, 'Bad path.');
  const found = await fileAt(folder, path);
  if (!found) return refuse(404, 'Not found.');

  const { file, info } = found;
  const type = types[extname(file).toLowerCase()] ?? 'application/octet-stream';
  const varies = packable.test(type) && info.size >= PACK_FROM && info.size <= PACK_TO;
  const packs = varies && takesGzip(request);
  const etag = `"${info.size.toString(16)}-${Math.floor(info.mtimeMs).toString(16)}${packs ? '-gz' : ''}"`;
  const hashed = /^\/assets\/.+-[\w-]{8}\.\w+$/.test(path);
  const headers = {
    ...safety,
    'Cache-Control': hashed ? 'public, max-age=31536000, immutable' : 'no-cache',
    ETag: etag,
    ...(varies ? { Vary: 'Accept-Encoding' } : {}),
  };
  if (request.headers['if-none-match'] === etag) return response.writeHead(304, headers).end();
  if (packs) {
    const data = await packedFile(file, etag);
    response.writeHead(200, {
      ...headers,
      'Content-Type': type,
      'Content-Encoding': 'gzip',
      'Content-Length': data.length,
    });
    return response.end(request.method === 'HEAD' ? undefined : data);
  }
  response.writeHead(200, { ...headers, 'Content-Type': type, 'Content-Length': info.size });
  if (request.method === 'HEAD') return response.end();
  createReadStream(file)
    .on('error', () => response.destroy())
    .pipe(response);
};

/** Reads a port number, or gives undefined. */
export const parsePort = text => {
  const port = Number(text);
  return /^\d+$/.test(text) && port >= 1 && port <= 65535 ? port : undefined;
};

/** Serves a folder; resolves once it listens, rejects when it cannot. */
export const serve = (folder, port, host) =>
  new Promise((onListen, onError) => {
    const server = createServer((request, response) => {
      respond(resolve(folder), request, response).catch(() => response.destroy());
    });
    server.once('error', onError);
    server.listen(port, host, () => onListen(server));
  });

/** Why a server could not listen, in one line. */
export const listenError = (error, port) =>
  error.code === 'EADDRINUSE'
    ? `Port ${port} is taken: another program (perhaps Hugemap itself) listens there.`
    : `Cannot listen on port ${port}: ${error.message}.`;

const main = async ([folder, portText = '']) => {
  const port = parsePort(portText);
  if (folder === undefined || port === undefined) throw 'Usage: node scripts/serve.mjs FOLDER PORT';
  if (!(await fileAt(resolve(folder), '/')))
    throw `${folder} holds no index.html: run "npm run build" first.`;
  await serve(folder, port, '127.0.0.1').catch(error => {
    throw listenError(error, port);
  });
  console.log(`Serving ${folder} at http://127.0.0.1:${port}/`);
};

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href)
  main(process.argv.slice(2)).catch(reason => {
    console.error(String(reason));
    process.exit(1);
  });
