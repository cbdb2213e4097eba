import { createServer } from 'node:net';
import type { Address } from '../config.js';
import { cannotStart } from '../run-main.js';

/** Where a server is to listen, and the setting that says so. */
export interface Listening {
  readonly what: 'gRPC' | 'HTTP';
  readonly address: Address;
  readonly setting: string;
}

/** Looks before anything is opened or made: two starts by mistake are common. @throws Unavailable. */
export function requireFree(listening: Listening): Promise<void> {
  const { host, port } = listening.address;
  return saysWhy(
    listening,
    () =>
      new Promise<void>((resolve, reject) => {
        const server = createServer();
        server.once('error', reject);
        server.listen(port, host, () => server.close(() => resolve()));
      }),
  );
}

/** @throws Unavailable with the address and what to do, when `listen` fails for its address. */
export async function saysWhy<T>(listening: Listening, listen: () => Promise<T>): Promise<T> {
  try {
    return await listen();
  } catch (error) {
    const reason = reasonOf(error);
    if (reason === undefined) throw error;
    const { what, address, setting } = listening;
    throw cannotStart(
      `${what} cannot listen on ${address.host}:${address.port}: ${reason}, or set ${setting} to another address`,
    );
  }
}

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'that port is taken; free it',
  EACCES: 'this user may not open that port; run as one who may',
  EADDRNOTAVAIL: 'this machine has no such address; use one of its own',
  ENOTFOUND: 'no such host is known; use one that is',
};

// The gRPC server gives the system's code in its message alone.
function reasonOf(error: unknown): string | undefined {
  const [code = ''] = (error instanceof Error && /\bE[A-Z]{4,}\b/.exec(error.message)) || [];
  return REASONS[code];
}
