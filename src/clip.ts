const mark = '…';

/**
 * `text`, cut to `longest` characters with a mark. It is cut at white space, and a word that the cut would go through
 * is left out whole: half a secret is no longer the value that the runner masks.
 */
export function clip(text: string, longest: number): string {
  if (text.length <= longest) return text;
  return `${wholeWords(text.slice(0, longest))}${mark}`;
}

/** As {@link clip}, but what is left out is the middle. */
export function clipMiddle(text: string, longest: number): string {
  if (text.length <= longest) return text;
  const half = Math.floor(longest / 2);
  return `${wholeWords(text.slice(0, half))}${mark} ${text.slice(-half).replace(/^\S*\s?/, '')}`;
}

/** The beginning of a text that goes on: without the word that its end may have gone through. */
export function wholeWords(beginning: string): string {
  return beginning.replace(/\S*$/, '');
}
