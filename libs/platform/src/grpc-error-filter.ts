import { Metadata } from '@grpc/grpc-js';
import { Catch, type RpcExceptionFilter } from '@nestjs/common';
import { type Observable, throwError } from 'rxjs';
import { ERROR_TRAILER, type Refusal } from '@mneme/proto';
import { toldOf } from './error-tables.js';
import type { Logger } from './logger.js';
import type { Metrics } from './metrics.js';

/** Every error of a gRPC handler: a status, and the refusal as JSON in a trailer. */
@Catch()
export class GrpcErrorFilter implements RpcExceptionFilter {
  constructor(
    private readonly logger: Logger,
    private readonly metrics: Metrics,
  ) {}

  catch(error: unknown): Observable<never> {
    const { grpc, refusal, errorId } = toldOf(error);
    this.metrics.increment('mneme_requests_refused_total', { code: refusal.code });
    if (errorId !== undefined) this.logger.error('a request failed', { errorId, error });
    const metadata = new Metadata();
    metadata.set(ERROR_TRAILER, asciiJson(refusal));
    return throwError(() => ({ code: grpc, details: refusal.message, metadata }));
  }
}

/** Trailers are ASCII. */
export function asciiJson(refusal: Refusal): string {
  return JSON.stringify(refusal).replace(
    /[\u0080-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
