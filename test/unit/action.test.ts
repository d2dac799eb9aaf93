import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { registerLogger, validate } from '@actions/languageservice';
import { afterEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { outdated } from '../../scripts/docs.ts';
import { readInputs } from '../../src/inputs.ts';

const root = path.resolve(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');
const action = parse(read('action.yml')) as {
  inputs: Record<string, { description: string; required: boolean; default?: string }>;
  outputs: Record<string, { description: string }>;
  runs: { using: string; main: string; post: string };
};
const required = { deployment: 'deployment/web', image: 'ghcr.io/acme/web:1.2.3' };

describe('action.yml', () => {
  it('is valid', async () => {
    expect(await problems('action.yml')).toEqual([]);
  });

  it('runs files that exist', () => {
    const { main, post } = action.runs;
    expect([main, post].filter((file) => !existsSync(path.join(root, file)))).toEqual([]);
  });

  it('declares the inputs that are read, and no other', () => {
    expect(inputsRead().toSorted()).toEqual(Object.keys(action.inputs).toSorted());
  });

  it('has the defaults that the code has by itself', () => {
    const defaults = Object.entries(action.inputs).map(([name, input]) => [name, input.default ?? '']);
    expect(withInputs({ ...Object.fromEntries(defaults), ...required }, readInputs)).toEqual(
      withInputs(required, readInputs),
    );
  });

  it('requires the inputs that the code requires', () => {
    const names = Object.entries(action.inputs)
      .filter(([, input]) => input.required)
      .map(([name]) => name);
    expect(names).toEqual(['deployment']);
    // A rollback needs no image, so action.yml cannot require one.
    for (const name of Object.keys(required)) {
      expect(() => withInputs({ ...required, [name]: '' }, readInputs)).toThrow(`${name}: it is required`);
    }
  });
});

it('the documents have the tables that scripts/docs.ts renders', () => {
  expect(outdated().map(({ file }) => file)).toEqual([]);
});

const workflows = globSync(['examples/*.yml', '.github/workflows/*.yml'], { cwd: root });

it.each(workflows)('%s is a valid workflow, and gives our action only inputs that it has', async (file) => {
  expect(await problems(file)).toEqual([]);
});

it('a workflow with an input that action.yml does not have is found out', async () => {
  const step = '{ uses: acme/safe-rollout@v1, with: { deployment: web, image: ":v2", tiemout: 5m } }';
  const workflow = `on: push\njobs: { deploy: { runs-on: ubuntu-latest, steps: [${step}] } }\n`;
  expect(await problems('.github/workflows/wrong.yml', workflow)).toEqual([
    expect.stringContaining("'tiemout'"),
  ]);
});

/** What GitHub's language service says of a workflow or of action.yml: line (from 1) and message. */
async function problems(file: string, text = read(file)): Promise<string[]> {
  const found: string[] = [];
  const silent = () => {};
  const note = (message: string) => found.push(message);
  registerLogger({ error: note, warn: note, info: silent, log: silent });
  const document = { uri: `file:///${file}`, getText: () => text } as Parameters<typeof validate>[0];
  const ours = { name: 'Safe Rollout', description: '', inputs: action.inputs };
  const diagnostics = await validate(document, {
    actionsMetadataProvider: {
      fetchActionMetadata: async ({ name }) => (name === 'safe-rollout' ? ours : { name, description: '' }),
    },
  });
  for (const { range, message } of diagnostics) found.push(`line ${range.start.line + 1}: ${message}`);
  return found;
}

const environment = process.env;

afterEach(() => {
  process.env = environment;
});

/** What `body` makes of a step with these inputs. */
function withInputs<T>(inputs: Record<string, string>, body: () => T): T {
  const entries = Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]);
  process.env = Object.fromEntries(entries);
  try {
    return body();
  } finally {
    process.env = environment;
  }
}

/** The inputs that `readInputs` asks for, as it finds all of them missing, and as it finds the required ones. */
function inputsRead(): string[] {
  const asked = new Set<string>();
  for (const inputs of [{}, required]) {
    withInputs(inputs, () => {
      process.env = new Proxy(process.env, {
        get: (variables, name) => {
          if (typeof name === 'string' && name.startsWith('INPUT_'))
            asked.add(name.slice('INPUT_'.length).toLowerCase());
          return variables[name as string];
        },
      });
      try {
        readInputs();
      } catch {
        // Bad inputs are told after all were read.
      }
    });
  }
  return [...asked];
}
