import { randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { layerOf } from './layer.ts';
import { run } from './processes.ts';

/** What an image does. The program is `/app`, see `app/main.go`. */
export interface Behaviour {
  /** Default `['/app']`; give a path that is not there for an image that cannot start. */
  entrypoint?: readonly string[];
  /** Default `['serve']`. */
  args?: readonly string[];
  /** Added to `VERSION`, which is the tag. `SERVE_FLAGS`, `MIGRATE_FLAGS` and `RUN_FLAGS` hold flags. */
  env?: Readonly<Record<string, string>>;
  /** A user, numeric or by name; default none, which is root. */
  user?: string;
  /** The working directory; default none, which is `/`. */
  workdir?: string;
  /** `linux/arm64` for an image that says it is for that platform alone; default this machine's. */
  platform?: string;
  /** Whether its program is one of another processor, though the image does not say so. */
  foreign?: boolean;
}

const serves = (flags: string): Behaviour => ({ env: { SERVE_FLAGS: flags } });
const migrates = (flags: string): Behaviour => ({ env: { MIGRATE_FLAGS: flags } });

/** The images that every cluster has: tag to behaviour. */
export const behaviours: Readonly<Record<string, Behaviour>> = {
  good: {},
  'good-2': {},
  'good-3': {},
  slow: serves('--ready-after=8s'),
  crash: serves('--crash'),
  'never-ready': serves('--never-ready'),
  flaky: serves('--crashes=2'),
  oom: serves('--allocate=512'),
  'not-exec': { entrypoint: ['/no-such-program'] },
  'ignores-sigterm': serves('--ignore-sigterm'),
  'crash-later': serves('--crash-after=10s'),
  'exit-0': serves('--exit=0'),
  // Ready at once, and 503 to users for a while.
  'ready-too-early': serves('--fail-for=10s'),
  // Answers for a while after SIGTERM, until nobody sends it requests any more.
  drains: serves('--drain=2s'),
  'drains-2': serves('--drain=2s'),
  // Takes no request after SIGTERM, while requests still come.
  'drops-requests': serves('--linger=4s'),
  // Ready also on a database that was never migrated.
  'any-schema': serves('--schema=-1'),
  'migrate-fail': migrates('--fail'),
  'migrate-hang': migrates('--hang'),
  'migrate-slow': migrates('--sleep=5s'),
};

export interface ImageSource {
  crane: string;
  /** A registry, or a registry and a path. */
  registry: string;
  layers: { app: string; pause: string };
}

/** Pushes the images that others are made of, and the pods' pause image; returns the latter's reference. */
export async function pushBases({ crane, registry, layers }: ImageSource): Promise<string> {
  const append = (layer: string, name: string) =>
    run(crane, ['append', '--insecure', '-f', layer, '-t', `${registry}/${name}`]);
  await Promise.all([append(layers.app, 'app:base'), append(layers.pause, 'pause:base')]);
  return await mutate(crane, `${registry}/pause`, 'pause', { entrypoint: ['/pause'], args: [] });
}

/** Makes and pushes `REGISTRY/app:TAG`; returns the reference. The same again changes nothing. */
export async function pushImage(
  source: Pick<ImageSource, 'crane' | 'registry'>,
  tag: string,
  behaviour: Behaviour,
): Promise<string> {
  const { args = ['serve'], env = {} } = behaviour;
  const { crane } = source;
  const repository = `${source.registry}/app`;
  const image = { ...behaviour, args, env: { VERSION: tag, ...env } };
  if (behaviour.foreign) {
    await appendLayer(
      crane,
      `${repository}:base`,
      `${repository}:${tag}-base`,
      layerOf('foreign', foreignProgram),
    );
    return await mutate(crane, repository, tag, { ...image, entrypoint: ['/foreign'] }, `${tag}-base`);
  }
  if (behaviour.platform === undefined) return await mutate(crane, repository, tag, image);
  // The runtime asks for its platform only where there is a choice, which is what an index is.
  const one = await mutate(crane, repository, `${tag}-manifest`, image);
  const reference = `${repository}:${tag}`;
  await run(crane, ['index', 'append', '--insecure', '-m', one, '-t', reference]);
  return reference;
}

/** The head of an ELF file for arm64 (or, on that, for x86-64): no kernel of another processor runs it. */
const foreignProgram = Buffer.from(
  `7f454c460201010000000000000000000200${process.arch === 'x64' ? 'b7' : '3e'}00`.padEnd(256, '0'),
  'hex',
);

async function appendLayer(crane: string, base: string, reference: string, layer: Buffer): Promise<void> {
  const file = join(tmpdir(), `layer-${randomUUID()}.tar`);
  await writeFile(file, layer);
  try {
    await run(crane, ['append', '--insecure', '-b', base, '-f', file, '-t', reference]);
  } finally {
    await rm(file);
  }
}

async function mutate(
  crane: string,
  repository: string,
  tag: string,
  behaviour: Behaviour,
  base = 'base',
): Promise<string> {
  const { entrypoint = ['/app'], args = [], env = {}, user, workdir } = behaviour;
  const { platform = `linux/${process.arch === 'x64' ? 'amd64' : process.arch}` } = behaviour;
  const reference = `${repository}:${tag}`;
  const flags = [
    `--set-platform=${platform}`,
    ...entrypoint.map((part) => `--entrypoint=${csv(part)}`),
    ...args.map((part) => `--cmd=${csv(part)}`),
    ...Object.entries(env).map(([name, value]) => `--env=${csv(`${name}=${value}`)}`),
    ...(user === undefined ? [] : [`--user=${user}`]),
    ...(workdir === undefined ? [] : [`--workdir=${workdir}`]),
  ];
  await run(crane, ['mutate', '--insecure', ...flags, '-t', reference, `${repository}:${base}`]);
  return reference;
}

/** crane takes lists as comma-separated values. */
function csv(text: string): string {
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
