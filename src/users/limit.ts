/** How many errors users may see: a share of a phase's requests, a number in all, or any (they are only reported). */
export type ErrorLimit =
  | { readonly kind: 'share'; readonly share: number }
  | { readonly kind: 'count'; readonly count: number }
  | { readonly kind: 'off' };

/** Reads `watch-max-errors`: `1%`, `5` or `off`; undefined for anything else. Pure. */
export function parseErrorLimit(text: string): ErrorLimit | undefined {
  const trimmed = text.trim();
  if (trimmed.toLowerCase() === 'off') return { kind: 'off' };
  if (/^\d{1,9}$/.test(trimmed)) return { kind: 'count', count: Number(trimmed) };
  const [, percent] = /^(\d{1,3}(?:\.\d{1,6})?)\s?%$/.exec(trimmed) ?? [];
  if (percent === undefined || Number(percent) > 100) return undefined;
  // Of a share, one error is always let pass; who writes 0% means none.
  if (Number(percent) === 0) return { kind: 'count', count: 0 };
  return { kind: 'share', share: Number(percent) / 100 };
}

/** A limit in words: what is allowed. */
export function sayLimit(limit: ErrorLimit): string {
  if (limit.kind === 'off') return 'any number is allowed';
  if (limit.kind === 'share') return `${sayPercent(limit.share)} of a phase is allowed`;
  return limit.count === 0
    ? 'none is allowed'
    : `${limit.count} in all ${limit.count === 1 ? 'is' : 'are'} allowed`;
}

/** A share as a percentage of two digits: `0.25 %`, `1 %`, `33 %`. */
export function sayPercent(share: number): string {
  return `${Number((share * 100).toPrecision(2))} %`;
}
