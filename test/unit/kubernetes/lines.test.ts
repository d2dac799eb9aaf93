import { describe, expect, it } from 'vitest';
import { CUT_MARK, LineSplitter } from '../../../src/kubernetes/lines.ts';

function linesOf(chunks: readonly (Buffer | string)[], maxLength?: number): string[] {
  const lines: string[] = [];
  const splitter = new LineSplitter((line) => lines.push(line), maxLength);
  for (const chunk of chunks) {
    splitter.write(chunk);
  }
  splitter.end();
  return lines;
}

describe('LineSplitter', () => {
  it.each<[string[], string[]]>([
    [[], []],
    [[''], []],
    [['a\nb\n'], ['a', 'b']],
    [['a\n\n'], ['a', '']],
    [
      ['a', 'b', '\n', 'c'],
      ['ab', 'c'],
    ],
    [['a\r\n'], ['a\r']],
  ])('%j -> %j', (chunks, lines) => {
    expect(linesOf(chunks)).toEqual(lines);
  });

  it('reads the same lines wherever the bytes are cut', () => {
    const bytes = Buffer.from('grüß\ndich 🚀 Gott\n…');
    for (let at = 0; at <= bytes.length; at++) {
      expect(linesOf([bytes.subarray(0, at), bytes.subarray(at)])).toEqual(['grüß', 'dich 🚀 Gott', '…']);
    }
    expect(linesOf([...bytes].map((byte) => Buffer.of(byte)))).toEqual(['grüß', 'dich 🚀 Gott', '…']);
  });

  it('cuts long lines after a whole word, and marks them', () => {
    expect(linesOf(['ab ', 'cde', 'f gh\nabcd\nab'], 4)).toEqual([`ab${CUT_MARK}`, 'abcd', 'ab']);
  });

  it('leaves out a word that is longer than a line may be, since half a secret is not masked', () => {
    expect(linesOf(['s3cr3t-t0k3n\nab'], 4)).toEqual([CUT_MARK, 'ab']);
    expect(linesOf(['a s3cr3t-t0k3n\nab'], 4)).toEqual([`a${CUT_MARK}`, 'ab']);
  });

  it('takes a line of many megabytes', () => {
    const chunk = Buffer.alloc(64 * 1024, 'x');
    const [line = ''] = linesOf([...Array.from({ length: 512 }, () => chunk), '\n']);
    expect(line).toHaveLength(512 * 64 * 1024);
  });
});
