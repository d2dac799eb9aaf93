import { clip } from '../clip.ts';
import type { Diagnosis } from '../diagnosis/diagnosis.ts';
import { sayExit } from '../diagnosis/exit-code.ts';
import { sayDuration } from '../duration.ts';
import type { Evidence } from '../journal.ts';
import { sayWorkload } from '../kubernetes/workloads/names.ts';
import type { Run, WorkloadRun } from '../run.ts';
import { runScript, type ScriptEnd } from '../shell.ts';
import type { Plan } from './plan.ts';
import type { RolloutTrouble } from './watch-rollout.ts';

/** Lines of the output that are kept for the report. */
const keptLines = 50;

/**
 * Runs the `verify-command` on the runner. Answers why the rollout does not count, or undefined where it does.
 *
 * @param facts what the command is told of the rollout: environment variables by name.
 * @throws the signal's reason, once the command has ended.
 */
export async function verifyByCommand(
  run: Run,
  facts: Readonly<Record<string, string>>,
): Promise<RolloutTrouble | undefined> {
  const { command, timeout } = run.inputs.verification;
  const lines: string[] = [];
  const end = await runScript(command, {
    env: { ...handedOn(run.environment), ...facts },
    timeout,
    signal: run.signal,
    onLine: (line) => {
      lines.push(line);
      if (lines.length > keptLines) lines.shift();
      run.log.line(line);
    },
  });
  return troubleOf(end, lines, timeout, run.clock.now());
}

/** What a command is told of the rollout that it is to verify; of several workloads, of the first. */
export function factsOf({ workload, namespace }: WorkloadRun, plan: Plan): Record<string, string> {
  const { observation, changes, intent } = plan;
  const [first] = changes;
  const view = observation.view();
  const revision = view && observation.kind.current(view)?.number;
  return {
    SAFE_ROLLOUT_WORKLOAD: sayWorkload(workload),
    SAFE_ROLLOUT_NAMESPACE: namespace,
    SAFE_ROLLOUT_IMAGE: first?.to ?? '',
    SAFE_ROLLOUT_PREVIOUS_IMAGE: first?.from ?? '',
    SAFE_ROLLOUT_REVISION: `${revision ?? ''}`,
    SAFE_ROLLOUT_PREVIOUS_REVISION: `${intent.undoTo?.number ?? ''}`,
  };
}

/** What is this step's own business, or a key to more than a `run:` step has. */
const ownVariables = /^(INPUT_|STATE_|GITHUB_STATE$|GITHUB_OUTPUT$|ACTIONS_RUNTIME_TOKEN$)/i;

/** The environment as a `run:` step has it: without this step's inputs (the kubeconfig among them), state and outputs. */
export function handedOn(environment: Run['environment']): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !ownVariables.test(name)));
}

/** Why a command that ended so fails the rollout; undefined where it does not. Pure. */
export function troubleOf(
  end: ScriptEnd,
  lines: readonly string[],
  timeout: number,
  now: number,
): RolloutTrouble | undefined {
  if (end.kind === 'exited' && end.code === 0) return undefined;
  const reason = end.kind === 'timeout' ? 'verify-command-timeout' : 'verify-command-failed';
  const what = howItEnded(end, timeout);
  const last = lines.findLast((line) => line.trim() !== '');
  const said = last ? ` (its last line: ${clip(last.trim(), 200)})` : '';
  return {
    reason,
    message: `The verify-command ${what}${said}.`,
    diagnoses: [evidence(reason, what, lines, now)],
  };
}

function howItEnded(end: ScriptEnd, timeout: number): string {
  switch (end.kind) {
    case 'exited':
      return `ended with ${sayExit(end.code)}`;
    case 'timeout':
      return `did not end within ${sayDuration(timeout)}, and was ended`;
    case 'not-started':
      return `could not be started (${end.message})`;
  }
}

function evidence(reason: string, what: string, lines: readonly string[], now: number): Evidence {
  const object = 'verify-command';
  const diagnosis: Diagnosis = {
    reason,
    about: 'workload',
    object,
    others: [],
    count: 1,
    message: `it ${what}`,
    said: '',
    next: 'Read what it printed last; mend the image, or the command.',
    since: now,
    hopeless: true,
    hasLog: false,
  };
  return { ...diagnosis, logs: lines.length > 0 ? [{ object, lines }] : [], events: [], streamed: true };
}
