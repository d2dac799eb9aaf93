import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Bench, Figure } from './figure.ts';

/** What a runner downloads to run the action. */
export async function size({ dist }: Bench): Promise<Figure[]> {
  const files = readdirSync(dist, { recursive: true, encoding: 'utf8' })
    .map((name) => ({ name, stat: statSync(path.join(dist, name)) }))
    .filter(({ stat }) => stat.isFile());
  const bytes = files.reduce((sum, { stat }) => sum + stat.size, 0);
  const note = `${files.length} files, all of dist/`;
  return [{ what: 'size of dist/', value: bytes / 1000, unit: 'kB', aim: 1000, note }];
}
