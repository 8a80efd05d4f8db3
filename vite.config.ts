import react from '@vitejs/plugin-react';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';
import { bytesOf } from './scripts/bytesOf.ts';
import { classicChunks, firstChunks } from './scripts/chunks.ts';
import { cspMeta } from './scripts/csp.mjs';

/**
 * Makes the built page strict and portable.
 *
 * The policy goes into the page because a static host sends no header of ours; only into the build, because
 * the dev server works with inline scripts. The script is a classic one: browsers refuse module scripts, and
 * anything marked crossorigin, on file:// pages.
 */
const strictPage = (): Plugin => ({
  name: 'hugemap-strict-page',
  apply: 'build',
  // A classic script has no import.meta. The worker URLs that need it are absolute: see renderBuiltUrl.
  config: () => ({
    define: { 'import.meta.url': 'self.location.href', 'import.meta.resolve': 'undefined' },
  }),
  transformIndexHtml: {
    order: 'post',
    handler: (built, { bundle }) => {
      const html = built
        .replace(/<script type="module" crossorigin/g, '<script defer')
        .replace(/<link rel="stylesheet" crossorigin/g, '<link rel="stylesheet"');
      const forbidden = /<style|<script(?![^>]*\ssrc=)|\sstyle=|\son\w+=|crossorigin|type="module"/.exec(
        html,
      );
      if (forbidden)
        throw new Error(`The built page holds ${forbidden[0]}, which its own policy would block.`);
      const attrs = { 'http-equiv': 'Content-Security-Policy', content: cspMeta };
      const preloads = firstChunks(bundle ?? {}).map(({ file, low }) => ({
        tag: 'link',
        attrs: {
          rel: 'preload',
          as: 'script',
          href: `./${file}`,
          ...(low ? { fetchpriority: 'low' } : {}),
        },
        injectTo: 'head' as const,
      }));
      return { html, tags: [{ tag: 'meta', attrs, injectTo: 'head-prepend' }, ...preloads] };
    },
  },
});

export default defineConfig({
  base: './',
  plugins: [react(), bytesOf(), strictPage(), classicChunks()],
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: false,
    // One stylesheet for all chunks: 6 kB, and no screen ever shows without its styles.
    cssCodeSplit: false,
    rolldownOptions: { output: { format: 'cjs' } },
  },
  experimental: {
    // From the page, not from the running script: a script that runs later cannot ask where it came from.
    renderBuiltUrl: (file, { hostType }) =>
      hostType === 'js'
        ? { runtime: `new URL(${JSON.stringify(file)}, document.baseURI).href` }
        : { relative: true },
  },
  test: {
    environment: 'node',
    include: ['src/**/*.test.ts', 'web/**/*.test.{ts,tsx}'],
    // For what hangs or is not linear. At the usual 5 s a loaded machine fails tests that only compute.
    testTimeout: 60_000,
  },
});
