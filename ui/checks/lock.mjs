// The lock file must name the packages of every platform, or `npm ci` fails. A registry that lacks those of other
// platforms makes `npm install` leave them out; `node checks/lock.mjs --complete` puts them back, by name and version.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const path = fileURLToPath(new URL('../package-lock.json', import.meta.url));
const lock = JSON.parse(readFileSync(path, 'utf8'));
const systems = ['android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32'];
const processors = ['arm64', 'x64', 'ia32', 'arm', 'riscv64', 'ppc64', 's390x', 'wasm32'];

const missing = {};
for (const [at, entry] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const known = [`node_modules/${name}`, `${at}/node_modules/${name}`].some((place) => place in lock.packages);
    if (known) continue;
    const words = name.split(/[/-]/);
    const system = systems.find((one) => words.includes(one));
    const processor = processors.find((one) => words.includes(one));
    const library = words.includes('musl') ? 'musl' : words.includes('gnu') || words.includes('gnueabihf') ? 'glibc' : undefined;
    missing[`node_modules/${name}`] = {
      version,
      ...(processor ? { cpu: [processor] } : {}),
      ...(library ? { libc: [library] } : {}),
      dev: true,
      optional: true,
      ...(system ? { os: [system] } : {}),
    };
  }
}

const names = Object.keys(missing);
if (process.argv.includes('--complete')) {
  const { '': root, ...others } = lock.packages;
  lock.packages = { '': root, ...Object.fromEntries(Object.entries({ ...others, ...missing }).sort(([a], [b]) => (a < b ? -1 : 1))) };
  writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
  console.log(`lock: ${names.length} added`);
} else {
  for (const name of names) console.error(`package-lock.json does not name ${name}: run node checks/lock.mjs --complete`);
  console.log(`lock: ${names.length} missing`);
  process.exitCode = names.length ? 1 : 0;
}
