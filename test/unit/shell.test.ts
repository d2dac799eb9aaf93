import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runScript, type ScriptOptions } from '../../src/shell.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'shell-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

async function run(script: string, over: Partial<ScriptOptions> = {}) {
  const lines: string[] = [];
  const end = await runScript(script, {
    env: { PATH: process.env['PATH'], ...over.env },
    timeout: over.timeout ?? 30,
    signal: over.signal ?? new AbortController().signal,
    onLine: over.onLine ?? ((line) => lines.push(line)),
  });
  return { end, lines };
}

describe('a script', () => {
  it('of several lines is run to its end', async () => {
    const { end, lines } = await run(
      'name=world\nfor word in hello dear; do echo "$word"; done\necho "$name" >&2',
    );
    expect(end).toEqual({ kind: 'exited', code: 0 });
    expect(lines.toSorted()).toEqual(['dear', 'hello', 'world']);
  });

  it.each([
    ['exits', 'exit 7\necho later', 7],
    ['fails in a line before the last', 'false\necho later', 1],
    ['fails in a part of a pipe', 'exit_with() { return 5; }\nexit_with | cat\necho later', 5],
    ['names no program', 'no-such-program-here\necho later', 127],
  ])('that %s ends with its code', async (_, script, code) => {
    const { end, lines } = await run(script);
    expect(end).toEqual({ kind: 'exited', code });
    expect(lines).not.toContain('later');
  });

  it('sees the environment that it is given, and no other', async () => {
    const { lines } = await run('echo "$FACT"; env | grep -x EMPTY=; env | grep -c VITEST || true', {
      env: { PATH: process.env['PATH'], FACT: 'a b', EMPTY: '', GONE: undefined },
    });
    expect(lines).toEqual(['a b', 'EMPTY=', '0']);
  });

  it('heeds SIGINT, as any other does', async () => {
    const { end, lines } = await run(
      `trap 'echo heard' INT\nkill -INT $$\n(sleep 60) & kill -INT $!; echo over`,
    );
    expect(end).toEqual({ kind: 'exited', code: 0 });
    expect(lines).toEqual(['heard', 'over']);
  });

  it('has nothing on its standard input', async () => {
    expect((await run('cat')).end).toEqual({ kind: 'exited', code: 0 });
  });

  it('that is killed says by what', async () => {
    expect((await run('kill -KILL $$')).end).toEqual({ kind: 'exited', code: 137 });
  });

  it('reads the file that BASH_ENV names, and is known by its group all the same', async () => {
    const settings = path.join(folder, 'settings');
    writeFileSync(settings, 'echo; echo settings; fact=known\n');
    const env = { PATH: process.env['PATH'], BASH_ENV: settings };
    expect(await run('echo "$fact"', { env })).toEqual({
      end: { kind: 'exited', code: 0 },
      lines: ['', 'settings', 'known'],
    });
    const hung = await run('sleep 60', { env, timeout: 0.5 });
    expect(hung.end).toEqual({ kind: 'timeout' });
  });

  it('is known by its group, though it writes at once', async () => {
    const many = await Promise.all(Array.from({ length: 20 }, () => run('echo first')));
    for (const { end, lines } of many) {
      expect(end).toEqual({ kind: 'exited', code: 0 });
      expect(lines).toEqual(['first']);
    }
  });

  it('is run by sh where there is no bash', async () => {
    vi.stubEnv('PATH', folder);
    const { end, lines } = await run('/bin/echo "$0"', { env: { PATH: folder } });
    expect(end.kind).toBe('not-started');
    expect(lines).toEqual([]);
    const { symlinkSync } = await import('node:fs');
    symlinkSync('/bin/sh', path.join(folder, 'sh'));
    expect(await run('/bin/echo ok', { env: { PATH: folder } })).toEqual({
      end: { kind: 'exited', code: 0 },
      lines: ['ok'],
    });
    const hung = await run('exec /bin/sleep 60', { env: { PATH: folder }, timeout: 0.5 });
    expect(hung.end).toEqual({ kind: 'timeout' });
  });
});

describe('a script and all that it has started ends', () => {
  /** Writes a file a while after everything should be over. */
  const late = (file: string) => `(sleep 1.5; touch "${file}") &`;

  it('at its timeout', async () => {
    const file = path.join(folder, 'late');
    const began = performance.now();
    const { end, lines } = await run(`${late(file)}\necho begun\nsleep 60`, { timeout: 0.5 });
    expect(end).toEqual({ kind: 'timeout' });
    expect(lines).toEqual(['begun']);
    expect(performance.now() - began).toBeLessThan(5000);
    await sleep(1500);
    expect(existsSync(file)).toBe(false);
  });

  it('on an interruption, also where it does not want to', async () => {
    const controller = new AbortController();
    const began = performance.now();
    const work = run(`trap '' TERM INT\necho begun\nwhile true; do sleep 1; done`, {
      signal: controller.signal,
      onLine: () => controller.abort(new Error('told to end')),
    });
    await expect(work).rejects.toThrow('told to end');
    expect(performance.now() - began).toBeLessThan(6000);
  });

  it('with what it left in the background, which does not hold the verdict up', async () => {
    const file = path.join(folder, 'late');
    const began = performance.now();
    const { end } = await run(late(file));
    expect(end).toEqual({ kind: 'exited', code: 0 });
    expect(performance.now() - began).toBeLessThan(1450);
    await sleep(1500);
    expect(existsSync(file)).toBe(false);
  });

  it('is not begun where it is too late', async () => {
    const signal = AbortSignal.abort(new Error('told to end'));
    await expect(run(`touch "${folder}/begun"`, { signal })).rejects.toThrow('told to end');
    expect(existsSync(path.join(folder, 'begun'))).toBe(false);
  });
});
