import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as core from '@actions/core';
import { afterAll, afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Journal, type Result, successes } from '../../src/journal.ts';
import type { Log } from '../../src/log.ts';
import { publish } from '../../src/publish.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'publish-'));
const summaryFile = path.join(folder, 'summary');
const outputFile = path.join(folder, 'output');
const said: string[] = [];
const annotations: string[] = [];
const log: Log = {
  line: (text) => void said.push(text),
  group: () => {},
  endGroup: () => {},
  annotate: (level, title) => void annotations.push(`${level}: ${title}`),
  mask: () => {},
};

beforeEach(() => {
  for (const file of [summaryFile, outputFile]) writeFileSync(file, '');
  vi.stubEnv('GITHUB_STEP_SUMMARY', summaryFile);
  vi.stubEnv('GITHUB_OUTPUT', outputFile);
  said.length = 0;
  annotations.length = 0;
  process.exitCode = 0;
});

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  process.exitCode = 0;
});

afterAll(() => rmSync(folder, { recursive: true }));

function journalOf(result: Result | undefined): Journal {
  const journal = new Journal({ now: () => 0 });
  journal.add({
    type: 'connected',
    command: 'deploy',
    server: 'https://k8s',
    workloads: ['deployment/web'],
    namespace: 'shop',
  });
  const cause = { reason: 'because', message: 'It is so.', diagnoses: [] };
  if (result) journal.add({ type: 'ended', ending: { result, cause, next: [] } });
  return journal;
}

const results: Readonly<Record<Result, boolean>> = {
  deployed: true,
  unchanged: true,
  'rolled-back': true,
  refused: false,
  locked: false,
  'migration-failed': false,
  undone: false,
  'undo-failed': false,
  'left-failed': false,
  superseded: false,
  cancelled: false,
};

it.each(Object.entries(results) as [Result, boolean][])(
  'says %s; the step is green: %s',
  async (result, good) => {
    await publish(journalOf(result), log, successes);
    expect(process.exitCode).toBe(good ? 0 : 1);
    expect(annotations).toHaveLength(1);
    expect(annotations[0]?.startsWith(good ? 'notice: ' : 'error: ')).toBe(true);
    expect(said.join('\n')).toContain('deployment/web');
    expect(readFileSync(outputFile, 'utf8')).toMatch(new RegExp(`^result<<(\\S+)\n${result}\n\\1$`, 'm'));
    expect(readFileSync(summaryFile, 'utf8')).toContain('deployment/web');
  },
);

it('is red for what is not among the good results, whoever asks', async () => {
  await publish(journalOf('undone'), log, new Set<Result>(['undone']));
  expect(process.exitCode).toBe(0);
  await publish(journalOf('deployed'), log, new Set<Result>(['undone']));
  expect(process.exitCode).toBe(1);
});

it('is red where there is no verdict', async () => {
  await publish(journalOf(undefined), log, successes);
  expect(process.exitCode).toBe(1);
  expect(readFileSync(outputFile, 'utf8')).toContain('cancelled');
});

it('does without a summary, where the runner takes none', async () => {
  vi.stubEnv('GITHUB_STEP_SUMMARY', '');
  await publish(journalOf('deployed'), log, successes);
  expect(process.exitCode).toBe(0);
  expect(readFileSync(summaryFile, 'utf8')).toBe('');
});

it('does not turn red for a summary that cannot be written', async () => {
  vi.spyOn(core.summary, 'write').mockRejectedValue(new Error('no space left'));
  await publish(journalOf('deployed'), log, successes);
  expect(process.exitCode).toBe(0);
  expect(said.join('\n')).toContain('no space left');
});
