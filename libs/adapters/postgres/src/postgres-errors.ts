import {
  Conflict,
  Corrupt,
  InvalidInput,
  isMemoryError,
  LimitExceeded,
  type MemoryError,
  Timeout,
  Unavailable,
} from '@mneme/domain';

/** SQLSTATE of a transaction that another one stood in the way of: it can be run again at once. */
const TRANSIENT = new Set(['40001', '40P01']);

/** Whether the same work can succeed when it is done again at once, from its beginning. */
export function isTransient(error: unknown): boolean {
  return TRANSIENT.has(stateOf(error) ?? '');
}

/** Whether the connection it came from is of no use any more; a prepared plan that went stale is of none either. */
export function breaksConnection(error: unknown): boolean {
  const state = stateOf(error);
  if (state !== undefined) return state === '0A000' || /^(08|57P)/.test(state);
  return ofTheClient(error, { place: '', cause: error }) !== undefined;
}

/** What the server reported, without the rows and values that it quotes. */
export class ServerFailure extends Error {
  override readonly name = 'ServerFailure';

  constructor(
    message: string,
    readonly state: string,
    readonly column?: string,
  ) {
    super(message);
  }
}

/** Whether the statement was refused because the column must have a value. */
export function isNullIn(error: unknown, column: string): boolean {
  return error instanceof ServerFailure && error.state === '23502' && error.column === column;
}

/**
 * What the engine or its client reports, as an error of ours; what is a bug stays as it is, without the values that
 * stand in it.
 * @param place of the server, without credentials.
 */
export function mapPostgresError(error: unknown, place: string): unknown {
  if (isMemoryError(error)) return error;
  const state = stateOf(error);
  const cause = withoutValues(error);
  if (state !== undefined) return bySqlState(state, { place, cause }) ?? cause;
  return ofTheClient(error, { place, cause }) ?? error;
}

interface Failure {
  readonly place: string;
  readonly cause: unknown;
}

function bySqlState(state: string, failure: Failure): MemoryError | undefined {
  const make = BY_STATE[state] ?? BY_CLASS[state.slice(0, 2)];
  return make?.(failure);
}

const unavailable =
  (what: string) =>
  ({ place, cause }: Failure) =>
    new Unavailable(`PostgreSQL at ${place} ${what}`, { cause });
const timeout =
  (what: string) =>
  ({ place, cause }: Failure) =>
    new Timeout(`PostgreSQL at ${place} ${what}`, { cause });

const BY_STATE: Readonly<Record<string, (failure: Failure) => MemoryError>> = {
  '53100': ({ place, cause }) =>
    new Unavailable(`PostgreSQL at ${place} has no room left to write`, { cause }, 'storage-full'),
  '53300': unavailable('has no connection left'),
  '57014': timeout('ended a statement that took too long'),
  '55P03': timeout('could not lock a row in time'),
  '25P03': timeout('ended a transaction that was left open'),
  '57P01': unavailable('is shutting down'),
  '57P02': unavailable('has crashed and starts again'),
  '57P03': unavailable('is starting or shutting down'),
  '3D000': unavailable('has no such database'),
  '3F000': unavailable('has lost the schema'),
  '42P01': unavailable('has lost a table of the schema'),
  '42501': unavailable('does not let this user do what is needed'),
  '25006': unavailable('can only be read: it is a standby, or set to be so'),
  '0A000': unavailable('has changed a table since a statement was prepared'),
  '23503': ({ cause }) => new Conflict('what it belongs to was removed meanwhile', { cause }),
  '23505': ({ cause }) => new Conflict('it exists already', { cause }),
  '22021': ({ cause }) => new InvalidInput('a text holds a character that cannot be stored', { cause }),
  XX001: ({ place, cause }) => new Corrupt(`the data of PostgreSQL at ${place} is damaged`, { cause }),
  XX002: ({ place, cause }) => new Corrupt(`an index of PostgreSQL at ${place} is damaged`, { cause }),
};

const BY_CLASS: Readonly<Record<string, (failure: Failure) => MemoryError>> = {
  '08': unavailable('broke the connection'),
  '28': unavailable('refuses the user or the password'),
  '40': unavailable('gave way to other transactions again and again'),
  '53': unavailable('is short of memory or connections'),
  '54': ({ cause }) => new LimitExceeded('a value is too big for the database', { cause }),
  '57': unavailable('does not serve at the moment'),
  '58': unavailable('cannot read or write its files'),
};

// The client gives most of these no code of their own.
const CLIENT_TIMEOUTS = ['Query read timeout'];
const CLIENT_FAILURES = [
  'Connection terminated',
  'timeout exceeded when trying to connect',
  'Client has encountered a connection error and is not queryable',
  'Client was closed and is not queryable',
  'Cannot use a pool after calling end on the pool',
  'The server does not support SSL connections',
  'SASL',
];

function ofTheClient(error: unknown, { place, cause }: Failure): MemoryError | undefined {
  if (!isFailure(error)) return undefined;
  const { message, code } = error;
  if (CLIENT_TIMEOUTS.some((text) => message.startsWith(text))) {
    return new Timeout(`PostgreSQL at ${place} did not answer in time`, { cause });
  }
  const isKnown = code !== undefined || CLIENT_FAILURES.some((text) => message.startsWith(text));
  return isKnown ? new Unavailable(`PostgreSQL at ${place} cannot be reached`, { cause }) : undefined;
}

interface Fields {
  readonly message: string;
  readonly code?: string;
  readonly severity?: string;
  readonly constraint?: string;
  readonly routine?: string;
  readonly column?: string;
}

// By what it holds: an error of the network is of the runtime's own class, which need not be that of this module.
function isFailure(error: unknown): error is Fields {
  if (typeof error !== 'object' || error === null || !('message' in error) || typeof error.message !== 'string')
    return false;
  return !('code' in error) || typeof error.code === 'string';
}

/** Five letters and digits, from the server; a client's own code (`ECONNREFUSED`) comes without a severity. */
function stateOf(error: unknown): string | undefined {
  return isFailure(error) && error.severity !== undefined ? error.code : undefined;
}

function withoutValues(error: unknown): unknown {
  const state = stateOf(error);
  if (state === undefined) return error;
  const { message, constraint, routine, column } = error as Fields;
  const quotesValues = ['22', '23', 'P0'].includes(state.slice(0, 2));
  const parts = [state, quotesValues ? constraint : message, routine].filter((part) => part !== undefined);
  return new ServerFailure(parts.join(' '), state, column);
}
