import { ServerInterceptingCall, type ServerInterceptor, ServerListenerBuilder, ResponderBuilder } from '@grpc/grpc-js';
import { InvalidInput, LimitExceeded, type MemoryError } from '@mneme/domain';
import { statusOf } from './call-errors.js';
import { toldOf } from './error-tables.js';

/** Largest request, over gRPC and HTTP alike. */
export const REQUEST_BYTES_MAX = 8 * 1024 * 1024;

/** Stands for a message that is over the limit, or of which the bytes are no message, until somebody can be told. */
export class UnreadRequest {
  constructor(readonly error: MemoryError) {}
}

/** Decodes what is within the limit. Never throws: gRPC would tell of an internal error. */
export function readWithinLimit<T>(decode: (bytes: Buffer) => T): (bytes: Buffer) => T | UnreadRequest {
  return (bytes) => {
    if (bytes.length > REQUEST_BYTES_MAX) return new UnreadRequest(tooLarge(bytes.length));
    try {
      return decode(bytes);
    } catch {
      return new UnreadRequest(new InvalidInput('the bytes are no message of this method', { field: 'body' }));
    }
  };
}

/** Ends a call whose one request was not read; a stream's handler meets it among its chunks. */
export const refuseUnread: ServerInterceptor = (method, call) => {
  if (method.requestStream) return new ServerInterceptingCall(call);
  const listener = new ServerListenerBuilder()
    .withOnReceiveMessage((message: unknown, next) => {
      if (message instanceof UnreadRequest) call.sendStatus(statusOf(toldOf(message.error)));
      else next(message);
    })
    .build();
  return new ServerInterceptingCall(call, new ResponderBuilder().withStart((next) => next(listener)).build());
};

function tooLarge(bytes: number): LimitExceeded {
  const limit = `requestBytesMax=${REQUEST_BYTES_MAX}`;
  return new LimitExceeded('the message is larger than the limit', { limit, sent: `${bytes} bytes` });
}
