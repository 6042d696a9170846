// Holds the tree of the page: who may import whom, no cycles, and no file that has grown into two things.
//
//   app      may import everything
//   features may import host, generated, shared, and of other features only the index, as `allowed` says
//   shared   imports no feature and not app
//   host     imports only generated
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const source = resolve(fileURLToPath(new URL('../src', import.meta.url)));

/** Which feature may use which other one. A row here is a decision, not a formality. */
const allowed = {
  apps: ['models'],
  collections: ['models'],
  connections: ['models'],
  desk: ['connections', 'models', 'privacy', 'prompts', 'start'],
  models: ['collections'],
  privacy: ['connections'],
  prompts: ['models'],
  settings: ['connections', 'models'],
  start: ['connections', 'models'],
  usage: ['models'],
};
const longest = 400;

function filesUnder(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesUnder(join(folder, entry.name)) : /\.(ts|vue)$/.test(entry.name) ? [join(folder, entry.name)] : [],
  );
}
function resolveImport(from, wanted) {
  const base = wanted.startsWith('@/') ? join(source, wanted.slice(2)) : wanted.startsWith('.') ? resolve(dirname(from), wanted) : undefined;
  return base && [base, `${base}.ts`, `${base}.vue`, join(base, 'index.ts')].find((path) => /\.(ts|vue)$/.test(path) && existsSync(path));
}

const findings = [];
const graph = new Map();
for (const file of filesUnder(source)) {
  const text = readFileSync(file, 'utf8');
  const name = relative(source, file);
  const [room, feature] = name.split('/');
  if (room !== 'generated' && text.split('\n').length > longest) findings.push(`${name} is longer than ${longest} lines: is it two things?`);
  const edges = [];
  for (const [, wanted] of text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)) {
    const target = resolveImport(file, wanted);
    if (!target) continue;
    edges.push(target);
    const [toRoom, toFeature, ...rest] = relative(source, target).split('/');
    const isTest = name.endsWith('.test.ts');
    if (room === 'shared' && (toRoom === 'features' || toRoom === 'app')) findings.push(`${name} imports ${toRoom}: shared knows no feature`);
    if (room === 'host' && !['host', 'generated'].includes(toRoom)) findings.push(`${name} imports ${toRoom}: the door knows only the contract`);
    if (room === 'features' && toRoom === 'app') findings.push(`${name} imports app`);
    if (room === 'features' && toRoom === 'features' && toFeature !== feature) {
      if (!allowed[feature]?.includes(toFeature)) findings.push(`${name}: ${feature} may not use ${toFeature}`);
      else if (rest.join('/') !== 'index.ts' && !isTest) findings.push(`${name} reaches past the index of ${toFeature}`);
    }
  }
  graph.set(file, edges);
}
for (const feature of readdirSync(join(source, 'features'))) {
  if (!(feature in allowed)) findings.push(`features/${feature} is not in the table of this check`);
  for (const language of ['en', 'id']) {
    if (!existsSync(join(source, 'features', feature, 'words', `${language}.json`))) findings.push(`features/${feature} has no words in ${language}`);
  }
}

const done = new Set();
function walk(file, path) {
  const at = path.indexOf(file);
  if (at >= 0) {
    findings.push(`cycle: ${[...path.slice(at), file].map((step) => relative(source, step)).join(' → ')}`);
    return;
  }
  if (done.has(file)) return;
  for (const next of graph.get(file) ?? []) walk(next, [...path, file]);
  done.add(file);
}
for (const file of graph.keys()) walk(file, []);

for (const finding of findings) console.error(finding);
console.log(`structure: ${graph.size} files, ${findings.length} findings`);
process.exitCode = findings.length ? 1 : 0;
