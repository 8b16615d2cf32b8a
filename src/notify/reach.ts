/** Where webhooks may connect beyond the public internet, as the operator has set it. */
export interface Reach {
  /** Every address, those of this machine and its networks included. Default: false. */
  readonly allowPrivate: boolean;
  /** Host names, addresses and networks (`10.1.0.0/16`) that may be reached on any port. */
  readonly allow: readonly string[];
  /** Ports that may be reached. */
  readonly ports: readonly number[];
}

export const defaultReach: Reach = { allowPrivate: false, allow: [], ports: [80, 443, 8080, 8443] };
