import { type ServiceError, status } from '@grpc/grpc-js';
import {
  Conflict,
  Corrupt,
  type ErrorCode,
  type ErrorDetail,
  Forbidden,
  InvalidInput,
  isMemoryError,
  LimitExceeded,
  type MemoryError,
  NotFound,
  Timeout,
  Unavailable,
} from '@mneme/domain';
import { ERROR_TRAILER, type Refusal } from '@mneme/proto';

/** The error that the service raised, rebuilt from its trailer; what never reached the service is told by its status. */
export function errorOf(error: unknown, address: string): MemoryError {
  if (isMemoryError(error)) return error;
  if (!isServiceError(error)) return new Unavailable(messageOf(error), { cause: error });
  const refusal = refusalOf(error);
  if (refusal !== undefined) return errorOfRefusal(refusal, error);
  return errorOfStatus(error, address);
}

/** A refusal as the error that it stands for. */
export function errorOfRefusal(refusal: Refusal, cause?: unknown): MemoryError {
  const { code, message, field, limit, sent, index } = refusal;
  const detail: ErrorDetail = {
    ...(field === undefined ? {} : { field }),
    ...(limit === undefined ? {} : { limit }),
    ...(sent === undefined ? {} : { sent }),
    ...(index === undefined ? {} : { index }),
    ...(cause === undefined ? {} : { cause }),
  };
  return make(code as ErrorCode, message, detail);
}

/** An error as data, as the service's answers and the command line's `--json` give it. */
export function refusalOfError(error: MemoryError): Refusal {
  const { cause: _cause, ...detail } = error.detail;
  return { code: error.code, message: error.message, ...detail };
}

// A code that a newer service has and this client has not falls to `default`: it is an error all the same.
function make(code: ErrorCode, message: string, detail: ErrorDetail): MemoryError {
  switch (code) {
    case 'invalid-input':
      return new InvalidInput(message, detail);
    case 'not-found':
      return new NotFound(message, detail);
    case 'conflict':
    case 'subject-erased':
    case 'legal-hold':
      return new Conflict(message, detail, code);
    case 'unauthenticated':
    case 'forbidden':
      return new Forbidden(message, detail, code);
    case 'unavailable':
    case 'storage-full':
      return new Unavailable(message, detail, code);
    case 'timeout':
      return new Timeout(message, detail);
    case 'limit-exceeded':
    case 'budget-spent':
      return new LimitExceeded(message, detail, code);
    case 'corrupt':
    case 'newer-version':
      return new Corrupt(message, detail, code);
    default:
      return new Unavailable(message, detail);
  }
}

const OF_TLS = /certificate|altname|\bSSL\b|\bTLS\b|EPROTO/i;
const REASON_CHARS_MAX = 300;

function errorOfStatus(error: ServiceError, address: string): MemoryError {
  const detail = { cause: error };
  switch (error.code) {
    case status.UNAVAILABLE:
      if (OF_TLS.test(error.details)) {
        const reason = error.details.replace(/^.*Last error: /s, '').slice(0, REASON_CHARS_MAX);
        return new Unavailable(`no TLS with ${address}: ${reason}; see --ca, --cert and --key-file`, detail);
      }
      return new Unavailable(`nothing answers at ${address}: is it running? Start it with \`npm start\``, detail);
    case status.DEADLINE_EXCEEDED:
      return new Timeout(`no answer from ${address} in time`, detail);
    case status.CANCELLED:
      return new Timeout('the call was cancelled', detail);
    case status.UNAUTHENTICATED:
      return new Forbidden('the key was not accepted', detail, 'unauthenticated');
    case status.PERMISSION_DENIED:
      return new Forbidden('the key does not allow this', detail);
    case status.UNIMPLEMENTED:
      return new InvalidInput(`the service at ${address} has no such call: is it an older version?`, detail);
    case status.RESOURCE_EXHAUSTED:
      return new LimitExceeded(`the message is too large for ${address}`, detail);
    case status.DATA_LOSS:
      return new Corrupt(error.details, detail);
    default:
      return new Unavailable(error.details === '' ? `the service at ${address} failed` : error.details, detail);
  }
}

function refusalOf(error: ServiceError): Refusal | undefined {
  const [value] = error.metadata?.get(ERROR_TRAILER) ?? [];
  if (value === undefined) return undefined;
  try {
    const refusal = JSON.parse(value.toString()) as Partial<Refusal>;
    if (typeof refusal.code !== 'string' || typeof refusal.message !== 'string') return undefined;
    return { ...refusal, code: refusal.code, message: refusal.message };
  } catch {
    // Something between the client and the service may have written the trailer; the status still says what happened.
    return undefined;
  }
}

function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && 'details' in error && 'code' in error && typeof error.code === 'number';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
