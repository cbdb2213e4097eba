import { Catch, type RpcExceptionFilter } from '@nestjs/common';
import { type Observable, throwError } from 'rxjs';
import { CallErrors } from './call-errors.js';
import type { Logger } from './logger.js';
import type { Metrics } from './metrics.js';

/** Every error of a gRPC handler: a status, and the refusal as JSON in a trailer. */
@Catch()
export class GrpcErrorFilter implements RpcExceptionFilter {
  private readonly errors: CallErrors;

  constructor(logger: Logger, metrics: Metrics) {
    this.errors = new CallErrors(logger, metrics);
  }

  catch(error: unknown): Observable<never> {
    const status = this.errors.statusOf(error);
    return throwError(() => status);
  }
}
