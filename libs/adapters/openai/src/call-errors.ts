import {
  Corrupt,
  Forbidden,
  InvalidInput,
  LimitExceeded,
  type MemoryError,
  NotFound,
  Timeout,
  Unavailable,
} from '@mneme/domain';
import { APIConnectionTimeoutError, APIError } from 'openai';
import { AnswerTooLong } from './bounded-fetch.js';

/**
 * The vendor's error as one of ours. Its message, its body and its headers may repeat the text or the key, so nothing of
 * them is kept, not even as a cause.
 */
export function errorOf(error: unknown): MemoryError {
  if (error instanceof AnswerTooLong || causeOf(error) instanceof AnswerTooLong) {
    return new Corrupt('the answer of the model server is longer than allowed');
  }
  if (error instanceof APIConnectionTimeoutError) return new Timeout('the model server did not answer in time');
  if (error instanceof APIError && typeof error.status === 'number') return errorOfStatus(error.status);
  // A connection that breaks in the middle of a body, and a body that is cut off or is not JSON, come without a status.
  return new Unavailable('the model server cannot be reached, or broke off its answer');
}

function errorOfStatus(status: number): MemoryError {
  if (status === 401 || status === 403) {
    return new Forbidden('the model server does not accept the key', {}, 'unauthenticated');
  }
  if (status === 408) return new Timeout('the model server gave up waiting');
  if (status === 409 || status >= 500) return new Unavailable('the model server is failing');
  if (status === 429) return new Unavailable('the model server limits the rate or the quota');
  if (status === 413) return new LimitExceeded('the model server finds the request too long');
  if (status === 404) return new NotFound('the model server does not know the model or the path');
  return new InvalidInput('the model server refuses the request');
}

function causeOf(error: unknown): unknown {
  return error instanceof Error ? error.cause : undefined;
}
