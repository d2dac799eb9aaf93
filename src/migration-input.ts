import { readFileSync, realpathSync } from 'node:fs';
import path from 'node:path';
import type { V1Job } from '@kubernetes/client-node';
import { type ControlOperator, parse as parseShellWords } from 'shell-quote';
import { type Document, isScalar, parseAllDocuments } from 'yaml';
import { messageOf } from './errors.ts';
import type { MigrationSource } from './kubernetes/jobs.ts';

type Bad = (input: string, problem: string) => undefined;

/**
 * Reads the inputs `migration-job` and `migration-command`.
 *
 * @param workspace the folder that a manifest's path is looked up in, and may not lead out of.
 * @param bad is told what is wrong with which input.
 */
export function readMigration(
  job: string,
  command: string,
  workspace: string,
  bad: Bad,
): MigrationSource | undefined {
  if (job !== '' && command !== '')
    return bad('migration-command', "give either it or 'migration-job', not both.");
  if (command !== '') return readCommand(command, bad);
  if (job === '') return undefined;
  const manifest = readJobManifest('migration-job', job, workspace, bad);
  return manifest && { kind: 'job', job: manifest };
}

function readCommand(text: string, bad: Bad): MigrationSource | undefined {
  if (text.startsWith('[')) {
    try {
      const words: unknown = JSON.parse(text);
      if (Array.isArray(words) && words.length > 0 && words.every((word) => typeof word === 'string')) {
        return { kind: 'command', command: words };
      }
      return bad('migration-command', 'the list must hold one string or more, and strings alone.');
    } catch (error) {
      return bad('migration-command', `it begins with '[' but is no JSON list: ${messageOf(error)}`);
    }
  }
  // A variable is the shell's to expand, and there is none; so it stays as it was written.
  const words = parseShellWords(text, (name) => `\${${name}}`);
  const operator = words.find((word) => typeof word !== 'string');
  if (operator !== undefined) {
    const shown = 'op' in operator ? (operator as { op: ControlOperator | 'glob' }).op : '#';
    return bad(
      'migration-command',
      `'${shown}' is for a shell, and the command is run without one. Write sh -c "…", or a JSON list of words.`,
    );
  }
  return { kind: 'command', command: words as string[] };
}

/**
 * Reads a Job's manifest: YAML, JSON, or the path of a file in the workspace.
 *
 * @param input the input that it stands in, for what is wrong with it.
 */
export function readJobManifest(input: string, text: string, workspace: string, bad: Bad): V1Job | undefined {
  let source = text;
  let origin = 'the input';
  if (!text.includes('\n') && !/^\s*[{]/.test(text) && !text.includes(': ')) {
    const file = workspaceFile(workspace, text);
    if ('problem' in file) return bad(input, file.problem);
    source = file.content;
    origin = text;
  }
  // A trailing `---`, or a comment before the first manifest, makes a document of nothing.
  const documents = parseAllDocuments(source).filter(
    ({ contents }) => contents !== null && !(isScalar(contents) && contents.value === null),
  );
  const [document, ...others] = documents;
  if (document === undefined) return bad(input, `${origin} holds no manifest.`);
  if (others.length > 0) return bad(input, `${origin} holds ${documents.length} manifests; give one Job.`);
  const [syntax] = document.errors;
  if (syntax) return bad(input, `${origin} is no valid YAML: ${syntax.message}`);
  const job = contentOf(document);
  if (job instanceof Error) return bad(input, `${origin} is no valid YAML: ${job.message}`);
  if (job === null || typeof job !== 'object') {
    return bad(input, `${origin} is neither a manifest nor a file's path.`);
  }
  if (job.kind !== 'Job' || job.apiVersion !== 'batch/v1') {
    return bad(input, `${origin} is ${job.apiVersion ?? '?'} ${job.kind ?? '?'}; a batch/v1 Job is needed.`);
  }
  const containers = job.spec?.template?.spec?.containers;
  if (!areMappings(containers) || containers.length === 0) {
    return bad(input, `${origin} has no container (spec.template.spec.containers).`);
  }
  const { initContainers } = job.spec?.template?.spec ?? {};
  if (initContainers !== undefined && !areMappings(initContainers)) {
    return bad(input, `${origin}: spec.template.spec.initContainers is no list of containers.`);
  }
  if (job.spec?.template?.spec?.restartPolicy === 'OnFailure' && job.spec.backoffLimit === undefined) {
    // With backoffLimit: 0, the default here, Kubernetes gives such a Job up only after a second start.
    return bad(
      input,
      `${origin}: restartPolicy OnFailure starts what has failed again. Set backoffLimit too if that is meant, or restartPolicy: Never.`,
    );
  }
  return job as V1Job;
}

/** What the document says, or why that cannot be told: an alias without its anchor, say. */
function contentOf(document: Document.Parsed): Partial<V1Job> | string | null | Error {
  try {
    return document.toJS();
  } catch (error) {
    return new Error(messageOf(error));
  }
}

function areMappings(list: unknown): list is object[] {
  return (
    Array.isArray(list) &&
    list.every((each) => typeof each === 'object' && each !== null && !Array.isArray(each))
  );
}

/** Reads a file of the workspace; a path that leads out of it is refused, also one through a link. */
function workspaceFile(workspace: string, name: string): { content: string } | { problem: string } {
  try {
    const file = realpathSync(path.resolve(workspace, name));
    const inside = path.relative(realpathSync(workspace), file);
    if (inside.startsWith('..') || path.isAbsolute(inside)) {
      return { problem: `'${name}' leads out of the workspace.` };
    }
    return { content: readFileSync(file, 'utf8') };
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    const hint = missing
      ? 'there is no such file in the workspace (is actions/checkout run before?)'
      : messageOf(error);
    return { problem: `'${name}' cannot be read: ${hint}` };
  }
}
