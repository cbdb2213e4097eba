import { Corrupt, type MemoryError, Unavailable } from '@mneme/domain';

/** Replies by which an engine says that it cannot now, by their first word. */
const NOT_NOW = ['LOADING', 'BUSY', 'READONLY', 'MASTERDOWN', 'CLUSTERDOWN', 'TRYAGAIN', 'NOREPLICAS', 'MISCONF'];
const NOT_LET_IN = ['NOAUTH', 'WRONGPASS', 'NOPERM'];

/** The vendor's error in our words. */
export function redisError(error: unknown, address: string): MemoryError {
  const word = replyWordOf(error);
  const cause = withoutCommand(error);
  const at = `Redis at ${address}`;
  if (word === undefined) return new Unavailable(`${at} does not answer`, { cause });
  if (word === 'OOM') return new Unavailable(`${at} has no memory left`, { cause }, 'storage-full');
  if (NOT_LET_IN.includes(word)) return new Unavailable(`${at} refuses these credentials (${word})`, { cause });
  if (NOT_NOW.includes(word)) return new Unavailable(`${at} cannot answer now (${word})`, { cause });
  if (word === 'MOVED' || word === 'CROSSSLOT') {
    return new Unavailable(`${at} is a node of a cluster: name one engine, or a proxy that routes`, { cause });
  }
  return new Corrupt(`${at} refused a command (${word})`, { cause });
}

/** The engine keeps no scripts over a restart. */
export function isScriptMissing(error: unknown): boolean {
  return replyWordOf(error) === 'NOSCRIPT';
}

/** The vendor's error holds the command and all that was sent with it: nothing for a log. */
function withoutCommand(error: unknown): Error {
  return new Error(error instanceof Error ? error.message : 'unknown');
}

/** The first word of an error that the engine replied; undefined for one of the connection. */
function replyWordOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || error.name !== 'ReplyError') return undefined;
  return /^[A-Z]+/.exec(error.message)?.[0] ?? 'ERR';
}
