/**
 * What the runner replaces by `***`: the values that it was told, and common encodings of them
 * (actions/runner: src/Sdk/DTLogging/Logging/SecretMasker.cs and ValueEncoders.cs).
 */
export class Masks {
  /** As they were added, in order. */
  readonly values: string[] = [];
  readonly #variants = new Set<string>();

  add(value: string): void {
    if (value === '') return;
    this.values.push(value);
    this.hide(value);
  }

  /** Masks a value that nobody asked to mask, such as the token of `stop-commands`. */
  hide(value: string): void {
    // A value of several lines could never match a line of the log; so each line is one, too.
    for (const secret of [value, ...value.split(/\r\n|\r|\n/)]) {
      if (secret === '') continue;
      this.#variants.add(secret);
      for (const encode of encoders) this.#variants.add(encode(secret));
    }
    this.#variants.delete('');
  }

  /** `text` with every known secret replaced; secrets that overlap or touch become one `***`. */
  apply(text: string): string {
    const ranges: { start: number; end: number }[] = [];
    for (const secret of this.#variants) {
      for (let start = text.indexOf(secret); start >= 0; start = text.indexOf(secret, start + 1)) {
        ranges.push({ start, end: start + secret.length });
      }
    }
    ranges.sort((one, other) => one.start - other.start);
    let masked = '';
    let done = 0;
    for (const { start, end } of ranges) {
      if (start > done || done === 0) masked += `${text.slice(done, start)}***`;
      done = Math.max(done, end);
    }
    return masked + text.slice(done);
  }
}

const base64From = (shift: number) => (value: string) => {
  const bytes = Buffer.from(value);
  return bytes.subarray(bytes.length > shift ? shift : 0).toString('base64');
};

const encoders: readonly ((value: string) => string)[] = [
  base64From(0),
  base64From(1),
  base64From(2),
  (value) => value.replaceAll('"', String.raw`\"`),
  (value) => value.replaceAll("'", "''"),
  (value) => JSON.stringify(value).slice(1, -1),
  (value) => encodeURIComponent(value),
  (value) =>
    value
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      .replaceAll("'", '&apos;'),
  (value) => (value.length > 8 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : ''),
];
