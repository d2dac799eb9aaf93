/**
 * Builds `dist/`, the action that GitHub runs, from `src/`: TypeScript to `build/`, then one bundle with ncc.
 *
 * `dist/` is committed, so the same sources must give the same bytes on every machine; `.ci/run` compares them.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const build = path.join(root, 'build');
const dist = path.join(root, 'dist');
const fresh = path.join(build, 'dist');

/** Runs a script under the Node that runs this one. */
function run(script: string, ...args: string[]): void {
  // ncc derives module ids from paths relative to the working directory; so it is always the same one.
  execFileSync(process.execPath, [script, ...args], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
}

// What earlier sources gave would otherwise stay behind.
rmSync(build, { recursive: true, force: true });

run(path.join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json', '--removeComments');

// @actions/core can ask GitHub for an identity token, which this action never does; the HTTP client for it would
// be three quarters of the bundle and half of its start. ncc finds this copy, without it, first.
const core = path.join(build, 'node_modules/@actions/core');
cpSync(path.join(root, 'node_modules/@actions/core'), core, { recursive: true });
writeFileSync(
  path.join(core, 'lib/oidc-utils.js'),
  "export class OidcClient { static getIDToken() { throw new Error('Left out by scripts/build.ts'); } }\n",
);

// `import()` becomes a chunk of its own (`dist/NUMBER.index.js`), read only when it is reached: a post with nothing
// to do never reads most of the code. Not minified: ncc minifies no chunk, it would start no faster, and this way
// a stack trace in a user's log names our functions.
const ncc = createRequire(import.meta.url).resolve('@vercel/ncc/dist/ncc/cli.js');
run(ncc, 'build', 'build/index.js', '-o', fresh, '--no-cache', '--quiet', '--license', 'licenses.txt');

// Its own file, so that src/index.ts knows a post from a main without any saved state: a main that is killed
// before it could save some must not be taken for a first start.
writeFileSync(path.join(fresh, 'post.js'), "import './index.js';\n");

const files = readdirSync(fresh, { recursive: true, encoding: 'utf8' })
  .filter((name) => statSync(path.join(fresh, name)).isFile())
  .sort();
for (const name of files) {
  if (readFileSync(path.join(fresh, name), 'utf8').includes(root)) {
    throw new Error(
      `dist/${name} holds the path of this checkout (${root}), so it would differ on each machine.`,
    );
  }
}
// Changed at once, so that a failed build leaves the old one as it was.
rmSync(dist, { recursive: true, force: true });
renameSync(fresh, dist);

let total = 0;
for (const name of files) {
  const bytes = statSync(path.join(dist, name)).size;
  total += bytes;
  console.log(`${kilobytes(bytes)}  dist/${name}`);
}
console.log(`${kilobytes(total)}  in all`);

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(1).padStart(8)} kB`;
}
