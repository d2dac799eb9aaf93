/** An image reference, taken apart. */
export interface ImageReference {
  /** Registry and path as written, e.g. `ghcr.io/acme/web`. */
  readonly repository: string;
  readonly tag: string | undefined;
  /** `sha256:…` */
  readonly digest: string | undefined;
}

// The grammar of https://pkg.go.dev/github.com/distribution/reference, less what no registry serves.
const host = String.raw`(?:[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?|\[[a-fA-F0-9:]+\])(?::\d+)?`;
const part = String.raw`[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*`;
const tag = String.raw`\w[\w.-]{0,127}`;
const digest = 'sha256:[a-f0-9]{64}';
const reference = new RegExp(`^((?:${host}/)?${part}(?:/${part})*)(?::(${tag}))?(?:@(${digest}))?$`);

/** Takes an image reference apart, or answers undefined where it is none. */
export function parseImage(text: string): ImageReference | undefined {
  const match = reference.exec(text);
  if (match?.[1] === undefined) return undefined;
  return { repository: match[1], tag: match[2], digest: match[3] };
}

/**
 * The repository with the registry and folder that container runtimes fill in: `nginx` is
 * `docker.io/library/nginx`. Only for comparing two repositories.
 */
export function fullRepository(repository: string): string {
  const [first = '', ...rest] = repository.split('/');
  const isHost = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  const named = isHost ? repository : `docker.io/${repository}`;
  const hub = named.replace(/^index\.docker\.io\//, 'docker.io/');
  return /^docker\.io\/[^/]+$/.test(hub) ? hub.replace('docker.io/', 'docker.io/library/') : hub;
}

/** What the `image` input asks for: a whole reference, or another tag or digest of the repository that runs now. */
export type WantedImage =
  | { readonly kind: 'reference'; readonly text: string; readonly image: ImageReference }
  | { readonly kind: 'version'; readonly suffix: string };

/**
 * Reads the `image` input: a full reference, `:tag`, `@sha256:…`, or a bare commit SHA of 7 to 40 hex digits,
 * taken as the tag. Answers undefined where it is none of these.
 */
export function parseWantedImage(text: string): WantedImage | undefined {
  if (/^[a-f0-9]{7,40}$/.test(text)) return { kind: 'version', suffix: `:${text}` };
  if (new RegExp(`^(?::${tag})?(?:@${digest})?$`).test(text) && text !== '')
    return { kind: 'version', suffix: text };
  const image = parseImage(text);
  return image && { kind: 'reference', text, image };
}

/** Whether pulling `image` twice may bring two different programs: no tag, or `latest`, and no digest. */
export function isMutable(image: ImageReference): boolean {
  return image.digest === undefined && (image.tag === undefined || image.tag === 'latest');
}

/**
 * Whether the name itself says that it stays: a digest, or a tag that holds a commit's SHA (7 to 40 hex digits), such
 * as `3f2c1ab` or `main-3f2c1ab`. Any other tag may have been pushed anew.
 */
export function isNamedForGood({ digest, tag = '' }: ImageReference): boolean {
  return digest !== undefined || /(?:^|[._-])[a-f0-9]{7,40}(?:$|[._-])/.test(tag);
}
