import type { V1Container } from '@kubernetes/client-node';
import type { Behaviour } from '../../../cluster/images.ts';
import type { Case } from '../support/case.ts';
import type { Scene } from '../support/scene.ts';

const object = /pod\/web-[0-9a-z-]+, container web/;
const serves = (flags: string): Behaviour => ({ env: { SERVE_FLAGS: flags } });
const exits = (code: number): readonly [string, Behaviour] => [`exit-${code}`, serves(`--exit=${code}`)];
const probe = (path: string) => ({ httpGet: { path, port: 8080 }, periodSeconds: 1 });

/** A workload whose init container runs its image too; what it does, the image says. */
const withInit =
  (name: string, more: Partial<V1Container> = {}) =>
  async ({ cluster }: Scene) => ({
    pod: { initContainers: [{ name, image: await cluster.image('good'), args: ['run'], ...more }] },
  });

/** Containers that end. */
export const crashCases: readonly Case[] = [
  {
    title: 'the program ends with an error',
    reason: 'crash',
    web: { probe: true },
    image: 'crash',
    object,
    words: ['exit code 1', '3 times', 'connecting to the payment service', 'PAYMENT_API_KEY is not set'],
  },
  {
    title: 'the program ends with an error, and nothing asks whether it is ready',
    reason: 'crash',
    image: 'crash',
    object,
    words: ['exit code 1', '3 times', 'PAYMENT_API_KEY is not set'],
  },
  {
    title: 'the program leaves a last word',
    reason: 'crash',
    web: { probe: true, container: { terminationMessagePolicy: 'FallbackToLogsOnError' } },
    image: ['crash-2', serves('--crash')],
    object,
    words: ['exit code 1', 'PAYMENT_API_KEY is not set'],
  },
  {
    title: 'the program has a memory fault',
    reason: 'crash',
    web: { probe: true },
    image: exits(139),
    object,
    words: ['exit code 139 (SIGSEGV, a memory fault)', 'app exit-139 starting'],
  },
  {
    title: 'the program ends as if it had been told to',
    reason: 'crash',
    web: { probe: true },
    image: exits(143),
    object,
    words: ['exit code 143 (SIGTERM, it was told to end)', 'app exit-143 starting'],
  },
  {
    title: 'the program ends as if it had been killed, though there was memory',
    reason: 'crash',
    web: { probe: true, container: { resources: { limits: { memory: '256Mi' } } } },
    image: exits(137),
    object,
    words: ['exit code 137 (SIGKILL)', 'app exit-137 starting'],
  },
  {
    title: 'the program ends well, though it should serve',
    reason: 'exited',
    web: { probe: true },
    image: 'exit-0',
    object,
    words: ['exit code 0', 'though it should run on', 'app exit-0 starting'],
  },
  {
    title: 'its shell does not find a command',
    reason: 'command-not-found',
    web: { probe: true },
    image: exits(127),
    object,
    words: ['exit code 127 (the command was not found)'],
  },
  {
    title: 'its shell cannot execute a command',
    reason: 'command-not-executable',
    web: { probe: true },
    image: exits(126),
    object,
    words: ['exit code 126 (the command is not executable)'],
  },
  {
    title: 'the program needs too much memory',
    reason: 'out-of-memory',
    web: { probe: true, container: { resources: { limits: { memory: '64Mi' } } } },
    image: 'oom',
    object,
    words: ['more memory than its limit of 64Mi', 'app oom starting'],
  },
  {
    title: 'its liveness probe fails',
    reason: 'killed-by-liveness-probe',
    web: { probe: true, container: { livenessProbe: { ...probe('/live'), failureThreshold: 1 } } },
    image: ['dead', serves('--never-ready --dead-after=1ms')],
    object,
    words: [
      'liveness probe failed',
      'it ended with exit code',
      /(HTTP 500|connection refused) from :8080\/live/,
      'app dead listening',
    ],
  },
  {
    title: 'its startup probe never succeeds',
    reason: 'killed-by-startup-probe',
    web: { container: { startupProbe: { ...probe('/ready'), failureThreshold: 2 } } },
    image: 'never-ready',
    object,
    words: ['startup probe failed', 'HTTP 503 from :8080/ready', 'app never-ready listening'],
  },
  {
    title: 'an init container ends with an error',
    reason: 'crash',
    web: withInit('prepare'),
    image: ['prepare-fails', { env: { RUN_FLAGS: '--print=no_rights_on_bucket --exit=3' } }],
    object: /pod\/web-[0-9a-z-]+, container prepare/,
    words: ['exit code 3', 'no_rights_on_bucket'],
  },
  {
    title: 'an init container that migrates ends with an error',
    reason: 'init-migration-failed',
    web: withInit('schema', { args: ['migrate', '--offline'] }),
    image: ['init-migration-fails', { env: { MIGRATE_FLAGS: '--print=applying_00004 --exit=3' } }],
    object: /pod\/web-[0-9a-z-]+, container schema/,
    words: ['the migration in init container schema failed: exit code 3', 'applying_00004'],
  },
  {
    title: 'a native sidecar ends with an error',
    reason: 'crash',
    web: withInit('proxy', { args: ['serve', '--listen=:8081'], restartPolicy: 'Always' }),
    // Listens on the port of the other.
    image: ['sidecar-crashes', { env: { SERVE_FLAGS: '--crash' } }],
    object: /pod\/web-[0-9a-z-]+, container proxy/,
    words: ['exit code 1', 'PAYMENT_API_KEY is not set'],
  },
];
