/**
 * The rules of the house for imports, as a check over source text.
 *
 * A graph is made from a map of paths to texts, so that the test can show each rule failing on files that
 * exist nowhere. The parser is vite's own, hence no regular expression has to guess what is a string, a
 * comment or JSX.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { parseSync } from 'vite';

/** Source files by path from the project's folder, with forward slashes. */
export type SourceFiles = ReadonlyMap<string, string>;

/**
 * The road down: an entry of src/ imports only entries of rows above its own, and itself. Entries of one row
 * do not know each other.
 */
const order: readonly (readonly string[])[] = [
  ['units.ts'],
  ['text.ts'],
  ['kernel'],
  ['arch'],
  ['pieces.ts'],
  ['space'],
  ['placement', 'leaves'],
  ['cost', 'dma', 'memmap', 'zap'],
  ['scenario'],
  ['solve.ts'],
  ['intake', 'sweep', 'tour'],
  ['recipes'],
  ['diagnose', 'replay'],
  ['index.ts'],
];

/** Folders of web/ that screens share. Every other folder is a screen, and imports no other screen. */
const shared: readonly string[] = [
  'state',
  'draw',
  'ui',
  'picture',
  'scenario',
  'controls',
  'jobs',
  'export',
];

/** Those of them that work without React: tests and exports use them too. */
const plain = /^web\/(draw|picture)\//;

const REACT = /^(react|react-dom|zustand)(\/|$)/;

const isTest = (path: string): boolean => /\.test\.tsx?$/.test(path);
/** Command-line programs: they may use Node, and nothing imports them. */
const isCli = (path: string): boolean => /(^|\/)cli(\.ts$|\/)/.test(path);

interface Import {
  readonly specifier: string;
  /** The file or folder it leads to when relative; undefined for packages. */
  readonly target: string | undefined;
}

/** Reads a tree of TypeScript files below `root`; a folder that is not there has none. */
export const readSources = (root: string, folders: readonly string[]): SourceFiles => {
  const files = new Map<string, string>();
  const visit = (path: string): void => {
    for (const entry of readdirSync(join(root, path), { withFileTypes: true })) {
      const child = posix.join(path, entry.name);
      if (entry.isDirectory()) visit(child);
      else if (/\.tsx?$/.test(entry.name)) files.set(child, readFileSync(join(root, child), 'utf8'));
    }
  };
  const present = new Set(readdirSync(root));
  for (const folder of folders) if (present.has(folder)) visit(folder);
  return files;
};

/** The fields of a syntax node that are looked at; what they hold depends on its type. */
interface Node {
  readonly type?: unknown;
  readonly name?: unknown;
  readonly value?: unknown;
  readonly literal?: unknown;
  readonly quasis?: unknown;
  readonly cooked?: unknown;
  readonly source?: unknown;
  readonly argument?: unknown;
  readonly expression?: unknown;
  readonly callee?: unknown;
  readonly arguments?: unknown;
}
const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null;
const textOf = (node: unknown): string | undefined => {
  if (!isNode(node)) return undefined;
  if (node.type === 'TSLiteralType') return textOf(node.literal);
  if (node.type === 'TemplateLiteral' && Array.isArray(node.quasis) && node.quasis.length === 1)
    return textOf({ value: node.quasis[0].value.cooked });
  return typeof node.value === 'string' ? node.value : undefined;
};
const isNamed = (node: unknown, name: string): boolean => isNode(node) && node.name === name;
const firstOf = (list: unknown): unknown => (Array.isArray(list) ? list[0] : undefined);
const usesImportMeta = (node: unknown): boolean =>
  isNode(node) && JSON.stringify(node).includes('"MetaProperty"');

/** Stands for an import whose path is computed, so that nothing can be said about it. */
const COMPUTED = '(computed)';

/** What one syntax node imports, if it imports. */
const specifierOf = (node: Node): string | undefined => {
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ExportAllDeclaration':
    case 'ExportNamedDeclaration':
      return textOf(node.source);
    case 'ImportExpression':
    case 'TSImportType':
      return textOf(node.source ?? node.argument) ?? COMPUTED;
    case 'TSExternalModuleReference':
      return textOf(node.expression);
    case 'CallExpression':
      return isNamed(node.callee, 'require') ? (textOf(firstOf(node.arguments)) ?? COMPUTED) : undefined;
    case 'NewExpression': {
      // new URL('./worker.ts', import.meta.url), which the bundler follows.
      const args: unknown = node.arguments;
      return isNamed(node.callee, 'URL') && Array.isArray(args) && usesImportMeta(args[1])
        ? textOf(args[0])
        : undefined;
    }
    default:
      return undefined;
  }
};

