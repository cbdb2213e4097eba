import {
  type CallOptions,
  type ClientReadableStream,
  type ClientUnaryCall,
  Metadata,
  type ServiceError,
} from '@grpc/grpc-js';
import { errorOf } from './errors.js';

/** How one call is made. */
export interface CallLimits {
  /** How long to wait for the whole answer, in milliseconds. */
  readonly timeoutMs?: number;
  /** Ends the call with `Timeout` when it aborts. */
  readonly signal?: AbortSignal;
}

/** What every call of a connection carries. */
export interface CallContext {
  readonly address: string;
  readonly apiKey?: string | undefined;
  readonly timeoutMs: number;
  /** Ends every call that brings no signal of its own. */
  readonly signal?: AbortSignal | undefined;
}

type Callback<A> = (error: ServiceError | null, response: A) => void;
type UnaryMethod<Q, A> = (
  ...call: [request: Q, metadata: Metadata, options: Partial<CallOptions>, callback: Callback<A>]
) => ClientUnaryCall;

type ReadMethod<Q, A> = (request: Q, metadata: Metadata, options: Partial<CallOptions>) => ClientReadableStream<A>;

/** A call with one answer as a promise. @throws MemoryError. */
export function unary<Q, A>(method: UnaryMethod<Q, A>, context: CallContext) {
  return (request: Q, limits: CallLimits = {}): Promise<A> =>
    new Promise((resolve, reject) => {
      const signal = limits.signal ?? context.signal;
      const call = method(request, metadataOf(context), optionsOf(context, limits), (error, response) => {
        signal?.removeEventListener('abort', cancel);
        if (error === null) resolve(response);
        else reject(errorOf(error, context.address));
      });
      const cancel = () => call.cancel();
      if (signal?.aborted === true) cancel();
      signal?.addEventListener('abort', cancel, { once: true });
    });
}

/** A call with many answers; leaving the loop early cancels it. @throws MemoryError. */
export function readStream<Q, A>(method: ReadMethod<Q, A>, context: CallContext) {
  return async function* (request: Q, limits: CallLimits = {}): AsyncGenerator<A, void> {
    const call = method(request, metadataOf(context), optionsOf(context, limits));
    const cancel = () => call.cancel();
    const signal = limits.signal ?? context.signal;
    signal?.addEventListener('abort', cancel, { once: true });
    if (signal?.aborted === true) cancel();
    try {
      for await (const answer of call) yield answer as A;
    } catch (error) {
      throw errorOf(error, context.address);
    } finally {
      signal?.removeEventListener('abort', cancel);
      call.cancel();
    }
  };
}

export function metadataOf(context: CallContext): Metadata {
  const metadata = new Metadata();
  if (context.apiKey !== undefined) metadata.set('authorization', `Bearer ${context.apiKey}`);
  return metadata;
}

function optionsOf(context: CallContext, limits: CallLimits): Partial<CallOptions> {
  return { deadline: Date.now() + (limits.timeoutMs ?? context.timeoutMs) };
}
