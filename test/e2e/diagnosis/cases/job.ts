import { disruptionRows } from '../../../../src/diagnosis/rows/placement.ts';
import { migrationManifest, quota } from '../../support/manifests.ts';
import type { Case } from '../support/case.ts';
import { injectContainer } from '../support/webhooks.ts';

const pod = /pod\/schema-[0-9a-z-]+, container schema/;
const job = /job\/schema-[0-9a-z-]+/;
const runs = (...args: string[]) => ({ args: ['run', ...args] });
const evictedNext = disruptionRows.find(({ reason }) => reason === 'evicted')?.next ?? '';
const failed = 'Read its last log lines, correct the migration, and run this again.';

/** Migrations that fail, or cannot begin. */
export const jobCases: readonly Case[] = [
  {
    title: 'it ends with an error',
    reason: 'migration-failed',
    job: migrationManifest(runs('--print=relation_orders_exists', '--exit=3')),
    object: pod,
    words: ['exit code 3', 'relation_orders_exists'],
    next: failed,
  },
  {
    title: 'it fails again and again',
    reason: 'migration-failed',
    job: migrationManifest(runs('--exit=3'), { backoffLimit: 1 }),
    object: pod,
    words: ['exit code 3', 'tried 2 times', 'backoff limit'],
    next: failed,
  },
  {
    title: "the Job's pod failure policy gives it up",
    reason: 'migration-failed',
    job: migrationManifest(runs('--exit=42'), {
      backoffLimit: 4,
      podFailurePolicy: {
        rules: [
          { action: 'FailJob', onExitCodes: { containerName: 'schema', operator: 'In', values: [42] } },
        ],
      },
    }),
    object: pod,
    words: ['exit code 42', 'podFailurePolicy'],
    next: failed,
  },
  {
    title: 'it does not end in time',
    reason: 'migration-timeout',
    job: migrationManifest(runs('--hang')),
    inputs: { 'migration-timeout': '5s' },
    object: /migration did not end/,
    words: [pod, 'did not end within 5 s', 'waiting for a lock on table orders'],
    next: failed,
  },
  {
    title: "it does not end in its manifest's time",
    reason: 'migration-timeout',
    job: migrationManifest(runs('--hang'), { activeDeadlineSeconds: 4 }),
    object: /migration did not end/,
    words: [pod, 'did not end within 4 s', 'waiting for a lock on table orders'],
    next: failed,
  },
  {
    title: 'it needs too much memory',
    reason: 'migration-failed',
    job: migrationManifest({ args: ['serve', '--allocate=512'], resources: { limits: { memory: '64Mi' } } }),
    object: pod,
    words: ['more memory than its limit'],
    next: failed,
  },
  {
    title: 'its init container ends with an error',
    reason: 'migration-failed',
    job: migrationManifest(
      runs(),
      {},
      { initContainers: [{ name: 'lock', args: ['run', '--print=lock_is_taken', '--exit=4'] }] },
    ),
    object: /pod\/schema-[0-9a-z-]+, container lock/,
    words: ['exit code 4', 'lock_is_taken'],
    next: failed,
  },
  {
    title: 'its init container crashes again and again',
    reason: 'crash',
    job: migrationManifest(
      runs(),
      { backoffLimit: 9 },
      {
        restartPolicy: 'OnFailure',
        initContainers: [{ name: 'lock', args: ['run', '--print=lock_is_taken', '--exit=4'] }],
      },
    ),
    object: /pod\/schema-[0-9a-z-]+, container lock/,
    words: ['The migration cannot start', 'exit code 4', '3 times', 'lock_is_taken'],
  },
  {
    title: 'its init container waits for ever',
    reason: 'init-waiting',
    job: migrationManifest(runs(), {}, { initContainers: [{ name: 'lock', args: ['run', '--hang'] }] }),
    inputs: { 'migration-timeout': '6s' },
    object: /pod\/schema-[0-9a-z-]+, container lock/,
    words: ['could not start within 6 s', 'Init:0/1', 'waiting for a lock on table orders'],
  },
  {
    title: 'its pod is evicted',
    reason: 'evicted',
    job: migrationManifest(runs('--print=half_way', '--hang')),
    meanwhile: async ({ namespace }, step) => {
      await step.waitForLog(/half_way/, 90);
      const [pod] = await namespace.list('pod', 'batch.kubernetes.io/job-name');
      await namespace.evict(pod?.metadata?.name ?? '');
    },
    object: /pod\/schema-[0-9a-z-]+/,
    words: ['it was evicted from node', 'half_way'],
    next: `${evictedNext} Find out how far the migration came before it is run again.`,
  },
  {
    title: 'a sidecar that was added keeps its pod alive',
    reason: 'sidecar-running',
    spoil: async (scene) => {
      await injectContainer(scene, { name: 'proxy', image: await scene.reference('good'), args: ['serve'] });
      await scene.untilPodsGet('proxy');
    },
    job: migrationManifest(runs('--print=done')),
    object: job,
    words: ['the migration has ended, but proxy keeps its pod alive'],
  },
  {
    title: 'it is suspended',
    reason: 'job-suspended',
    job: migrationManifest(runs(), { suspend: true }),
    object: job,
    words: ['it is suspended'],
  },
  {
    title: 'its image was never pushed',
    reason: 'image-not-found',
    job: migrationManifest(runs()),
    image: ':never-pushed',
    object: pod,
    words: ['The migration cannot start', 'app:never-pushed', 'not found'],
  },
  {
    title: 'its image has no valid name',
    reason: 'image-name-invalid',
    job: migrationManifest({ ...runs(), image: 'App:X' }),
    object: pod,
    words: ['App:X is no valid image name'],
  },
  {
    title: 'its command is not in the image',
    reason: 'command-not-found',
    job: migrationManifest({ command: ['/no-such-program'] }),
    object: pod,
    words: ['/no-such-program', 'no such file or directory'],
  },
  {
    title: 'its Secret does not exist',
    reason: 'config-missing',
    job: migrationManifest({ ...runs(), envFrom: [{ secretRef: { name: 'database' } }] }),
    object: pod,
    words: ['secret "database" not found'],
  },
  {
    title: 'a ConfigMap that it mounts does not exist',
    reason: 'volume-not-mounted',
    job: migrationManifest(
      { ...runs(), volumeMounts: [{ name: 'scripts', mountPath: '/scripts' }] },
      {},
      { volumes: [{ name: 'scripts', configMap: { name: 'scripts' } }] },
    ),
    object: /pod\/schema-[0-9a-z-]+/,
    words: ['configmap "scripts" not found', 'its volume scripts needs the ConfigMap scripts'],
  },
  {
    title: 'its service account does not exist',
    reason: 'service-account-missing',
    job: migrationManifest(runs(), {}, { serviceAccountName: 'migrator' }),
    object: job,
    words: ['serviceaccount "migrator" not found'],
  },
  {
    title: 'the quota does not allow its pod',
    reason: 'quota-exceeded',
    spoil: async (scene) => {
      await scene.namespace.apply(quota({ pods: '1' }));
      await scene.untilPodsAreRefused(/exceeded quota/);
    },
    job: migrationManifest(runs()),
    object: job,
    words: ['exceeded quota: limits'],
  },
  {
    title: 'no node takes its pod',
    reason: 'unschedulable',
    job: migrationManifest(runs(), {}, { nodeSelector: { disk: 'none-such' } }),
    inputs: { 'migration-timeout': '6s' },
    object: /pod\/schema-[0-9a-z-]+/,
    words: ["didn't match Pod's node affinity/selector", 'could not start within 6 s'],
  },
  {
    title: 'its claim does not exist',
    reason: 'volume-unbound',
    job: migrationManifest(
      runs(),
      {},
      { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }] },
    ),
    object: /pod\/schema-[0-9a-z-]+/,
    words: ['persistentvolumeclaim "data" not found'],
  },
];
