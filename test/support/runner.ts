/**
 * Starts the action as GitHub's runner starts it: main, then post however main ended, each a process of its own
 * with its own command files, in an environment that holds nothing else of this machine
 * (actions/runner: ActionRunner.cs, Handlers/NodeScriptActionHandler.cs, ProcessInvoker.cs, FileCommandManager.cs).
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse } from 'yaml';
import { parseFileCommands } from './file-commands.ts';
import { Masks } from './masks.ts';
import { type Annotation, LogReader, type WorkflowCommand } from './workflow-commands.ts';

const repository = path.resolve(import.meta.dirname, '../..');

export type Phase = 'main' | 'post';

/** One process of the step. */
export interface PhaseResult {
  /** Null where a signal ended it, or where it was never started. */
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Every line as it was written, stdout and stderr as they came. */
  readonly log: string;
  /** What a person sees: commands carried out, annotations and groups as text, secrets as `***`. */
  readonly shown: string;
  /** What GitHub lists on the run's page: ten a level at the most, each cut at 4,096 characters. */
  readonly annotations: readonly Annotation[];
  /** Every command that was honoured; look here for text that was taken for one. */
  readonly commands: readonly WorkflowCommand[];
  readonly outputs: Readonly<Record<string, string>>;
  /** As GitHub shows it: masked; empty where it is over 1 MiB, which is an error annotation. */
  readonly summary: string;
  /** From the start of the process to its end. */
  readonly seconds: number;
}

export interface StepRun {
  readonly main: PhaseResult;
  /** With `exitCode: null`, `signal: null` and an empty log where the runner was lost (`post: false`). */
  readonly post: PhaseResult;
  /** The step's conclusion as GitHub shows it; a cancelled step is `cancelled` whatever its exit code. */
  readonly conclusion: 'success' | 'failure' | 'cancelled';
  /** What later steps can read. */
  readonly outputs: Readonly<Record<string, string>>;
  /** What main saved for post. */
  readonly state: Readonly<Record<string, string>>;
  /** The values that were masked, as they were given. */
  readonly masks: readonly string[];
}

export interface ActionOptions {
  /** The step's `with`, by name as in action.yml. */
  readonly inputs: Readonly<Record<string, string>>;
  /** The step's `env`; also overrides the default environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Values of `secrets.*`, which the runner masks before the step starts. */
  readonly secrets?: readonly string[];
  readonly sha?: string;
  readonly runId?: string;
  readonly attempt?: string;
  /** Default: an empty folder, removed afterwards. */
  readonly workspace?: string;
  /** Is given every raw line as it comes. */
  readonly onLine?: (line: string, phase: Phase) => void;
  /** Cancels the step once a raw line of main matches. */
  readonly cancelAt?: RegExp;
  /** Kills main at once when a raw line of it matches. */
  readonly killAt?: RegExp;
  /** Seconds from SIGINT to SIGTERM, and from there to SIGKILL; default: the runner's own. */
  readonly patience?: readonly [sigint: number, sigterm: number];
  /** False: the runner is lost, and post never runs. */
  readonly post?: boolean;
  /** The Node to run it; default: the one of node_modules. */
  readonly node?: string;
  /** The folder with action.yml; default: this repository. */
  readonly actionPath?: string;
  /** Another `dist/` than the action's. */
  readonly dist?: string;
}

export interface RunningStep {
  /** Settles when main and post have ended. */
  readonly finished: Promise<StepRun>;
  /** Cancels as the runner does: SIGINT to the process (not its children), after 7.5 s SIGTERM, after 2.5 s SIGKILL. */
  cancel(): void;
  /** SIGKILL at once, as when the machine is out of memory. */
  kill(): void;
  /** Waits for a raw line, past or to come, of either phase; rejects after `seconds`, or when the step ends first. */
  waitForLog(pattern: RegExp, seconds: number): Promise<void>;
}

/** Runs the action to its end. */
export function runAction(options: ActionOptions): Promise<StepRun> {
  return startAction(options).finished;
}

/** Starts the action. */
export function startAction(options: ActionOptions): RunningStep {
  const step = new Step(options);
  return {
    finished: step.finished,
    cancel: () => step.cancel(),
    kill: () => step.kill(),
    waitForLog: (pattern, seconds) => step.waitForLog(pattern, seconds),
  };
}

interface ActionManifest {
  readonly inputs?: Readonly<Record<string, { default?: unknown; deprecationMessage?: string } | null>>;
  readonly runs: { readonly main: string; readonly post?: string };
}

/** As in ProcessInvoker.cs. */
const runnersPatience = [7.5, 2.5] as const;
const openStreamSeconds = 5;
const summaryLimit = 1024 * 1024;

