import * as core from '@actions/core';
import type { FailFast } from './diagnosis/diagnose.ts';
import { parseDuration } from './duration.ts';
import { InputError, type InputProblem } from './errors.ts';
import type { GitHubRun } from './github/run.ts';
import { parseWantedImage, type WantedImage } from './image.ts';
import type { CommandName } from './journal.ts';
import type { MigrationSource } from './kubernetes/jobs.ts';
import { proxyFor } from './kubernetes/proxy.ts';
import { parseWorkloadName, sayWorkload, type WorkloadName } from './kubernetes/workloads/names.ts';
import type { WantedPace } from './kubernetes/workloads/pace.ts';
import { readMigration } from './migration-input.ts';
import { rules } from './preflight/preflight.ts';
import { parseWatchAddress } from './users/address.ts';
import type { WatchInput } from './users/input.ts';
import { parseErrorLimit } from './users/limit.ts';
import { readVerification, type Verification } from './verify-input.ts';

/** What a step is asked to do, read and validated. Durations are seconds. */
export interface Inputs {
  readonly command: CommandName;
  /** What is rolled out, in the order named; the first is the one that migrates. */
  readonly workloads: readonly [WorkloadName, ...WorkloadName[]];
  /** Empty: the context's. */
  readonly namespace: string;
  /** What to deploy; undefined for a rollback. */
  readonly image: WantedImage | undefined;
  /** The revision to roll back to, by its number, */
  readonly toRevision: number | undefined;
  /** or by an image that it runs; undefined both: the previous healthy one. */
  readonly toImage: WantedImage | undefined;
  /** The containers named; empty: all that run the image's repository. */
  readonly containers: readonly string[];
  readonly migration: MigrationSource | undefined;
  readonly migrationTimeout: number;
  /** How fast this rollout goes. */
  readonly pace: WantedPace;
  readonly timeout: number;
  readonly undoTimeout: number;
  /** Post needs none of it. */
  readonly verification: Verification;
  /** What to ask as users would while the rollout goes on; undefined: nothing. */
  readonly watch: WatchInput | undefined;
  readonly onFailure: 'undo' | 'leave';
  readonly onCancel: 'undo' | 'leave';
  readonly failFast: FailFast;
  /** Seconds to wait for another run's lock or migration; 0 refuses at once. */
  readonly lockTimeout: number;
  readonly preflight: 'strict' | 'warn';
  readonly preflightIgnore: readonly string[];
  /** Content, base64 of it, or a path; empty: the environment's. */
  readonly kubeconfig: string;
  /** Empty: the current one. */
  readonly context: string;
}

/** The environment as the rest of the program may see it. */
export interface Environment {
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly run: GitHubRun;
}

/** Reads what the runner says about this run. */
export function readEnvironment(): Environment {
  const env = process.env;
  const repository = env['GITHUB_REPOSITORY'] ?? '';
  const runId = env['GITHUB_RUN_ID'] ?? '';
  const attempt = env['GITHUB_RUN_ATTEMPT'] ?? '1';
  const server = env['GITHUB_SERVER_URL'] ?? 'https://github.com';
  return {
    variables: env,
    run: {
      repository,
      runId,
      attempt,
      job: env['GITHUB_JOB'] ?? '',
      actor: env['GITHUB_TRIGGERING_ACTOR'] ?? env['GITHUB_ACTOR'] ?? '',
      sha: env['GITHUB_SHA'] ?? '',
      url: repository && runId ? `${server}/${repository}/actions/runs/${runId}/attempts/${attempt}` : '',
    },
  };
}

/**
 * Reads and validates every input of the step.
 *
 * @param phase post needs no migration any more, and its manifest may be gone by then.
 * @throws InputError with all bad inputs at once.
 */
