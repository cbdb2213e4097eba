import { Metadata, type ServerDuplexStream } from '@grpc/grpc-js';
import { once } from 'node:events';
import type { IngestTurnsRequest, StreamTurnsResponse } from '@mneme/proto';
import { type AuthGuard, authorizationOf, type CallErrors } from '@mneme/platform';
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
 * refused and the stream goes on; only a key that is no longer valid ends it.
 */
export class StreamTurns {
  constructor(
    private readonly ports: StreamPorts,
    private readonly limits: { readonly streamChunksMax: number },
  ) {}

  /** Never rejects: how a stream ended is told to its client. */
  async serve(call: TurnStream): Promise<void> {
    const answers: Promise<void>[] = [];
    let failure: unknown;
    try {
      await this.readAll(call, answers);
    } catch (error) {
      failure = error;
    }
    await Promise.all(answers);
    if (call.cancelled || call.destroyed) return;
    if (failure === undefined) call.end();
    else call.emit('error', this.ports.errors.statusOf(failure));
  }

  private async readAll(call: TurnStream, answers: Promise<void>[]): Promise<void> {
    let written = Promise.resolve();
    // An iterator that destroyed the stream at its end would take the answers with it.
    for await (const chunk of call.iterator({ destroyOnReturn: false })) {
      const answer = await this.answerTo(chunk as IngestTurnsRequest, call.metadata);
      const before = written;
      written = answer.then(async (response) => {
        await before;
        await send(call, response);
      });
      answers.push(written);
      if (answers.length >= this.limits.streamChunksMax) await answers.shift();
    }
  }

  /** Resolves when the chunk is in line to be written; the promise within, when it is answered. Only the guard throws. */
  private async answerTo(chunk: IngestTurnsRequest, metadata: Metadata): Promise<Answer> {
    const principal = await this.ports.guard.principal(authorizationOf(metadata));
    try {
      const prepared = await this.ports.acceptTurns.prepare(principal, plainRequestOf(chunk));
      return { then: undefined } as never as Answer;
    } catch (error) {
      return Promise.resolve({ refused: this.ports.errors.refusalOf(error) }) as never;
    }
  }
}