/** Every import of a source text, in any form: values, types, re-exports, import(), require, worker URLs. */
export const importsOf = (path: string, text: string): readonly string[] => {
  const { program, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path} does not parse: ${errors[0]?.message}`);
  const found: string[] = [];
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(visit);
    else if (isNode(value)) {
      const specifier = specifierOf(value);
      if (specifier !== undefined) found.push(specifier);
      Object.values(value).forEach(visit);
    }
  };
  visit(program);
  return found;
};

const resolveFrom = (files: SourceFiles, path: string, specifier: string): string | undefined => {
  if (!specifier.startsWith('.')) return undefined;
  const target = posix.join(posix.dirname(path), specifier.replace(/\?.*$/, ''));
  const candidates = [target, `${target}.ts`, `${target}.tsx`, `${target}/index.ts`, `${target}/index.tsx`];
  return candidates.find(candidate => files.has(candidate)) ?? target;
};

/** The entry of the order table a file of src/ belongs to, or the folder of web/ it is in. */
const partOf = (path: string): string => path.split('/')[1] ?? '';
const inside = (path: string, folder: string): boolean => path.startsWith(`${folder}/`);
const rowOf = (part: string): number => order.findIndex(row => row.includes(part));
const screenOf = (path: string): string | undefined => {
  const [top, folder, rest] = path.split('/');
  return top === 'web' && rest !== undefined && folder !== undefined && !shared.includes(folder)
    ? folder
    : undefined;
};

const engineProblem = (path: string, { specifier, target }: Import): string | undefined => {
  if (specifier === COMPUTED) return 'an import whose path is computed';
  if (target === undefined) {
    if (specifier.startsWith('node:') && isCli(path)) return undefined;
    return 'src/ has no dependency and uses neither Node nor the DOM';
  }
  if (inside(target, 'web')) return 'src/ never imports web/';
  if (!inside(target, 'src')) return 'src/ imports nothing outside itself';
  const from = partOf(path);
  const to = partOf(target);
  if (from === to) return undefined;
  if (rowOf(to) < 0) return `${to} has no place in the order of scripts/importGraph.ts`;
  return rowOf(to) < rowOf(from) ? undefined : `${from} may not import ${to}: the road leads down`;
};

const webProblem = (path: string, { specifier, target }: Import): string | undefined => {
  if (specifier.startsWith('node:')) return 'web/ runs in a browser';
  if (target === undefined) return undefined;
  const from = screenOf(path);
  const to = screenOf(target);
  if (to === undefined || from === to) return undefined;
  if (from !== undefined) return `the screen ${from} may not import the screen ${to}`;
  return shared.includes(partOf(path))
    ? `${partOf(path)} is shared and may not import the screen ${to}`
    : undefined;
};

type Graph = ReadonlyMap<string, readonly Import[]>;

const makeGraph = (files: SourceFiles): Graph =>
  new Map(
    [...files].map(([path, text]) => [
      path,
      importsOf(path, text).map(specifier => ({ specifier, target: resolveFrom(files, path, specifier) })),
    ]),
  );

/** Every cycle that a depth-first walk closes, each as the files on it. Type-only imports count. */
const cyclesOf = (graph: Graph): readonly (readonly string[])[] => {
  const cycles: string[][] = [];
  const state = new Map<string, 'open' | 'done'>();
  const trail: string[] = [];
  const visit = (path: string): void => {
    if (state.get(path) === 'open') cycles.push([...trail.slice(trail.indexOf(path)), path]);
    if (state.has(path)) return;
    state.set(path, 'open');
    trail.push(path);
    for (const { target } of graph.get(path) ?? [])
      if (target !== undefined && graph.has(target)) visit(target);
    trail.pop();
    state.set(path, 'done');
  };
  for (const path of graph.keys()) visit(path);
  return cycles;
};

/** The files from `path` to the first one that imports React, or undefined. */
const wayToReact = (graph: Graph, path: string): readonly string[] | undefined => {
  const seen = new Set<string>();
  const walk = (at: string): readonly string[] | undefined => {
    if (seen.has(at)) return undefined;
    seen.add(at);
    const imports = graph.get(at) ?? [];
    const direct = imports.find(({ specifier }) => REACT.test(specifier));
    if (direct) return [at, direct.specifier];
    for (const { target } of imports) {
      const rest = target === undefined ? undefined : walk(target);
      if (rest) return [at, ...rest];
    }
    return undefined;
  };
  return walk(path);
};

/** Every breach of the rules, one line each. An empty list is a clean house. */
export const problemsOf = (files: SourceFiles): readonly string[] => {
  const graph = makeGraph(files);
  const problems: string[] = [];
  for (const [path, imports] of graph) {
    const test = isTest(path);
    if (inside(path, 'src') && !test && rowOf(partOf(path)) < 0)
      problems.push(`${path}: ${partOf(path)} has no place in the order of scripts/importGraph.ts`);
    if (plain.test(path) && path.endsWith('.tsx')) problems.push(`${path}: ${partOf(path)}/ holds no JSX`);
    for (const imported of imports) {
      const { specifier, target } = imported;
      const say = (reason: string): unknown => problems.push(`${path} imports ${specifier}: ${reason}`);
      if (target !== undefined && /\.tsx?$/.test(target) && /^(src|web)\//.test(target) && !files.has(target))
        say('no such file');
      // Tests may look anywhere, but nothing leans on a test or on a command-line program.
      if (test) continue;
      if (target !== undefined && isTest(target)) say('a test is imported by nothing');
      if (target !== undefined && isCli(target) && !isCli(path))
        say('a command-line program is imported by nothing');
      const reason = inside(path, 'src') ? engineProblem(path, imported) : webProblem(path, imported);
      if (reason !== undefined) say(reason);
    }
    if (plain.test(path) && !test) {
      const way = wayToReact(graph, path);
      if (way) problems.push(`${way.join(' imports ')}: ${partOf(path)}/ works without React`);
    }
  }
  for (const cycle of cyclesOf(graph)) problems.push(`a circle: ${cycle.join(' imports ')}`);
  return problems;
};
