import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '../../src');

/** One import of a source file: a file under src, by its path there, or a package's name. */
interface Import {
  readonly from: string;
  readonly target: string;
  readonly isType: boolean;
}

const files = globSync('**/*.ts', { cwd: root }).sort();

function importsOf(file: string): Import[] {
  const text = readFileSync(path.join(root, file), 'utf8');
  const statements =
    /^(?:import|export)(?<what>\s[^;'"]*?\sfrom)?\s*'(?<target>[^']+)'|import\('(?<late>[^']+)'\)/gm;
  return [...text.matchAll(statements)].map(({ groups = {} }) => {
    const { what = '', target = groups['late'] ?? '' } = groups;
    const isLocal = target.startsWith('.');
    return {
      from: file,
      target: isLocal ? path.join(path.dirname(file), target) : target,
      isType: /^\s+type\s/.test(what) || namesTypesOnly(what),
    };
  });
}

/** `{ type A, type B }`: nothing of it is left at run time. */
function namesTypesOnly(what: string): boolean {
  const [, names] = /\{([^}]*)\}/.exec(what) ?? [];
  return names?.split(',').every((name) => name.trim() === '' || /^type\s/.test(name.trim())) ?? false;
}

const imports = files.flatMap(importsOf);

/** Every file that `file` pulls in at run time, itself included, with the packages. */
function reach(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const { target } of imports.filter(({ from, isType }) => from === file && !isType))
    reach(target, seen);
  return seen;
}

const under = (folder: string) => (file: string) => file.startsWith(`${folder}/`);
const say = ({ from, target }: Import) => `${from} → ${target}`;

/** What speaks to the cluster. */
const traffic = ['client', 'transport', 'watch', 'logs', 'lease', 'events', 'agents', 'kubeconfig'].map(
  (name) => `kubernetes/${name}.ts`,
);
const inputAndOutput = /^(node:(fs|fs\/promises|net|tls|http|https|child_process|dns|process)|@actions\/.*)$/;

it('finds the imports', () => {
  expect(files.length).toBeGreaterThan(50);
  expect(
    imports.filter(({ target }) => target.endsWith('.ts')).every(({ target }) => files.includes(target)),
  ).toBe(true);
  expect(importsOf('index.ts').map(({ target }) => target)).toEqual(['node:path', 'main.ts', 'post.ts']);
  expect([...reach('steps/lock.ts')]).toContain('kubernetes/lease.ts');
  expect([...reach('main.ts')]).toEqual(expect.arrayContaining(['kubernetes/transport.ts', 'node:https']));
});

describe.each(['preflight', 'diagnosis', 'report', 'users'])('%s only judges', (folder) => {
  it.each(files.filter(under(folder)))('%s reaches nothing that reads or writes', (file) => {
    const reached = [...reach(file)];
    expect(reached.filter((each) => inputAndOutput.test(each) || traffic.includes(each))).toEqual([]);
  });

  it('and knows nothing of steps and commands', () => {
    const wrong = imports.filter(
      ({ from, target }) => under(folder)(from) && (under('steps')(target) || under('commands')(target)),
    );
    expect(wrong.map(say)).toEqual([]);
  });
});

describe('dependencies point one way', () => {
  /** Each folder, and what nothing in it may know of. */
  it.each([
    ['kubernetes', ['steps', 'commands', 'report', 'preflight', 'diagnosis']],
    ['github', ['steps', 'commands', 'report', 'preflight', 'diagnosis', 'kubernetes']],
    ['users', ['steps', 'commands', 'report', 'preflight', 'diagnosis', 'kubernetes']],
    ['steps', ['commands']],
  ])('%s imports nothing of %j', (folder, above) => {
    const wrong = imports.filter(
      ({ from, target }) => under(folder)(from) && above.some((each) => under(each)(target)),
    );
    expect(wrong.map(say)).toEqual([]);
  });

  it('errors import nothing', () => {
    expect(imports.filter(({ from }) => from === 'errors.ts')).toEqual([]);
  });

  it('nothing imports the entry', () => {
    expect(imports.filter(({ target }) => target === 'index.ts').map(say)).toEqual([]);
  });

  it('in no circle', () => {
    const circles = files.filter((file) =>
      imports.some(({ from, target, isType }) => from === file && !isType && reach(target).has(file)),
    );
    expect(circles).toEqual([]);
  });
});

describe('the outside world', () => {
  const using = (pattern: RegExp) =>
    files.filter((file) => pattern.test(withoutComments(readFileSync(path.join(root, file), 'utf8'))));

  it('is known as GitHub Actions to few', () => {
    const wrong = imports.filter(({ target }) => target.startsWith('@actions/')).map(({ from }) => from);
    expect([...new Set(wrong)].sort()).toEqual(['inputs.ts', 'log.ts', 'publish.ts', 'shell.ts', 'state.ts']);
  });

  it('is the environment to few: the others are handed what they need of it', () => {
    // index.ts decides by it whether anything is to be loaded at all.
    expect(using(/process\.env\b/)).toEqual(['index.ts', 'inputs.ts', 'publish.ts']);
  });

  it('is the wall clock to one: the others are handed a clock', () => {
    expect(using(/\bDate\.now\(|\bnew Date\(\)|\bperformance\.timeOrigin/)).toEqual(['clock.ts']);
  });

  it('is ended by few', () => {
    expect(using(/process\.(exit|kill)\b|process\.exitCode/)).toEqual([
      'interruption.ts',
      'publish.ts',
      'shell.ts',
    ]);
  });
});

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
}
