import { type MemoryError, Unavailable } from '@mneme/domain';
import { QdrantClient } from '@qdrant/js-client-rest';
import { memoryErrorOf, QdrantRefusal, timeoutOf } from './qdrant-errors.js';

export interface ConnectionOptions {
  readonly url: string;
  readonly apiKey?: string;
  readonly timeoutMs: number;
  readonly connectionsMax: number;
}

const DONE = 'completed';

export type QdrantApi = ReturnType<QdrantClient['api']>;

interface Answer<T> {
  readonly data: { readonly result?: T };
}

interface Updated {
  readonly status: string;
}

export interface AskOptions {
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** One Qdrant, asked over REST: each question with a deadline, each failure one of ours. */
export class QdrantConnection {
  /** Host and port, without credentials. */
  readonly address: string;
  private readonly api: QdrantApi;
  private readonly timeoutMs: number;
  private readonly open = new Set<AbortController>();
  private isClosed = false;

  constructor({ url, apiKey, timeoutMs, connectionsMax }: ConnectionOptions) {
    const { origin, host, pathname } = new URL(url);
    this.address = host;
    this.timeoutMs = timeoutMs;
    this.api = new QdrantClient({
      url: origin,
      ...(pathname === '/' ? {} : { prefix: pathname.replace(/\/$/, '') }),
      // A compressed answer goes out in two sends, and the second waits 40 ms for a delayed acknowledgement.
      headers: { 'accept-encoding': 'identity', ...(apiKey === undefined ? {} : { 'api-key': apiKey }) },
      maxConnections: connectionsMax,
      // Its own deadline would take the place of our signal.
      timeout: Infinity,
      checkCompatibility: false,
    }).api();
  }

  /** @throws Unavailable, Timeout, Corrupt; a refusal that the caller may know what to do with is the error's cause. */
  async ask<T>(
    call: (api: QdrantApi, init: { readonly signal: AbortSignal }) => Promise<Answer<T>>,
    options: AskOptions = {},
  ): Promise<T> {
    try {
      return await this.tryAsking(call, options);
    } catch (error) {
      throw memoryErrorOf(error, this.address);
    }
  }

  /** As `ask`, for what changes something: resolves when it is done and can be found, not when it is only noted. */
  async change(
    call: (api: QdrantApi, init: { readonly signal: AbortSignal }) => Promise<Answer<Updated | readonly Updated[]>>,
    options: AskOptions = {},
  ): Promise<void> {
    const results = [await this.ask(call, options)].flat();
    if (results.every(({ status }) => status === DONE)) return;
    throw timeoutOf(this.address, options.timeoutMs ?? this.timeoutMs);
  }

  /** As `ask`, but throws what Qdrant refused with as it is: `QdrantRefusal`. */
  async tryAsking<T>(
    call: (api: QdrantApi, init: { readonly signal: AbortSignal }) => Promise<Answer<T>>,
    { timeoutMs = this.timeoutMs, signal }: AskOptions = {},
  ): Promise<T> {
    if (this.isClosed) throw new Unavailable('this connection to Qdrant is closed');
    const controller = new AbortController();
    const abort = (reason: MemoryError) => controller.abort(reason);
    const timer = setTimeout(() => abort(timeoutOf(this.address, timeoutMs)), timeoutMs);
    const onAbort = () => abort(new Unavailable('the caller has given up', { cause: signal?.reason }));
    signal?.addEventListener('abort', onAbort, { once: true });
    if (signal?.aborted === true) onAbort();
    this.open.add(controller);
    try {
      const { data } = await call(this.api, { signal: controller.signal });
      if (data.result === undefined) throw new Unavailable(`Qdrant at ${this.address} answered nothing`);
      return data.result;
    } catch (error) {
      if (controller.signal.aborted) throw controller.signal.reason;
      throw refusalOf(error) ?? error;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      this.open.delete(controller);
    }
  }

  /** What is still asked fails; the sockets close by themselves. */
  close(): void {
    this.isClosed = true;
    for (const controller of this.open) controller.abort(new Unavailable('this connection to Qdrant is closed'));
  }
}

function refusalOf(error: unknown): QdrantRefusal | undefined {
  if (!(error instanceof Error) || !('status' in error) || typeof error.status !== 'number') return undefined;
  const data = 'data' in error ? (error.data as { readonly status?: { readonly error?: unknown } } | undefined) : {};
  return new QdrantRefusal(error.status, String(data?.status?.error ?? ''));
}
