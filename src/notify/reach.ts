/** What the operator lets webhooks reach beyond the public internet. */
export interface Reach {
  /** Also addresses of this machine and its networks. Default: false. */
  readonly allowPrivate: boolean;
  /** Host names, addresses and networks (`10.1.0.0/16`) that may be reached on any port. */
  readonly allow: readonly string[];
  /** Ports that may be reached. */
  readonly ports: readonly number[];
}

export const defaultReach: Reach = { allowPrivate: false, allow: [], ports: [80, 443, 8080, 8443] };
