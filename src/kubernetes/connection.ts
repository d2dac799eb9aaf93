import type { Credentials } from './credentials.ts';

/** How the API server proves who it is, and how we prove it on the same connection. PEM texts. */
export interface TlsSettings {
  /** The authorities to trust; without it, those of Node and of the system. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  /** The name that the server's certificate must carry, where it is not the URL's host. */
  readonly servername?: string;
  readonly rejectUnauthorized: boolean;
}

/** Where the API server is and how to speak to it: what a kubeconfig's context comes down to. */
export interface Connection {
  /** The API server's URL without a trailing slash; it may have a path, as behind Rancher. */
  readonly server: string;
  readonly contextName: string;
  /** The context's namespace, or `default`. */
  readonly namespace: string;
  readonly tls: TlsSettings;
  /** The http(s) proxy that leads to `server`, already decided between `proxy-url`, `HTTPS_PROXY`, `NO_PROXY`. */
  readonly proxyUrl?: string;
  readonly credentials: Credentials;
  /** Where this was read from, for messages: `the kubeconfig input`, `/home/x/.kube/config`, … */
  readonly origin: string;
}
