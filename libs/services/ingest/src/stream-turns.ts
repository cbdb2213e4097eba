import type { ServerDuplexStream } from '@grpc/grpc-js';
import type { Principal } from '@mneme/domain';
import type { IngestTurnsRequest, StreamTurnsResponse } from '@mneme/proto';
import { type AuthGuard, authorizationOf, type CallErrors, UnreadRequest } from '@mneme/platform';
import type { AcceptTurns } from './accept-turns.js';
import { AnswerLine, type Begun } from './answer-line.js';
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
    const line = new AnswerLine<StreamTurnsResponse>(call);
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

  private async readAll(call: TurnStream, line: AnswerLine<StreamTurnsResponse>): Promise<void> {
    // An iterator that destroys the stream at its end would take the last answers with it.
    for await (const chunk of call.iterator({ destroyOnReturn: false })) {
      const principal = await this.ports.guard.principal(authorizationOf(call.metadata));
      line.add(await this.begin(principal, chunk as IngestTurnsRequest | UnreadRequest));
      await line.shorterThan(this.limits.streamChunksMax);
    }
  }

  /** Resolves once the chunk has its place in the order of writes; `answer` never rejects. */
  private async begin(
    principal: Principal,
    chunk: IngestTurnsRequest | UnreadRequest,
  ): Promise<Begun<StreamTurnsResponse>> {
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
