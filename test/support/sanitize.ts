/**
 * HTML as GitHub would let it through: its allowed elements with their allowed attributes. Anything else is shown
 * as the text that it was written as, so that an injection can be seen (and does nothing).
 *
 * After https://github.github.com/gfm/#disallowed-raw-html-extension- and the list that github/markup names.
 */
export function sanitize(html: string): string {
  return html.replaceAll(
    /<!--[\s\S]*?(?:-->|$)|<(\/?)([a-zA-Z][a-zA-Z0-9-]*)((?:"[^"]*"|'[^']*'|[^"'>])*)>|</g,
    (tag, slash, name, rest) => {
      if (tag.startsWith('<!--')) return '';
      if (name === undefined || !elements.has(name.toLowerCase())) return escapeHtml(tag);
      return slash ? `</${name}>` : `<${name}${attributes(rest)}>`;
    },
  );
}

/** `text` as HTML that shows just it. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

const elements = new Set(
  `a b blockquote br caption code dd del details div dl dt em figcaption figure h1 h2 h3 h4 h5 h6 hr i img input ins
  kbd li mark ol p picture pre q rp rt ruby s samp small source span strike strong sub summary sup table tbody td
  tfoot th thead tr tt ul var`.split(/\s+/),
);

const allowed = new Set(
  `align alt checked cite class colspan disabled height href open rowspan src srcset start title type valign
  width`.split(/\s+/),
);

const urls = new Set(['href', 'src', 'srcset', 'cite']);

function attributes(text: string): string {
  let kept = '';
  for (const match of text.matchAll(/([a-zA-Z_:][\w:.-]*)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+))?/g)) {
    const name = match[1]?.toLowerCase() ?? '';
    if (!allowed.has(name)) continue;
    if (match[2] === undefined) {
      kept += ` ${name}`;
      continue;
    }
    const value = match[2].replace(/^(["'])([\s\S]*)\1$/, '$2').replaceAll('"', '&quot;');
    if (!urls.has(name) || isSafeUrl(value)) kept += ` ${name}="${value}"`;
  }
  return kept;
}

/** Relative, or of a scheme that cannot run anything; character references could hide another. */
function isSafeUrl(value: string): boolean {
  const plain = value.replaceAll(/[\s\p{Cc}]/gu, '');
  if (plain.startsWith('#') || /^(https?|mailto):/i.test(plain)) return true;
  const first = plain.split(/[/?]/, 1)[0] ?? '';
  return !/:|&(#|colon|tab|newline)/i.test(first);
}
