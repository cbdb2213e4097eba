import { Metadata, type StatusObject } from '@grpc/grpc-js';
import { ERROR_TRAILER, type Refusal } from '@mneme/proto';
import { type Told, toldOf } from './error-tables.js';
import type { Logger } from './logger.js';
import type { Metrics } from './metrics.js';

/** What a failed call is told, counted by code; an error that is not ours is logged under the id that is told. */
export class CallErrors {
  constructor(
    private readonly logger: Logger,
    private readonly metrics: Metrics,
  ) {}

  refusalOf(error: unknown): Refusal {
    return this.note(error, toldOf(error)).refusal;
  }

  /** With the refusal as JSON in a trailer. */
  statusOf(error: unknown): StatusObject {
    return statusOf(this.note(error, toldOf(error)));
  }

  note<T extends Pick<Told, 'refusal' | 'errorId'>>(error: unknown, told: T): T {
    this.metrics.increment('mneme_requests_refused_total', { code: told.refusal.code });
    if (told.errorId !== undefined) this.logger.error('a request failed', { errorId: told.errorId, error });
    return told;
  }
}

/** What is told, as the end of a call. */
export function statusOf({ grpc, refusal }: Told): StatusObject {
  const metadata = new Metadata();
  metadata.set(ERROR_TRAILER, asciiJson(refusal));
  return { code: grpc, details: refusal.message, metadata };
}

/** Trailers are ASCII. */
export function asciiJson(refusal: Refusal): string {
  return JSON.stringify(refusal).replace(
    /[\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