export function readInputs(phase: 'main' | 'post' = 'main'): Inputs {
  const problems: InputProblem[] = [];
  const text = (input: string) => core.getInput(input);
  const bad = (input: string, problem: string) => {
    problems.push({ input, problem });
    return undefined;
  };
  const oneOf = <T extends string>(input: string, ...values: readonly [T, ...T[]]): T => {
    const value = text(input);
    if (value === '') return values[0];
    const found = values.find((candidate) => candidate === value);
    if (found === undefined)
      bad(input, `'${value}' is none of ${values.map((each) => `'${each}'`).join(', ')}.`);
    return found ?? values[0];
  };
  const seconds = (input: string, fallback: number, least = 1): number => {
    const value = text(input);
    if (value === '') return fallback;
    const duration = parseDuration(value);
    if (duration === undefined) {
      bad(input, `'${value}' is no duration. Write a number with its unit, such as 90s, 10m or 1h30m.`);
    } else if (duration < least) {
      bad(input, `'${value}' is shorter than a second. Write how long to wait at the most, such as 10m.`);
    }
    return duration ?? fallback;
  };

  const timeout = seconds('timeout', 600);
  const workspace = process.env['GITHUB_WORKSPACE'] ?? process.cwd();
  const verification = () => ({
    ...readVerification(
      { job: text('verify-job'), command: text('verify-command'), port: text('verify-port') },
      workspace,
      bad,
    ),
    timeout: seconds('verify-timeout', 600),
    bakeTime: seconds('bake-time', 0, 0),
  });
  const inputs = {
    command: oneOf('command', 'deploy', 'rollback'),
    workloads: readWorkloads(text('deployment'), bad),
    namespace: readNamespace(text('namespace'), bad),
    image: readImage('image', text('image'), bad),
    toRevision: readRevision(text('to-revision'), bad),
    toImage: readImage('to-image', text('to-image'), bad),
    containers: list(text('container')),
    migration:
      phase === 'post'
        ? undefined
        : readMigration(text('migration-job'), text('migration-command'), workspace, bad),
    migrationTimeout: seconds('migration-timeout', 600),
    pace: readPace(text('max-surge'), text('max-unavailable'), bad),
    timeout,
    undoTimeout: seconds('undo-timeout', timeout),
    verification: phase === 'post' ? noVerification : verification(),
    watch: readWatch(text('watch-url'), text('watch-max-errors'), bad),
    onFailure: oneOf('on-failure', 'undo', 'leave'),
    onCancel: oneOf('on-cancel', 'undo', 'leave'),
    failFast: oneOf('fail-fast', 'strict', 'patient', 'off'),
    lockTimeout: seconds('lock-timeout', 600, 0),
    preflight: oneOf('preflight', 'strict', 'warn'),
    preflightIgnore: readRules(text('preflight-ignore'), bad),
    kubeconfig: text('kubeconfig'),
    context: text('context'),
  };
  checkTogether(inputs, bad);
  const [first, ...others] = inputs.workloads;
  if (problems.length > 0 || first === undefined) throw new InputError(problems);
  return { ...inputs, workloads: [first, ...others] };
}

const noVerification: Verification = {
  job: undefined,
  command: '',
  port: undefined,
  timeout: 0,
  bakeTime: 0,
};

type Bad = (input: string, problem: string) => undefined;

/** Words separated by commas or new lines. */
function list(text: string): string[] {
  return text
    .split(/[,\n]/)
    .map((word) => word.trim())
    .filter((word) => word !== '');
}

function readWorkloads(text: string, bad: Bad): WorkloadName[] {
  const workloads = list(text).flatMap((word) => {
    const parsed = parseWorkloadName(word);
    if (!parsed.ok) bad('deployment', parsed.problem);
    return parsed.ok ? [parsed.name] : [];
  });
  if (list(text).length === 0)
    bad('deployment', "it is required. Name the workload, such as 'web' or 'deployment/web'.");
  const names = workloads.map(sayWorkload);
  const twice = names.filter((name, index) => names.indexOf(name) !== index);
  if (twice.length > 0) bad('deployment', `it names ${[...new Set(twice)].join(', ')} more than once.`);
  return workloads;
}

