import { ServerInterceptingCall, type ServerInterceptor, ServerListenerBuilder, ResponderBuilder } from '@grpc/grpc-js';
import { LimitExceeded } from '@mneme/domain';
import { statusOf } from './call-errors.js';
import { toldOf } from './error-tables.js';

/** Largest request, over gRPC and HTTP alike. */
export const REQUEST_BYTES_MAX = 8 * 1024 * 1024;

/** Stands for a message over the limit, which was read and not decoded. */
export class OversizedRequest {
  constructor(readonly bytes: number) {}

  toError(): LimitExceeded {
    const limit = `requestBytesMax=${REQUEST_BYTES_MAX}`;
    return new LimitExceeded('the message is larger than the limit', { limit, sent: `${this.bytes} bytes` });
  }
}

/** Decodes what is within the limit. */
export function withinLimit<T>(decode: (bytes: Buffer) => T): (bytes: Buffer) => T | OversizedRequest {
  return (bytes) => (bytes.length > REQUEST_BYTES_MAX ? new OversizedRequest(bytes.length) : decode(bytes));
}

/** Ends a call whose one request is too large; a stream's handler meets it among its chunks. */
export const refuseOversized: ServerInterceptor = (method, call) => {
  if (method.requestStream) return new ServerInterceptingCall(call);
  const listener = new ServerListenerBuilder()
    .withOnReceiveMessage((message: unknown, next) => {
      if (message instanceof OversizedRequest) call.sendStatus(statusOf(toldOf(message.toError())));
      else next(message);
    })
    .build();
  return new ServerInterceptingCall(call, new ResponderBuilder().withStart((next) => next(listener)).build());
};
