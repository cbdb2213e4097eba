/** What went wrong, as callers tell errors apart: across packages by `code`, never by `instanceof`. */
export type ErrorCode =
  | 'invalid-input'
  | 'not-found'
  | 'conflict'
  | 'subject-erased'
  | 'legal-hold'
  | 'unauthenticated'
  | 'forbidden'
  | 'unavailable'
  | 'storage-full'
  | 'timeout'
  | 'limit-exceeded'
  | 'budget-spent'
  | 'corrupt'
  | 'newer-version';

/** Whether the same request can succeed when it is sent again unchanged. */
export type Retry = 'never' | 'later';

export interface ErrorDetail {
  /** Path of the field that is wrong: `turns[3].occurredAt`. */
  readonly field?: string;
  /** Name and value of the limit that was passed: `turnTextBytesMax=65536`. */
  readonly limit?: string;
  /** What was sent instead; a size, a type or a name, never text of a conversation. */
  readonly sent?: string;
  /** Position of the turn that refuses its batch, from 0. */
  readonly index?: number;
  readonly cause?: unknown;
}

/** Every failure that crosses a port or an edge. Messages never hold conversation text, user ids or secrets. */
export abstract class MemoryError extends Error {
  abstract readonly code: ErrorCode;
  readonly retry: Retry = 'never';

  constructor(
    message: string,
    readonly detail: ErrorDetail = {},
  ) {
    super(message, detail.cause === undefined ? undefined : { cause: detail.cause });
  }
}

export class InvalidInput extends MemoryError {
  override readonly name = 'InvalidInput';
  readonly code = 'invalid-input';
}

export class NotFound extends MemoryError {
  override readonly name = 'NotFound';
  readonly code = 'not-found';
}

export class Conflict extends MemoryError {
  override readonly name = 'Conflict';
  constructor(
    message: string,
    detail: ErrorDetail = {},
    readonly code: 'conflict' | 'subject-erased' | 'legal-hold' = 'conflict',
  ) {
    super(message, detail);
  }
}

export class Forbidden extends MemoryError {
  override readonly name = 'Forbidden';
  constructor(
    message: string,
    detail: ErrorDetail = {},
    readonly code: 'forbidden' | 'unauthenticated' = 'forbidden',
  ) {
    super(message, detail);
  }
}

export class Unavailable extends MemoryError {
  override readonly name = 'Unavailable';
  override readonly retry = 'later';
  constructor(
    message: string,
    detail: ErrorDetail = {},
    readonly code: 'unavailable' | 'storage-full' = 'unavailable',
  ) {
    super(message, detail);
  }
}

export class Timeout extends MemoryError {
  override readonly name = 'Timeout';
  override readonly retry = 'later';
  readonly code = 'timeout';
}

export class LimitExceeded extends MemoryError {
  override readonly name = 'LimitExceeded';
  constructor(
    message: string,
    detail: ErrorDetail = {},
    readonly code: 'limit-exceeded' | 'budget-spent' = 'limit-exceeded',
  ) {
    super(message, detail);
  }
}

export class Corrupt extends MemoryError {
  override readonly name = 'Corrupt';
  constructor(
    message: string,
    detail: ErrorDetail = {},
    readonly code: 'corrupt' | 'newer-version' = 'corrupt',
  ) {
    super(message, detail);
  }
}

/** True for an error of ours, also one made by another copy of this package. */
export function isMemoryError(error: unknown): error is MemoryError {
  return error instanceof Error && 'code' in error && 'retry' in error && 'detail' in error;
}
