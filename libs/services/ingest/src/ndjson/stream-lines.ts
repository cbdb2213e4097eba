import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { InvalidInput, isMemoryError, LimitExceeded, type Principal } from '@mneme/domain';
import type { AuthGuard, CallErrors } from '@mneme/platform';
import type { Refusal } from '@mneme/proto';
import type { AcceptTurns } from '../accept-turns.js';
import { AnswerLine, type AnswerSink } from '../answer-line.js';
import type { IngestConfig } from '../ingest.config.js';
import type { LineAnswer } from './line-answers.js';
import { lineChunks, untilLate } from './line-chunks.js';
import { LineTurns } from './line-turns.js';
import { requestLines, type RequestLine } from './request-lines.js';

export interface StreamLinesPorts {
  readonly guard: AuthGuard;
  readonly acceptTurns: AcceptTurns;
  readonly errors: CallErrors;
}

export const NDJSON = 'application/x-ndjson';
// The longest line number, and what divides it from the key.
const NUMBER_CHARS = 16;

/**
 * Turns as newline-delimited JSON, one a line, for as long as the body goes on. They are taken in chunks that are written
 * side by side, at most `streamChunksMax` unanswered: a client that sends faster than that, or does not read its answers,
 * is held back by the connection. A line that is not right is refused by its number, and the others of its chunk are taken.
 */
export class StreamLines {
  constructor(
    private readonly ports: StreamLinesPorts,
    private readonly config: IngestConfig,
  ) {}

  /** @throws what the guard throws, and InvalidInput for the key, before anything is answered. */
  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { authorization, 'content-encoding': encoding } = request.headers;
    if (encoding !== undefined && encoding !== 'identity') throw encoded();
    const principal = await this.ports.guard.principal(authorization);
    const key = this.keyOf(request);
    response.writeHead(200, { 'content-type': NDJSON, 'idempotency-key': key, 'cache-control': 'no-store' });
    response.flushHeaders();
    const answers = new Answers(response);
    const turns = new LineTurns(this.ports, { key, limits: this.config });
    const failure = await this.readAll(request, { turns, answers, authorization, principal });
    if (response.destroyed) return;
    answers.end(failure === undefined ? undefined : this.ports.errors.refusalOf(failure));
    // What is still coming will not be read.
    if (!request.complete) response.once('finish', () => request.destroy());
  }

  private async readAll(request: IncomingMessage, stream: Stream): Promise<unknown> {
    const { turns, answers, authorization } = stream;
    const line = new AnswerLine<readonly LineAnswer[]>(answers);
    const timeoutMs = this.config.lineStreamMsMax;
    let { principal } = stream;
    try {
      for await (const chunk of untilLate(this.chunksOf(request), { timeoutMs, late: () => tooLong(timeoutMs) })) {
        principal = await this.ports.guard.principal(authorization);
        line.add(await turns.begin(principal, chunk));
        answers.linesRead = chunk.at(-1)?.number ?? answers.linesRead;
        await line.shorterThan(this.config.streamChunksMax);
      }
      return undefined;
    } catch (error) {
      // A client that went away cannot be told.
      return isMemoryError(error) || !request.destroyed ? error : undefined;
    } finally {
      await line.shorterThan(1);
    }
  }

  private chunksOf(request: IncomingMessage): AsyncIterable<readonly RequestLine[]> {
    const { limits, lineBytesMax, lineChunkBytesMax, lineLingerMs } = this.config;
    // An iterator that destroys the request at its end would take the answer's connection with it.
    const lines = requestLines(request.iterator({ destroyOnReturn: false }), { lineBytesMax });
    const chunk = { linesMax: limits.batchTurnsMax, bytesMax: lineChunkBytesMax, lingerMs: lineLingerMs };
    return lineChunks(lines, chunk);
  }

  private keyOf({ headers }: IncomingMessage): string {
    const key = headers['idempotency-key'];
    if (key === undefined) return randomUUID();
    const charsMax = this.config.limits.idCharsMax - NUMBER_CHARS;
    // Control characters cannot be in a header; others become part of an id, which says what it takes.
    if (typeof key === 'string' && key !== '' && key.length <= charsMax) return key;
    const detail = { field: 'idempotency-key', limit: `streamKeyCharsMax=${charsMax}`, sent: `${key.length}` };
    throw new InvalidInput(
      'the key of a stream is shorter than that of a turn: the number of its line is added',
      detail,
    );
  }
}

interface Stream {
  readonly turns: LineTurns;
  readonly answers: Answers;
  readonly authorization: string | undefined;
  readonly principal: Principal;
}

/** Writes answers as lines, and counts what they say. */
class Answers implements AnswerSink<readonly LineAnswer[]> {
  linesRead = 0;
  private readonly counts = { acceptedCount: 0, repeatedCount: 0, refusedCount: 0 };

  constructor(private readonly response: ServerResponse) {}

  get destroyed(): boolean {
    return this.response.destroyed;
  }

  write(answers: readonly LineAnswer[]): boolean {
    let hasRoom = true;
    for (const answer of answers) {
      if ('accepted' in answer) {
        this.counts.acceptedCount += answer.lines.length;
        this.counts.repeatedCount += answer.accepted.repeatedCount;
      } else if ('refused' in answer) this.counts.refusedCount += answer.lines.length;
      hasRoom = this.response.write(`${JSON.stringify(answer)}\n`);
    }
    return hasRoom;
  }

  end(failed: Refusal | undefined): void {
    const counts = { lines: this.linesRead, ...this.counts };
    const last: LineAnswer = failed === undefined ? { done: counts } : { failed, ...counts };
    this.response.end(`${JSON.stringify(last)}\n`);
  }

  on(event: 'drain' | 'close', listener: () => void): void {
    this.response.on(event, listener);
  }

  off(event: 'drain' | 'close', listener: () => void): void {
    this.response.off(event, listener);
  }
}

function tooLong(streamMsMax: number): LimitExceeded {
  const detail = { limit: `lineStreamMsMax=${streamMsMax}` };
  return new LimitExceeded('a stream has gone on for long enough; send the rest in another', detail);
}

function encoded(): InvalidInput {
  return new InvalidInput('lines are sent as they are, without compression', { field: 'content-encoding' });
}
