import { clip, clipMiddle } from '../clip.ts';
import { ApiError, type StatusCause } from '../errors.ts';

/** A `Status` as the API server sends it, where it does. */
interface Status {
  readonly kind?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly details?: { readonly causes?: readonly StatusCause[]; readonly retryAfterSeconds?: number };
}

const SHOWN_CHARACTERS = 200;
const MAX_MESSAGE_CHARACTERS = 2_000;
const KEPT_CHARACTERS = 800;

/**
 * The error that an answer stands for.
 * @param body the answer's text: a `Status` in JSON, whatever a proxy in front of the server says, or nothing
 * @param retryAfter the `Retry-After` header: seconds or a date
 * @param now milliseconds since the epoch
 */
export function errorFromAnswer(answer: {
  status: number;
  statusText: string;
  body: string;
  request: string;
  retryAfter: string | undefined;
  now: number;
}): ApiError {
  const { status, request, body } = answer;
  const parsed = parseStatus(body);
  const details = parsed?.details;
  const shown = clip(body.trim(), SHOWN_CHARACTERS);
  const plain = shown === '' ? '' : `: ${shown}`;
  return new ApiError({
    status,
    reason: parsed?.reason ?? '',
    message:
      inShort(parsed?.message ?? '') ||
      `the answer was ${`${status} ${answer.statusText}`.trim()}${parsed ? '' : plain}`,
    request,
    causes: (details?.causes ?? []).map(shortened),
    retryAfter: secondsFrom(answer.retryAfter, answer.now) ?? details?.retryAfterSeconds,
  });
}

/** Some messages quote the whole object that was sent, and say only after it what is wrong with it. */
function inShort(message: string): string {
  return message.length <= MAX_MESSAGE_CHARACTERS ? message : clipMiddle(message, KEPT_CHARACTERS);
}

function shortened(cause: StatusCause): StatusCause {
  return cause.message === undefined ? cause : { ...cause, message: inShort(cause.message) };
}

function parseStatus(body: string): Status | undefined {
  try {
    const value = JSON.parse(body) as Status | null;
    return value?.kind === 'Status' ? value : undefined;
  } catch {
    return undefined;
  }
}

/** `Retry-After` in seconds; undefined where it is missing or nonsense. RFC 9110, 10.2.3. */
function secondsFrom(header: string | undefined, now: number): number | undefined {
  if (header === undefined) {
    return undefined;
  }
  if (/^\d+$/.test(header.trim())) {
    return Number(header);
  }
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, (date - now) / 1000);
}
