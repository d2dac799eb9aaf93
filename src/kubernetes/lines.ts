import { StringDecoder } from 'node:string_decoder';
import { wholeWords } from '../clip.ts';

/** What stands at the end of a line that was cut. */
export const CUT_MARK = ' …[line cut]';

/** Cuts a stream of UTF-8 bytes into lines, wherever its chunks begin and end. */
export class LineSplitter {
  readonly #onLine: (line: string) => void;
  readonly #maxLength: number;
  readonly #decoder = new StringDecoder('utf8');
  #pending = '';
  #cut = false;

  /** @param maxLength characters beyond which a line is cut and marked, so that it cannot fill the memory */
  constructor(onLine: (line: string) => void, maxLength = Number.POSITIVE_INFINITY) {
    this.#onLine = onLine;
    this.#maxLength = maxLength;
  }

  write(chunk: Buffer | string): void {
    const text = typeof chunk === 'string' ? chunk : this.#decoder.write(chunk);
    let start = 0;
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
      this.#append(text.slice(start, end));
      this.#emit();
      start = end + 1;
    }
    this.#append(text.slice(start));
  }

  /** The stream is over, and what came after the last line break is a line, too. */
  end(): void {
    this.#append(this.#decoder.end());
    if (this.#pending !== '') {
      this.#emit();
    }
  }

  #append(text: string): void {
    const room = this.#maxLength - this.#pending.length;
    this.#cut ||= text.length > room;
    this.#pending += text.length > room ? text.slice(0, Math.max(0, room)) : text;
  }

  #emit(): void {
    // Half a word may be half a secret, which the runner would not mask.
    const line = this.#cut ? wholeWords(this.#pending).trimEnd() + CUT_MARK : this.#pending;
    this.#pending = '';
    this.#cut = false;
    this.#onLine(line);
  }
}
