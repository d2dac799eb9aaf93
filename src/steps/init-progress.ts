import type { V1Pod } from '@kubernetes/client-node';
import { isReady } from '../diagnosis/diagnose.ts';
import { initMigrations, initStatus } from '../kubernetes/workloads/init-containers.ts';
import type { Run } from '../run.ts';
import { JobLogs } from './job-logs.ts';

/** Pods of which the progress is told; there may be thousands, and they all do the same. */
const mostPods = 5;

const ended = 'its init containers have ended';

/** Shows how migrations in init containers go: `Init:1/3` for each pod, and the log of one pod at a time. */
export class InitProgress {
  readonly #run: Run;
  readonly #changed: readonly string[];
  readonly #signal: AbortSignal;
  readonly #told = new Map<string, string>();
  #pods: readonly V1Pod[] = [];
  #followed: { readonly uid: string; readonly logs: JobLogs } | undefined;
  /** Whether a pod's have ended well: those of the others find nothing left to do. */
  #hasMigrated = false;

  /** `changed`: the containers that get the new image. The log ends with `signal`. */
  constructor(run: Run, changed: readonly string[], signal: AbortSignal) {
    this.#run = run;
    this.#changed = changed;
    this.#signal = signal;
  }

  /** Looks at the pods of the revision that is rolled out. */
  look(pods: readonly V1Pod[]): void {
    this.#pods = pods.filter(({ metadata }) => metadata?.deletionTimestamp === undefined);
    const begun = this.#pods.filter(
      (pod) => !isReady(pod) && (pod.status?.initContainerStatuses?.length ?? 0) > 0,
    );
    for (const pod of begun.sort((a, b) => createdAt(a) - createdAt(b))) this.#lookAt(pod);
    // Of those that are ready, little is kept; not what their init containers were for.
    for (const pod of this.#pods)
      if (isReady(pod) && this.#told.has(pod.metadata?.name ?? '')) this.#tell(pod, ended);
  }

  #lookAt(pod: V1Pod): void {
    const migrations = pod.spec ? initMigrations(pod.spec, this.#changed) : [];
    if (migrations.length === 0) return;
    const names = new Set(migrations.map(({ container }) => container));
    const now = initStatus(pod) ?? ended;
    // Of those that run, the last: native sidecars have begun before it.
    const running = pod.status?.initContainerStatuses?.findLast(({ state }) => state?.running)?.name;
    this.#tell(pod, running && now !== ended ? `${now} (${running} runs)` : now);
    this.#follow(pod, names);
  }

  #tell({ metadata }: V1Pod, now: string): void {
    const name = metadata?.name ?? '';
    const before = this.#told.get(name);
    if (before === undefined && (this.#told.size >= mostPods || now === ended)) return;
    if (now === before) return;
    this.#told.set(name, now);
    const message = `pod/${name}: ${now}`;
    this.#run.log.line(message);
    this.#run.journal.add({ type: 'progress', message });
  }

  #follow(pod: V1Pod, names: ReadonlySet<string>): void {
    const uid = pod.metadata?.uid ?? '';
    const isThere = this.#followed && this.#podOf(this.#followed.uid) !== undefined;
    if (!isThere) this.#followed = undefined;
    if (this.#hasMigrated || (this.#followed && this.#followed.uid !== uid)) return;
    this.#followed ??= {
      uid,
      logs: new JobLogs(this.#run, this.#signal, (wanted) => this.#podOf(wanted), names),
    };
    this.#followed.logs.follow(pod);
    this.#hasMigrated = initStatus(pod) === undefined;
  }

  #podOf(uid: string): V1Pod | undefined {
    return this.#pods.find(({ metadata }) => metadata?.uid === uid);
  }
}

function createdAt({ metadata }: V1Pod): number {
  return new Date(metadata?.creationTimestamp ?? 0).getTime();
}
