import { Forbidden, isMemoryError, LimitExceeded, type MemoryError, Timeout, Unavailable } from '@mneme/domain';

/** What kafkajs says of an error; `type` is Kafka's own name of it, where Kafka said it. */
interface KafkaFailure {
  readonly name: string;
  readonly message: string;
  readonly type?: string;
  readonly retriable?: boolean;
  readonly cause?: unknown;
}

const STALE: ReadonlySet<string> = new Set([
  'LEADER_NOT_AVAILABLE',
  'NOT_LEADER_FOR_PARTITION',
  'FENCED_LEADER_EPOCH',
  'UNKNOWN_LEADER_EPOCH',
  'UNKNOWN_TOPIC_OR_PARTITION',
]);
const LOST_MEMBERSHIP: ReadonlySet<string> = new Set([
  'REBALANCE_IN_PROGRESS',
  'ILLEGAL_GENERATION',
  'UNKNOWN_MEMBER_ID',
  'FENCED_INSTANCE_ID',
]);
const DENIED = /_AUTHORIZATION_FAILED$|^SASL_AUTHENTICATION_FAILED$|^UNSUPPORTED_SASL_MECHANISM$/;
const TOO_LARGE: ReadonlySet<string> = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE']);

/** Kafka's name of the error, also when kafkajs has wrapped it; undefined when Kafka did not answer. */
export function typeOf(error: unknown): string | undefined {
  const failure = error as Partial<KafkaFailure> | undefined;
  if (typeof failure?.type === 'string') return failure.type;
  return failure?.cause === undefined || failure.cause === error ? undefined : typeOf(failure.cause);
}

/** True when another look at who leads which partition will help. */
export function isStaleMetadata(error: unknown): boolean {
  return STALE.has(typeOf(error) ?? '') || nameOf(error) === 'KafkaJSTopicMetadataNotLoaded';
}

/** True when Kafka no longer counts this member to the group's generation. */
export function isLostMembership(error: unknown): boolean {
  return LOST_MEMBERSHIP.has(typeOf(error) ?? '');
}

/** True when the same may work in a moment: by what Kafka says of its error, or because it was not reached. */
export function isTransient(error: unknown): boolean {
  if (isMemoryError(error)) return error.retry === 'later';
  const { retriable, type } = error as Partial<KafkaFailure>;
  return type === undefined ? !isDenied(error) : retriable === true || isStaleMetadata(error);
}

export function isOutOfRange(error: unknown): boolean {
  return typeOf(error) === 'OFFSET_OUT_OF_RANGE';
}

/** True when no later attempt can work: who asks may not, or does not know how to. */
export function isDenied(error: unknown): boolean {
  return DENIED.test(typeOf(error) ?? '') || nameOf(error) === 'KafkaJSSASLAuthenticationError';
}

/** Any failure as one of ours. `what` begins the message: what could not be done, and where. */
export function kafkaError(error: unknown, what: string): MemoryError {
  if (isMemoryError(error)) return error;
  const type = typeOf(error);
  const message = `${what}: ${type ?? reasonOf(error)}`;
  const detail = { cause: error };
  if (isDenied(error)) return new Forbidden(message, detail, type === undefined ? 'unauthenticated' : 'forbidden');
  if (TOO_LARGE.has(type ?? '')) return new LimitExceeded(message, detail);
  if (type === 'KAFKA_STORAGE_ERROR') return new Unavailable(message, detail, 'storage-full');
  if (nameOf(error) === 'KafkaJSRequestTimeoutError') return new Timeout(message, detail);
  return new Unavailable(message, detail);
}

function nameOf(error: unknown): string | undefined {
  return (error as Partial<KafkaFailure> | undefined)?.name;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
