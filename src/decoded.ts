/** A part of a URL as a person would write it; as it is where it is not encoded well, such as `50%off`. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
