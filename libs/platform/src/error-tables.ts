import { randomUUID } from 'node:crypto';
import { status } from '@grpc/grpc-js';
import { type ErrorCode, isMemoryError, type MemoryError } from '@mneme/domain';
import type { Refusal } from '@mneme/proto';

/** Each code as gRPC and HTTP say it. */
const ERROR_TABLE: Readonly<Record<ErrorCode, { readonly grpc: status; readonly http: number }>> = {
  'invalid-input': { grpc: status.INVALID_ARGUMENT, http: 400 },
  'not-found': { grpc: status.NOT_FOUND, http: 404 },
  conflict: { grpc: status.ABORTED, http: 409 },
  'subject-erased': { grpc: status.FAILED_PRECONDITION, http: 409 },
  'legal-hold': { grpc: status.FAILED_PRECONDITION, http: 409 },
  unauthenticated: { grpc: status.UNAUTHENTICATED, http: 401 },
  forbidden: { grpc: status.PERMISSION_DENIED, http: 403 },
  unavailable: { grpc: status.UNAVAILABLE, http: 503 },
  'storage-full': { grpc: status.RESOURCE_EXHAUSTED, http: 507 },
  timeout: { grpc: status.DEADLINE_EXCEEDED, http: 504 },
  'limit-exceeded': { grpc: status.INVALID_ARGUMENT, http: 413 },
  'budget-spent': { grpc: status.RESOURCE_EXHAUSTED, http: 429 },
  corrupt: { grpc: status.DATA_LOSS, http: 500 },
  'newer-version': { grpc: status.FAILED_PRECONDITION, http: 500 },
};

/** What a caller is told of an error of ours. */
export function refusalOf({ code, message, detail }: MemoryError): Refusal {
  const { field, limit, sent, index } = detail;
  return {
    code,
    message,
    ...(field === undefined ? {} : { field }),
    ...(limit === undefined ? {} : { limit }),
    ...(sent === undefined ? {} : { sent }),
    ...(index === undefined ? {} : { index }),
  };
}

export interface Told {
  readonly grpc: status;
  readonly http: number;
  readonly refusal: Refusal;
  /** An error that is not ours: its caller gets an id and nothing else, and the log has the rest. */
  readonly errorId?: string;
}

export function toldOf(error: unknown): Told {
  if (isMemoryError(error)) return { ...ERROR_TABLE[error.code], refusal: refusalOf(error) };
  const errorId = randomUUID();
  const message = `something went wrong here; the log has it under ${errorId}`;
  return { grpc: status.INTERNAL, http: 500, refusal: { code: 'internal', message }, errorId };
}
