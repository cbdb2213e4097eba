import { Corrupt, isMemoryError, Timeout, Unavailable } from '@mneme/domain';

/** Whether the same work can succeed when it is done again at once, from its beginning. */
export function isTransient(error: unknown): boolean {
  const code = codeOf(error);
  return code !== undefined && (STOOD_IN_THE_WAY.has(code) || CONNECTION_LOST.has(code));
}

// A deadlock; a node that another transaction removed, or took up, while this one worked on it; an index made by another.
const STOOD_IN_THE_WAY = new Set([
  'Neo.TransientError.Transaction.DeadlockDetected',
  'Neo.TransientError.Transaction.Outdated',
  'Neo.TransientError.Transaction.LockAcquisitionTimeout',
  'Neo.TransientError.Transaction.ConstraintsChanged',
  'Neo.ClientError.Statement.EntityNotFound',
  'Neo.ClientError.Schema.ConstraintValidationFailed',
  // IF NOT EXISTS looks before it waits for the one who makes it.
  'Neo.ClientError.Schema.EquivalentSchemaRuleAlreadyExists',
  'Neo.ClientError.Schema.IndexAlreadyExists',
  'Neo.ClientError.Schema.IndexWithNameAlreadyExists',
  'Neo.ClientError.Schema.ConstraintAlreadyExists',
  'Neo.ClientError.Schema.ConstraintWithNameAlreadyExists',
]);

// Everything that is written can be written twice, so what may have been done is done again.
const CONNECTION_LOST = new Set(['ServiceUnavailable', 'SessionExpired']);

/**
 * What the engine or its client reports, as an error of ours, without the statement and the values that it quotes; what
 * is a bug stays as it is. What only an operator can mend is `Unavailable`: the work waits until it is mended.
 * @param place of the server, without credentials.
 */
export function mapNeo4jError(error: unknown, place: string): unknown {
  if (isMemoryError(error)) return error;
  const code = codeOf(error);
  if (code === undefined) return error;
  const cause = new Error(code);
  if (code.includes('TransactionTimedOut')) {
    return new Timeout(`Neo4j at ${place} ended a transaction that took too long`, { cause });
  }
  const why = WHY.find(([pattern]) => pattern.test(code))?.[1];
  if (why !== undefined) return new Unavailable(`Neo4j at ${place} ${why}`, { cause });
  if (code === 'N/A')
    return new Unavailable(`Neo4j at ${place} has no connection left`, { cause: withoutValues(error) });
  return withoutValues(error);
}

/** Names a node or a relationship in a message whatever is wrong with it. */
export function corrupt(what: string): Corrupt {
  return new Corrupt(`the fact graph in Neo4j is damaged: ${what}`);
}

const WHY: readonly (readonly [RegExp, string])[] = [
  [/^(ServiceUnavailable|SessionExpired)$/, 'cannot be reached'],
  [/^ProtocolError$/, 'does not speak the protocol'],
  [/^Neo\.ClientError\.Security\.(Unauthorized|AuthenticationRateLimit)/, 'refuses the user or the password'],
  [/^Neo\.ClientError\.Security\./, 'does not let this user do what is needed'],
  [/^Neo\.ClientError\.Database\.DatabaseNotFound/, 'has no such database'],
  [/ReadOnly|Cluster\.NotALeader/, 'can only be read'],
  [/^Neo\.ClientError\.Transaction\.Terminated|\.Terminated$/, 'ended a transaction'],
  [/^Neo\.TransientError\.General\.(OutOfMemory|MemoryPool)|TransactionMemory/, 'is short of memory'],
  [/^Neo\.TransientError\./, 'gave way to other transactions again and again, or does not serve at the moment'],
  [/ConstraintValidationFailed|EntityNotFound/, 'gave way to other transactions again and again'],
  [/^Neo\.ClientError\.(Schema|Procedure|Statement\.NotSystemDatabase)/, 'has lost a part of the schema'],
  [/^Neo\.DatabaseError\./, 'reports an error of its own'],
];

function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined;
  return error.name === 'Neo4jError' || error.code.startsWith('Neo.') ? error.code : undefined;
}

/** A message of the engine may quote a statement with what stands in it. */
function withoutValues(error: unknown): Error {
  return new Error(codeOf(error) ?? 'Neo4j', { cause: undefined });
}