class Step {
  readonly finished: Promise<StepRun>;
  readonly #options: ActionOptions;
  readonly #manifest: ActionManifest;
  readonly #folder = mkdtempSync(path.join(tmpdir(), 'runner-'));
  readonly #trackingId = `github_${randomUUID()}`;
  readonly #masks = new Masks();
  readonly #lines: string[] = [];
  readonly #watchers = new Set<() => void>();
  /** From `$GITHUB_ENV` and `$GITHUB_PATH` of main, for post. */
  readonly #exported: Record<string, string> = {};
  readonly #paths: string[] = [];
  #process: ChildProcess | undefined;
  #cancelled = false;
  #ended = false;

  constructor(options: ActionOptions) {
    this.#options = options;
    const actionPath = options.actionPath ?? repository;
    this.#manifest = parse(readFileSync(path.join(actionPath, 'action.yml'), 'utf8')) as ActionManifest;
    for (const secret of options.secrets ?? []) this.#masks.add(secret);
    for (const folder of ['home', 'temp', 'tools', 'workspace']) mkdirSync(path.join(this.#folder, folder));
    this.finished = this.#run();
    // Whoever wants the outcome awaits it; until then a failure must not end the test process.
    this.finished.catch(() => {});
  }

  async #run(): Promise<StepRun> {
    try {
      const main = await this.#phase('main', {});
      const post = this.#options.post === false ? undefined : await this.#phase('post', main.state);
      return {
        main: main.result,
        post: post?.result ?? notRun,
        conclusion: this.#cancelled ? 'cancelled' : main.succeeded ? 'success' : 'failure',
        outputs: main.result.outputs,
        state: main.state,
        masks: this.#masks.values,
      };
    } finally {
      this.#ended = true;
      for (const watcher of this.#watchers) watcher();
      this.#killOrphans();
      rmSync(this.#folder, { recursive: true, force: true });
    }
  }

  cancel(): void {
    if (this.#cancelled) return;
    this.#cancelled = true;
    const child = this.#process;
    if (!child) return;
    const [sigint, sigterm] = this.#options.patience ?? runnersPatience;
    void (async () => {
      for (const [signal, seconds] of [['SIGINT', sigint] as const, ['SIGTERM', sigterm] as const]) {
        child.kill(signal);
        await Promise.race([closed(child), sleep(seconds * 1000, undefined, { ref: false })]);
        if (child.exitCode !== null || child.signalCode !== null) return;
      }
      // On Linux the runner's "tree kill" is a kill of this one process; its children go at the end of the job.
      child.kill('SIGKILL');
    })();
  }

  kill(): void {
    this.#process?.kill('SIGKILL');
  }

  async waitForLog(pattern: RegExp, seconds: number): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const fail = (why: string) =>
      reject(new Error(`No line matched ${pattern} ${why}. The log:\n${this.#lines.join('\n')}`));
    let seen = 0;
    const look = () => {
      for (; seen < this.#lines.length; seen++) {
        if (this.#lines[seen]?.search(pattern) !== -1) return resolve();
      }
      if (this.#ended) fail('before the step ended');
    };
    const timer = setTimeout(() => fail(`within ${seconds} s`), seconds * 1000);
    this.#watchers.add(look);
    look();
    try {
      await promise;
    } finally {
      clearTimeout(timer);
      this.#watchers.delete(look);
    }
  }

  async #phase(phase: Phase, state: Record<string, string>) {
    const { env: stepEnv = {}, actionPath = repository, dist } = this.#options;
    const commandFiles = new CommandFiles(path.join(this.#folder, 'temp/_runner_file_commands'));
    const env: Record<string, string> = {
      ...this.#defaultEnvironment(),
      ...this.#exported,
      ...stepEnv,
      ...commandFiles.environment,
      ...Object.fromEntries(Object.entries(state).map(([key, value]) => [`STATE_${key}`, value])),
    };
    env['PATH'] = [...this.#paths.toReversed(), env['PATH']].join(path.delimiter);
    const reader = new LogReader(this.#masks, { debug: env['RUNNER_DEBUG'] === '1' });
    Object.assign(env, this.#inputs(phase === 'main' ? reader : undefined));

    const script = this.#manifest.runs[phase];
    if (script === undefined) return { result: notRun, state: {}, succeeded: true };
    const target = dist ? path.join(dist, path.basename(script)) : path.join(actionPath, script);
    const started = performance.now();
    const child = spawn(this.#options.node ?? path.join(repository, 'node_modules/node/bin/node'), [target], {
      cwd: env['GITHUB_WORKSPACE'],
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#process = child;
    const killWithUs = () => child.kill('SIGKILL');
    process.once('exit', killWithUs);
    const log: string[] = [];
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on('line', (line) => {
        log.push(line);
        this.#lines.push(line);
        reader.read(line);
        this.#options.onLine?.(line, phase);
        for (const watcher of this.#watchers) watcher();
        if (phase === 'main' && this.#options.cancelAt?.test(line)) this.cancel();
        if (phase === 'main' && this.#options.killAt?.test(line)) this.kill();
      });
    }
    await closed(child);
    process.off('exit', killWithUs);
    this.#process = undefined;
    const seconds = (performance.now() - started) / 1000;

    const outputs = { ...reader.outputs, ...commandFiles.pairs('GITHUB_OUTPUT', reader) };
    const saved = { ...reader.state, ...commandFiles.pairs('GITHUB_STATE', reader) };
    const { NODE_OPTIONS: blocked, ...exported } = commandFiles.pairs('GITHUB_ENV', reader);
    if (blocked !== undefined)
      reader.error("Can't store NODE_OPTIONS output parameter using '$GITHUB_ENV' command.");
    Object.assign(this.#exported, exported);
    this.#paths.push(...commandFiles.read('GITHUB_PATH').split(/\r?\n/).filter(Boolean));
    const summary = this.#summary(commandFiles.read('GITHUB_STEP_SUMMARY'), reader);

    const result: PhaseResult = {
      exitCode: child.exitCode,
      signal: child.signalCode,
      log: text(log),
      shown: text(reader.shown),
      annotations: reader.annotations,
      commands: reader.commands,
      outputs,
      summary,
      seconds,
    };
    return { result, state: saved, succeeded: child.exitCode === 0 && !reader.failed };
  }

  #summary(summary: string, reader: LogReader): string {
    const bytes = Buffer.byteLength(summary);
    if (bytes <= summaryLimit) return this.#masked(summary);
    reader.annotations.push({
      level: 'error',
      message: `$GITHUB_STEP_SUMMARY upload aborted, supports content up to a size of ${summaryLimit / 1024}k, got ${Math.floor(bytes / 1024)}k.`,
    });
    return '';
  }

  #masked(lines: string): string {
    return lines
      .split('\n')
      .map((line) => this.#masks.apply(line))
      .join('\n');
  }

  /** `INPUT_*` for every input of action.yml and of the step. */
  #inputs(reader: LogReader | undefined): Record<string, string> {
    const declared = this.#manifest.inputs ?? {};
    const given = new Map(
      Object.entries(this.#options.inputs).map(([name, value]) => [name.toLowerCase(), value]),
    );
    const values = new Map<string, string>();
    for (const [name, input] of Object.entries(declared)) {
      const key = name.toLowerCase();
      values.set(key, given.get(key) ?? this.#evaluate(String(input?.default ?? '')));
      if (given.has(key) && input?.deprecationMessage !== undefined) {
        reader?.warning(`Input '${name}' has been deprecated with message: ${input.deprecationMessage}`);
      }
    }
    const unexpected = [...given.keys()].filter((name) => !values.has(name));
    if (unexpected.length > 0) {
      const valid = Object.keys(declared).join("', '");
      reader?.warning(`Unexpected input(s) '${unexpected.join("', '")}', valid inputs are ['${valid}']`);
    }
    return Object.fromEntries(
      [...values, ...unexpected.map((name) => [name, given.get(name) ?? ''] as const)].map(
        ([name, value]) => [`INPUT_${name.replaceAll(' ', '_').toUpperCase()}`, value],
      ),
    );
  }

  /** A default of action.yml; of expressions, only `github.token` is known. */
  #evaluate(value: string): string {
    return value.replaceAll(/\$\{\{\s*(.*?)\s*\}\}/g, (_, expression: string) => {
      if (expression === 'github.token') return this.#options.env?.['GITHUB_TOKEN'] ?? '';
      throw new Error(`The tests' runner cannot evaluate '${expression}'.`);
    });
  }

  /** https://docs.github.com/en/actions/reference/workflows-and-actions/variables */
  #defaultEnvironment(): Record<string, string> {
    const {
      workspace,
      sha = '3f2c1ab9d0e4f5a6b7c8d9e0f1a2b3c4d5e6f708',
      runId = '4711',
      attempt = '1',
    } = this.#options;
    const event = path.join(this.#folder, 'temp/event.json');
    writeFileSync(
      event,
      JSON.stringify({ after: sha, ref: 'refs/heads/main', repository: { full_name: 'acme/shop' } }),
    );
    return {
      CI: 'true',
      GITHUB_ACTION: '__self',
      GITHUB_ACTIONS: 'true',
      GITHUB_ACTOR: 'octocat',
      GITHUB_ACTOR_ID: '583231',
      GITHUB_API_URL: 'https://api.github.com',
      GITHUB_BASE_REF: '',
      GITHUB_EVENT_NAME: 'push',
      GITHUB_EVENT_PATH: event,
      GITHUB_GRAPHQL_URL: 'https://api.github.com/graphql',
      GITHUB_HEAD_REF: '',
      GITHUB_JOB: 'deploy',
      GITHUB_REF: 'refs/heads/main',
      GITHUB_REF_NAME: 'main',
      GITHUB_REF_PROTECTED: 'true',
      GITHUB_REF_TYPE: 'branch',
      GITHUB_REPOSITORY: 'acme/shop',
      GITHUB_REPOSITORY_ID: '42',
      GITHUB_REPOSITORY_OWNER: 'acme',
      GITHUB_REPOSITORY_OWNER_ID: '7',
      GITHUB_RETENTION_DAYS: '90',
      GITHUB_RUN_ATTEMPT: attempt,
      GITHUB_RUN_ID: runId,
      GITHUB_RUN_NUMBER: '12',
      GITHUB_SERVER_URL: 'https://github.com',
      GITHUB_SHA: sha,
      GITHUB_TRIGGERING_ACTOR: 'octocat',
      GITHUB_WORKFLOW: 'deploy',
      GITHUB_WORKFLOW_REF: 'acme/shop/.github/workflows/deploy.yml@refs/heads/main',
      GITHUB_WORKFLOW_SHA: sha,
      GITHUB_WORKSPACE: workspace ?? path.join(this.#folder, 'workspace'),
      HOME: path.join(this.#folder, 'home'),
      PATH: process.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin',
      RUNNER_ARCH: 'X64',
      RUNNER_ENVIRONMENT: 'github-hosted',
      RUNNER_NAME: 'test',
      RUNNER_OS: 'Linux',
      RUNNER_TEMP: path.join(this.#folder, 'temp'),
      RUNNER_TOOL_CACHE: path.join(this.#folder, 'tools'),
      RUNNER_TRACKING_ID: this.#trackingId,
      RUNNER_WORKSPACE: this.#folder,
    };
  }

  /** At the end of a job the runner kills whatever still carries the job's tracking id. */
  #killOrphans(): void {
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      try {
        const environ = readFileSync(`/proc/${pid}/environ`, 'latin1');
        if (environ.includes(`RUNNER_TRACKING_ID=${this.#trackingId}\0`))
          process.kill(Number(pid), 'SIGKILL');
      } catch {
        // It has ended meanwhile, or is none of ours.
      }
    }
  }
}

/** The files that a process is given to write commands to; each process has a set of its own. */
class CommandFiles {
  readonly environment: Record<string, string> = {};

  constructor(folder: string) {
    mkdirSync(folder, { recursive: true });
    const suffix = randomUUID();
    for (const [name, prefix] of [
      ['GITHUB_ENV', 'set_env'],
      ['GITHUB_OUTPUT', 'set_output'],
      ['GITHUB_PATH', 'add_path'],
      ['GITHUB_STATE', 'save_state'],
      ['GITHUB_STEP_SUMMARY', 'step_summary'],
    ] as const) {
      const file = path.join(folder, `${prefix}_${suffix}`);
      writeFileSync(file, '');
      this.environment[name] = file;
    }
  }

  read(name: string): string {
    return readFileSync(this.environment[name] ?? '', 'utf8');
  }

  /** The last write of a name wins. */
  pairs(name: string, reader: LogReader): Record<string, string> {
    try {
      return Object.fromEntries(parseFileCommands(this.read(name)));
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      reader.error(
        `Unable to process file command '${name.slice('GITHUB_'.length).toLowerCase()}' successfully.`,
      );
      reader.error(why);
      return {};
    }
  }
}

const notRun: PhaseResult = {
  exitCode: null,
  signal: null,
  log: '',
  shown: '',
  annotations: [],
  commands: [],
  outputs: {},
  summary: '',
  seconds: 0,
};

/** Waits until the process has ended and its streams too, for which the runner waits 5 s at the most. */
async function closed(child: ChildProcess): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  child.once('close', () => resolve());
  child.once('error', reject);
  child.once('exit', () => setTimeout(resolve, openStreamSeconds * 1000).unref());
  if (child.exitCode !== null || child.signalCode !== null) return;
  await promise;
}

function text(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}
