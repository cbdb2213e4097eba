import { Corrupt, isMemoryError, type MemoryError, Timeout, Unavailable } from '@mneme/domain';

const NOT_FOUND = 404;
const CONFLICT = 409;
const REFUSED = [401, 403];
const TOO_MANY = 429;
const SERVER_ERROR = 500;
const DISK_FULL = /no space left|insufficient storage|disk is full|out of disk/i;

/** What Qdrant answered instead of a result. */
export class QdrantRefusal extends Error {
  override readonly name = 'QdrantRefusal';

  constructor(
    readonly status: number,
    /** Qdrant's own words, which may name ids: for the cause of an error, never for its message. */
    readonly reason: string,
  ) {
    super(`Qdrant answered ${status}`);
  }
}

/** There is no such collection, or no such alias. */
export function isNotFound(error: unknown): boolean {
  return error instanceof QdrantRefusal && error.status === NOT_FOUND;
}

/** Another process has made the same thing first. */
export function isAlreadyThere(error: unknown): boolean {
  return error instanceof QdrantRefusal && (error.status === CONFLICT || /already exists/i.test(error.reason));
}

/** The failure as those who call a port know it; `address` is without credentials. */
export function memoryErrorOf(error: unknown, address: string): MemoryError {
  if (isMemoryError(error)) return error;
  if (error instanceof QdrantRefusal) return errorOfStatus(error, address);
  return new Unavailable(`Qdrant at ${address} does not answer`, { cause: error });
}

export function timeoutOf(address: string, timeoutMs: number): Timeout {
  return new Timeout(`Qdrant at ${address} did not answer in time`, { limit: `timeoutMs=${timeoutMs}` });
}

function errorOfStatus(cause: QdrantRefusal, address: string): MemoryError {
  const { status, reason } = cause;
  if (DISK_FULL.test(reason))
    return new Unavailable(`Qdrant at ${address} has no room left`, { cause }, 'storage-full');
  if (REFUSED.includes(status)) return new Unavailable(`Qdrant at ${address} refuses the API key`, { cause });
  if (status === NOT_FOUND) return new Unavailable(`a collection is gone from Qdrant at ${address}`, { cause });
  if (status === TOO_MANY || status >= SERVER_ERROR) {
    return new Unavailable(`Qdrant at ${address} cannot answer now`, { cause, sent: String(status) });
  }
  return new Corrupt(`Qdrant at ${address} does not understand a request`, { cause, sent: String(status) });
}
