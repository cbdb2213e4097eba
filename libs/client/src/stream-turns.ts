import { once } from 'node:events';
import type { ClientDuplexStream } from '@grpc/grpc-js';
import { Timeout } from '@mneme/domain';
import type { IngestTurnsRequest, StreamTurnsResponse } from '@mneme/proto';
import type { CallLimits } from './calls.js';
import { errorOf } from './errors.js';

type TurnStream = ClientDuplexStream<IngestTurnsRequest, StreamTurnsResponse>;

export interface StreamOptions extends CallLimits {
  /** Chunks sent and not yet answered; the source is asked for the next one only below. */
  readonly inFlightMax?: number;
}

interface StreamContext {
  readonly address: string;
  /** How long one chunk may wait for its answer. */
  readonly timeoutMs: number;
}

const IN_FLIGHT_DEFAULT = 4;

/**
 * Sends chunks and yields one answer a chunk, in order. What was answered stays accepted when the stream ends early.
 * An error of the source ends the stream and comes out here. @throws MemoryError.
 */
export async function* streamTurns(
  stream: TurnStream,
  chunks: AsyncIterable<IngestTurnsRequest> | Iterable<IngestTurnsRequest>,
  options: StreamOptions & StreamContext,
): AsyncGenerator<StreamTurnsResponse, void> {
  const flight = new Flight(stream, options);
  const cancel = () => stream.cancel();
  options.signal?.addEventListener('abort', cancel, { once: true });
  if (options.signal?.aborted === true) cancel();
  const sending = flight.send(chunks);
  try {
    for await (const answer of stream) {
      flight.arrived();
      yield answer as StreamTurnsResponse;
      flight.answered();
    }
    await sending;
  } catch (error) {
    if (flight.failure !== undefined) throw flight.failure.error;
    throw errorOf(error, options.address);
  } finally {
    options.signal?.removeEventListener('abort', cancel);
    flight.end();
  }
  if (flight.failure !== undefined) throw flight.failure.error;
}

/** The sending half: how many chunks are on their way, and what went wrong with the source. */
class Flight {
  failure: { readonly error: unknown } | undefined;
  private outstanding = 0;
  private ended = false;
  private wake: (() => void) | undefined;
  private watchdog: NodeJS.Timeout | undefined;

  constructor(
    private readonly stream: TurnStream,
    private readonly options: StreamOptions & StreamContext,
  ) {}

  async send(chunks: AsyncIterable<IngestTurnsRequest> | Iterable<IngestTurnsRequest>): Promise<void> {
    try {
      for await (const chunk of chunks) {
        if (this.ended) return;
        await this.write(chunk);
        await this.room();
        if (this.ended) return;
      }
      this.stream.end();
    } catch (error) {
      this.fail(error);
    }
  }

  arrived(): void {
    clearTimeout(this.watchdog);
  }

  // Only once the caller has dealt with an answer: the source may decide by it what comes next.
  answered(): void {
    this.outstanding -= 1;
    if (this.outstanding > 0) this.watch();
    this.wake?.();
  }

  end(): void {
    this.ended = true;
    clearTimeout(this.watchdog);
    this.wake?.();
    this.stream.cancel();
  }

  private async write(chunk: IngestTurnsRequest): Promise<void> {
    this.outstanding += 1;
    if (this.outstanding === 1) this.watch();
    // `close` comes in place of `drain` when the call ends first.
    if (!this.stream.write(chunk)) await Promise.race([once(this.stream, 'drain'), once(this.stream, 'close')]);
  }

  private async room(): Promise<void> {
    const inFlightMax = this.options.inFlightMax ?? IN_FLIGHT_DEFAULT;
    while (this.outstanding >= inFlightMax && !this.ended) {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }

  private watch(): void {
    const timeoutMs = this.options.timeoutMs;
    this.watchdog = setTimeout(() => {
      this.fail(new Timeout(`a chunk had no answer for ${timeoutMs} ms`, { limit: `timeoutMs=${timeoutMs}` }));
    }, timeoutMs);
  }

  private fail(error: unknown): void {
    if (this.ended) return;
    this.failure ??= { error };
    this.stream.cancel();
  }
}
