import type { ServerDuplexStream } from '@grpc/grpc-js';
import type { Principal } from '@mneme/domain';
import type { IngestTurnsRequest, StreamTurnsResponse } from '@mneme/proto';
import { type AuthGuard, authorizationOf, type CallErrors, UnreadRequest } from '@mneme/platform';
import type { AcceptTurns } from './accept-turns.js';
import { plainRequestOf } from './grpc-turns.js';

export type TurnStream = ServerDuplexStream<IngestTurnsRequest, StreamTurnsResponse>;

export interface StreamPorts {
  readonly guard: AuthGuard;
  readonly acceptTurns: AcceptTurns;
  readonly errors: CallErrors;
}

/**
 * One answer a chunk, in order. Chunks are checked one after the other and written side by side, at most
 * `streamChunksMax` unanswered: a client that sends faster is held back by flow control. A refused chunk is answered as
 * refused and the stream goes on; only a key that is not valid (any more) ends it.
 */
export class StreamTurns {
  constructor(
    private readonly ports: StreamPorts,
    private readonly limits: { readonly streamChunksMax: number },
  ) {}

  /** Never rejects: how a stream ended is told to its client. */
  async serve(call: TurnStream): Promise<void> {
    const line = new AnswerLine(call);
    let failure: { readonly error: unknown } | undefined;
    try {
      await this.readAll(call, line);
    } catch (error) {
      failure = { error };
    }
    await line.shorterThan(1);
    if (call.cancelled || call.destroyed) return;
    if (failure === undefined) call.end();
    else call.emit('error', this.ports.errors.statusOf(failure.error));
  }

  private async readAll(call: TurnStream, line: AnswerLine): Promise<void> {
    // An iterator that destroys the stream at its end would take the last answers with it.
    for await (const chunk of call.iterator({ destroyOnReturn: false })) {
      const principal = await this.ports.guard.principal(authorizationOf(call.metadata));
      line.add(await this.begin(principal, chunk as IngestTurnsRequest | UnreadRequest));
      await line.shorterThan(this.limits.streamChunksMax);
    }
  }

  /** Resolves once the chunk has its place in the order of writes; `answer` never rejects. */
  private async begin(principal: Principal, chunk: IngestTurnsRequest | UnreadRequest): Promise<Begun> {
    const { acceptTurns, errors } = this.ports;
    const refused = (error: unknown): StreamTurnsResponse => ({ refused: errors.refusalOf(error) });
    try {
      if (chunk instanceof UnreadRequest) throw chunk.error;
      const prepared = await acceptTurns.prepare(principal, plainRequestOf(chunk));
      return { answer: acceptTurns.commit(prepared).then((accepted) => ({ accepted }), refused) };
    } catch (error) {
      return { answer: Promise.resolve(refused(error)) };
    }
  }
}

interface Begun {
  readonly answer: Promise<StreamTurnsResponse>;
}

/** Sends answers in the order of their chunks, each when it is there and the client has room. */
class AnswerLine {
  private readonly sent: Promise<void>[] = [];

  constructor(private readonly call: TurnStream) {}

  add({ answer }: Begun): void {
    const before = this.sent.at(-1) ?? Promise.resolve();
    this.sent.push(before.then(async () => this.send(await answer)));
  }

  /** Waits until fewer than `chunks` are unanswered. */
  async shorterThan(chunks: number): Promise<void> {
    while (this.sent.length >= chunks) {
      await this.sent[0];
      void this.sent.shift();
    }
  }

  private async send(response: StreamTurnsResponse): Promise<void> {
    if (this.call.destroyed || this.call.write(response)) return;
    await roomOrEnd(this.call);
  }
}

function roomOrEnd(call: TurnStream): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      call.off('drain', done);
      call.off('close', done);
      resolve();
    };
    call.on('drain', done);
    call.on('close', done);
  });
}
