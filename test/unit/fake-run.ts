import type { RolloutRecord } from '../../src/history.ts';
import type { Inputs } from '../../src/inputs.ts';
import type { Intent } from '../../src/intent.ts';
import { type Entry, type Event, Journal } from '../../src/journal.ts';
import type { KubernetesClient } from '../../src/kubernetes/client.ts';
import type { WorkloadName } from '../../src/kubernetes/workloads/names.ts';
import type { WorkloadRun } from '../../src/run.ts';
import { FakeClock, never } from './fake-clock.ts';

/** What a run says and saves, as tests look at it. */
export interface FakeRun extends WorkloadRun {
  readonly clock: FakeClock;
  readonly lines: string[];
  /** Every intent that was saved, in order; undefined where it was done with. */
  readonly saved: (Intent | undefined)[];
  /** The events of a type in the journal. */
  told<T extends Event['type']>(type: T): (Entry & { readonly type: T })[];
}

const inputs: Inputs = {
  command: 'deploy',
  workloads: [{ kind: 'Deployment', name: 'web' }],
  namespace: 'shop',
  image: {
    kind: 'reference',
    text: 'acme/web:v2',
    image: { repository: 'acme/web', tag: 'v2', digest: undefined },
  },
  toRevision: undefined,
  toImage: undefined,
  containers: [],
  migration: undefined,
  migrationTimeout: 600,
  pace: { maxSurge: undefined, maxUnavailable: undefined },
  timeout: 600,
  undoTimeout: 600,
  verification: { job: undefined, command: '', port: undefined, timeout: 600, bakeTime: 0 },
  watch: undefined,
  onFailure: 'undo',
  onCancel: 'undo',
  failFast: 'strict',
  lockTimeout: 600,
  preflight: 'strict',
  preflightIgnore: [],
  kubeconfig: '',
  context: '',
};

/** The page of the run that {@link fakeRun} is. */
export const ownRun = 'https://github.com/acme/shop/actions/runs/4711/attempts/1';

/** A run of the step for deployment/web in namespace shop. */
export function fakeRun(
  client: KubernetesClient,
  over: {
    readonly inputs?: Partial<Inputs>;
    readonly workload?: WorkloadName;
    readonly clock?: FakeClock;
    readonly identity?: string;
    readonly signal?: AbortSignal;
    readonly journal?: readonly Event[];
    readonly records?: readonly RolloutRecord[];
  } = {},
): FakeRun {
  const clock = over.clock ?? new FakeClock();
  const lines: string[] = [];
  const saved: (Intent | undefined)[] = [];
  const records: RolloutRecord[] = [...(over.records ?? [])];
  const journal = new Journal({ now: () => clock.now() });
  for (const event of over.journal ?? []) journal.add(event);
  return {
    inputs: { ...inputs, ...over.inputs },
    github: {
      repository: 'acme/shop',
      runId: '4711',
      attempt: '1',
      job: 'deploy',
      actor: 'octocat',
      sha: '3f2c1ab',
      url: ownRun,
    },
    workload: over.workload ?? { kind: 'Deployment', name: 'web' },
    history: () => records,
    record: (what) => void records.push({ ...what, at: new Date(clock.now()).toISOString(), by: ownRun }),
    client,
    environment: {},
    server: 'https://k8s',
    namespace: 'shop',
    log: {
      line: (text) => void lines.push(text),
      group: (title) => void lines.push(title),
      endGroup: () => {},
      annotate: () => {},
      mask: () => {},
    },
    journal,
    clock,
    saveIntent: async (intent) => void saved.push(intent),
    ensureLock: async () => Number.POSITIVE_INFINITY,
    holder: { identity: over.identity ?? 'acme/shop/4711/1/deploy/3f2c1ab9', url: ownRun },
    signal: over.signal ?? never,
    lines,
    saved,
    told: <T extends Event['type']>(type: T) =>
      journal.entries.filter((entry): entry is Entry & { type: T } => entry.type === type),
  };
}
