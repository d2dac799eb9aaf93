import type { WatchAddress } from './address.ts';
import type { ErrorLimit } from './limit.ts';

/** What `watch-url` and `watch-max-errors` ask for. */
export interface WatchInput {
  readonly address: WatchAddress;
  readonly limit: ErrorLimit;
  /** The http(s) proxy that leads to the address; undefined for a direct connection, and for a Service. */
  readonly proxyUrl: string | undefined;
}
