import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';
import type { Refusal } from '@mneme/proto';
import { CallErrors } from './call-errors.js';
import { type Told, toldOf } from './error-tables.js';
import type { Logger } from './logger.js';
import type { Metrics } from './metrics.js';
import { REQUEST_BYTES_MAX } from './unread-request.js';

interface Reply {
  status(code: number): Reply;
  json(body: unknown): void;
}

/** Every error of an HTTP request: its status, and `{"error": refusal}`. */
@Catch()
export class HttpErrorFilter implements ExceptionFilter {
  private readonly errors: CallErrors;

  constructor(logger: Logger, metrics: Metrics) {
    this.errors = new CallErrors(logger, metrics);
  }

  catch(error: unknown, host: ArgumentsHost): void {
    const { http, refusal } = this.errors.note(error, ofTheFramework(error) ?? toldOf(error));
    host.switchToHttp().getResponse<Reply>().status(http).json({ error: refusal });
  }
}

/** What the body parser and the router refuse before a handler sees it; their messages may quote the body. */
function ofTheFramework(error: unknown): Pick<Told, 'http' | 'refusal' | 'errorId'> | undefined {
  const http = error instanceof HttpException ? error.getStatus() : bodyErrorStatus(error);
  if (http === undefined || http >= 500) return undefined;
  const refusal = FRAMEWORK_REFUSALS[http] ?? { code: 'invalid-input', message: 'the request is not valid' };
  return { http, refusal: { ...refusal, ...sizeOf(error) } };
}

const FRAMEWORK_REFUSALS: Readonly<Record<number, Refusal>> = {
  400: { code: 'invalid-input', message: 'the body is not JSON in valid UTF-8', field: 'body' },
  404: { code: 'not-found', message: 'there is nothing at this path' },
  405: { code: 'invalid-input', message: 'this path does not take this method' },
  413: {
    code: 'limit-exceeded',
    message: 'the body is larger than the limit',
    field: 'body',
    limit: `requestBytesMax=${REQUEST_BYTES_MAX}`,
  },
  415: { code: 'invalid-input', message: 'the body must be application/json', field: 'content-type' },
};

function bodyErrorStatus(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('status' in error) || !('type' in error)) return undefined;
  return typeof error.status === 'number' ? error.status : undefined;
}

/** The body parser tells how long a body says that it is. */
function sizeOf(error: unknown): Pick<Refusal, 'sent'> {
  if (!(error instanceof Error) || !('length' in error) || typeof error.length !== 'number') return {};
  return { sent: `${error.length} bytes` };
}
