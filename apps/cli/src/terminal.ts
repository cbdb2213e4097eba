import type { Readable, Writable } from 'node:stream';

/** A stream that may be a terminal's. */
export type Outlet = Writable & { readonly isTTY?: boolean; readonly columns?: number };

/** What the program sees of the world outside; tests hand in their own. */
export interface Terminal {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Outlet;
  readonly stderr: Outlet;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Aborted, with the signal's name as its reason, when the program is asked to end. */
  readonly signal: AbortSignal;
}
