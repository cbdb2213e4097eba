import { isMemoryError } from '@mneme/domain';
import pRetry from 'p-retry';

export interface RetryLimits {
  readonly backoffMinMs: number;
  readonly backoffMaxMs: number;
  /** Attempts at something that fails for a reason nobody has classified. */
  readonly unknownAttemptsMax: number;
}

export const DEFAULT_RETRY: RetryLimits = { backoffMinMs: 50, backoffMaxMs: 10_000, unknownAttemptsMax: 5 };

interface RetryOptions extends RetryLimits {
  readonly signal: AbortSignal;
  readonly onRetry: (error: unknown) => void;
  /** Retry even what will not pass by itself: for steps that must not be skipped. */
  readonly retryPermanent?: boolean;
}

/** Retries transient errors until they pass or `signal` aborts; throws permanent ones at once. */
export async function retryInPlace<T>(step: () => Promise<T>, options: RetryOptions): Promise<T> {
  return pRetry(() => step().catch(wrapped), {
    retries: Number.POSITIVE_INFINITY,
    minTimeout: options.backoffMinMs,
    maxTimeout: options.backoffMaxMs,
    factor: 2,
    randomize: true,
    signal: options.signal,
    shouldRetry: ({ error, attemptNumber }) => mayRetry(causeOf(error), attemptNumber, options),
    onFailedAttempt: ({ error }) => options.onRetry(causeOf(error)),
  }).catch((error: unknown) => {
    throw causeOf(error);
  });
}

function mayRetry(error: unknown, attemptNumber: number, options: RetryOptions): boolean {
  if (options.retryPermanent === true) return true;
  if (isMemoryError(error)) return error.retry === 'later';
  if (isBroken(error)) return false;
  return attemptNumber < options.unknownAttemptsMax;
}

/** A broken invariant: trying again would break it again. */
function isBroken(error: unknown): boolean {
  return (
    error instanceof TypeError ||
    error instanceof RangeError ||
    (error instanceof Error && 'code' in error && error.code === 'ERR_ASSERTION')
  );
}

class Attempt extends Error {
  override readonly name = 'Attempt';
}

// The library gives up at once on a TypeError and refuses what is not an Error; the classes of errors are ours to judge.
function wrapped(error: unknown): never {
  throw new Attempt('attempt failed', { cause: error });
}

function causeOf(error: unknown): unknown {
  return error instanceof Attempt ? error.cause : error;
}