function readNamespace(text: string, bad: Bad): string {
  // RFC 1123 label: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
  if (text !== '' && !/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(text)) {
    bad(
      'namespace',
      `'${text}' is no namespace's name (lower-case letters, digits and '-', 63 at the most).`,
    );
  }
  return text;
}

function readImage(input: string, text: string, bad: Bad): WantedImage | undefined {
  if (text === '') return undefined;
  return (
    parseWantedImage(text) ??
    bad(
      input,
      `'${text}' is no image reference. Write a full one ('ghcr.io/acme/web:3f2c1ab'), or ':tag', '@sha256:…' or a commit SHA to keep the repository that runs now.`,
    )
  );
}

function readPace(surge: string, unavailable: string, bad: Bad): WantedPace {
  const read = (input: string, text: string) => {
    if (text === '') return undefined;
    if (/^\d{1,6}$/.test(text)) return Number(text);
    if (/^\d{1,3}%$/.test(text)) return text;
    return bad(input, `'${text}' is neither a number of pods nor a percentage of them, such as 1 or 25%.`);
  };
  const isNone = (text: string) => /^0+%?$/.test(text);
  if (isNone(surge) && isNone(unavailable))
    bad('max-surge', "it and 'max-unavailable' cannot both be 0: no pod could ever be replaced.");
  return { maxSurge: read('max-surge', surge), maxUnavailable: read('max-unavailable', unavailable) };
}

function readRevision(text: string, bad: Bad): number | undefined {
  if (text === '') return undefined;
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  return bad('to-revision', `'${text}' is no revision's number, as 'kubectl rollout history' shows them.`);
}

/** What fits no single input, but only some of them together. */
function checkTogether(
  given: Pick<Inputs, 'command' | 'image' | 'toRevision' | 'toImage' | 'migration'> & {
    readonly workloads: readonly WorkloadName[];
  },
  bad: Bad,
): void {
  const { command, image, toRevision, toImage, migration, workloads } = given;
  if (command === 'deploy') {
    if (image === undefined && core.getInput('image') === '')
      bad('image', "it is required. Name the image, such as 'ghcr.io/acme/web:3f2c1ab'.");
    if (toRevision !== undefined) bad('to-revision', "it is for 'command: rollback' only.");
    if (toImage !== undefined) bad('to-image', "it is for 'command: rollback' only.");
    return;
  }
  if (core.getInput('container') !== '') bad('container', 'a rollback takes the whole pod template back.');
  if (image !== undefined) bad('image', "a rollback sets none; name the one to go back to in 'to-image'.");
  if (migration !== undefined)
    bad('migration-job', 'a rollback runs no migration: the schema does not roll back.');
  if (toRevision !== undefined && toImage !== undefined)
    bad('to-revision', "it and 'to-image' cannot both be given.");
  if (toRevision !== undefined && workloads.length > 1)
    bad('to-revision', "revisions are numbered for each workload; name one workload, or use 'to-image'.");
}

function readWatch(url: string, maxErrors: string, bad: Bad): WatchInput | undefined {
  const limit = parseErrorLimit(maxErrors || '1%');
  if (limit === undefined)
    bad('watch-max-errors', `'${maxErrors}' is no limit. Write a share ('1%'), a number ('0'), or 'off'.`);
  if (url === '') return undefined;
  const parsed = parseWatchAddress(url);
  if (!parsed.ok) return bad('watch-url', parsed.problem);
  if (limit === undefined) return undefined;
  const { address } = parsed;
  const proxyUrl = address.kind === 'url' ? proxyFor(new URL(address.url), process.env) : undefined;
  return { address, limit, proxyUrl };
}

function readRules(text: string, bad: Bad): string[] {
  const ids = list(text);
  const unknown = ids.filter((id) => !rules.some((rule) => rule.id === id));
  if (unknown.length > 0) {
    const known = rules.map(({ id }) => id).join(', ');
    bad('preflight-ignore', `${unknown.join(', ')} is no rule. There are: ${known}.`);
  }
  return ids;
}
