/** npm start: installs what is missing, builds, serves. Needs nothing but Node and npm. */
import { join } from 'node:path';
import { listenError, parsePort, serve } from './serve.mjs';
import { fail, install, root, run, tool } from './tools.mjs';

const DEFAULT_PORT = 4173;
const parent = process.ppid;

const portText = process.env.HUGEMAP_PORT || String(DEFAULT_PORT);
const port =
  parsePort(portText) ?? fail(`HUGEMAP_PORT is "${portText}"; it must be a number from 1 to 65535.`);
// Only this machine can reach the server, unless asked otherwise (a container needs 0.0.0.0).
const host = process.env.HUGEMAP_HOST || '127.0.0.1';
const listen = () =>
  serve(join(root, 'dist'), port, host).catch(error =>
    fail(`${listenError(error, port)} Set HUGEMAP_PORT to use another one.`),
  );

// Tried before building: a second start must not rewrite the files under the first one.
const probe = await listen();
await new Promise(closed => probe.close(closed));

await install();
// Built every time: it takes seconds, and no rule about file dates is right in every clone and checkout.
const { code } = await run(tool('vite'), ['build', '--logLevel', 'warn']);
if (code !== 0) fail(`The build failed with exit code ${code}; its message is above.`);

const server = await listen();
console.log(`Hugemap: http://${host}:${port}/   (Ctrl-C ends it)`);

const end = () => {
  server.closeAllConnections();
  server.close(() => process.exit(0));
};
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, end);
// npm passes a signal to its shell, and not every shell passes it on: ending npm would leave the port taken.
if (process.env.npm_lifecycle_event)
  setInterval(() => {
    if (process.ppid !== parent) end();
  }, 500).unref();
