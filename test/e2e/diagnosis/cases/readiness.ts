import type { Case } from '../support/case.ts';

const object = /pod\/web-[0-9a-z-]+, container web/;
const ready = { httpGet: { path: '/ready', port: 8080 }, periodSeconds: 1 };

/** Containers that run, but do not become ready. Their patience is the timeout. */
export const readinessCases: readonly Case[] = [
  {
    title: 'its readiness probe hears "not yet" for ever',
    reason: 'not-ready',
    web: { probe: true, replicas: 2 },
    image: 'never-ready',
    inputs: { timeout: '20s' },
    object,
    words: [
      'it is not ready: HTTP 503 from :8080/ready',
      'Not rolled out within 20 s',
      'app never-ready listening',
    ],
  },
  {
    title: 'it listens on another port than the probe asks',
    reason: 'not-ready',
    web: {
      container: {
        ports: [{ name: 'web', containerPort: 8080 }],
        readinessProbe: { tcpSocket: { port: 'web' }, periodSeconds: 1 },
      },
    },
    image: ['listens-elsewhere', { env: { SERVE_FLAGS: '--listen=:9090' } }],
    inputs: { timeout: '8s' },
    object,
    words: ['it is not ready: connection refused from TCP :8080', 'listening on :9090'],
  },
  {
    title: 'its readiness probe runs a command that fails',
    reason: 'not-ready',
    web: { container: { readinessProbe: { exec: { command: ['/app', 'run'] }, periodSeconds: 1 } } },
    image: ['probe-command-fails', { env: { RUN_FLAGS: '--print=replica_lags --exit=1' } }],
    inputs: { timeout: '8s' },
    object,
    words: ['replica_lags', 'from command /app run'],
  },
  {
    title: 'its probe may succeed only after the timeout',
    reason: 'not-ready',
    web: { container: { readinessProbe: { ...ready, initialDelaySeconds: 12 } } },
    inputs: { timeout: '6s' },
    object,
    words: ['cannot be ready before 12 s, and the timeout is 6 s'],
  },
  {
    title: 'it has crashed, and happens to run again when the time is over',
    reason: 'not-ready',
    web: { probe: true },
    image: ['crashes-unready', { env: { SERVE_FLAGS: '--never-ready --crash-after=10s' } }],
    inputs: { timeout: '16s' },
    object,
    words: [/it is not ready.*; it has ended once with exit code 1/, 'lost the connection to the queue'],
  },
  {
    title: 'its startup probe has not succeeded yet',
    reason: 'startup-probe-failing',
    web: { container: { startupProbe: { ...ready, failureThreshold: 60 } } },
    image: 'never-ready',
    inputs: { timeout: '8s' },
    object,
    words: ['it is not started: HTTP 503 from :8080/ready', 'app never-ready listening'],
  },
  {
    title: 'an init container waits for ever',
    reason: 'init-waiting',
    web: async ({ cluster }) => {
      const image = await cluster.image('good');
      return {
        pod: { initContainers: ['wait-for-db', 'warm-up'].map((name) => ({ name, image, args: ['run'] })) },
      };
    },
    image: ['waits', { env: { RUN_FLAGS: '--hang' } }],
    inputs: { timeout: '8s' },
    object: /pod\/web-[0-9a-z-]+, container wait-for-db/,
    words: ['Init:0/2', 'waiting for a lock on table orders'],
  },
  {
    title: 'an init container migrates for ever',
    reason: 'init-migration-running',
    web: async ({ cluster }) => {
      const args = ['migrate', '--offline'];
      return { pod: { initContainers: [{ name: 'schema', image: await cluster.image('good'), args }] } };
    },
    image: ['init-migration-waits', { env: { MIGRATE_FLAGS: '--hang' } }],
    inputs: { timeout: '8s' },
    object: /pod\/web-[0-9a-z-]+, container schema/,
    words: ['the migration in init container schema has not ended', 'waiting for a lock on table orders'],
  },
  {
    title: 'a native sidecar does not start',
    reason: 'startup-probe-failing',
    web: async ({ cluster }) => ({
      pod: {
        initContainers: [
          {
            name: 'proxy',
            image: await cluster.image('good'),
            restartPolicy: 'Always',
            startupProbe: { ...ready, failureThreshold: 60 },
          },
        ],
      },
      container: { args: ['serve', '--listen=:8081'] },
    }),
    image: 'never-ready',
    inputs: { timeout: '8s' },
    object: /pod\/web-[0-9a-z-]+, container proxy/,
    words: ['it is not started: HTTP 503 from :8080/ready'],
  },
  {
    title: 'its readiness gate is never met',
    reason: 'readiness-gate',
    web: { pod: { readinessGates: [{ conditionType: 'example.com/registered' }] } },
    // As the load balancer's controller does, before it goes away.
    prepare: async ({ namespace }) => {
      const register = async () => {
        const pod = await namespace.until('a pod', async () => (await namespace.pods())[0]);
        const patch = '{"status":{"conditions":[{"type":"example.com/registered","status":"True"}]}}';
        await namespace.kubectl(
          'patch',
          'pod',
          pod.metadata?.name ?? '',
          '--subresource=status',
          '-p',
          patch,
        );
      };
      // Beside the wait for the workload to be ready, which depends on it.
      register().catch(() => {});
    },
    inputs: { timeout: '6s' },
    object: /pod\/web-[0-9a-z-]+/,
    words: ['example.com/registered', 'readiness gate'],
  },
];
