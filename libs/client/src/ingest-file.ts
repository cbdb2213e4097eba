import type { IngestTurnsRequest, Refusal, StreamTurnsResponse, Turn } from '@mneme/proto';
import { isMemoryError } from '@mneme/domain';
import type { Connection } from './connect.js';
import { errorOfRefusal, refusalOfError } from './errors.js';
import type { LineSource } from './text-lines.js';
import { type NumberedTurn, turnsOfLines } from './turn-lines.js';

export interface IngestFileOptions {
  readonly source: LineSource;
  /** Turns of one chunk; a chunk is accepted or refused as a whole. */
  readonly chunkTurnsMax: number;
  /** End at the first refused line, with every line before it accepted. */
  readonly stopOnError: boolean;
  readonly onProgress?: (tally: IngestTally) => void;
  readonly onRefused?: (line: RefusedLine) => void;
}

export interface RefusedLine extends Refusal {
  readonly line: number;
}

export interface IngestTally {
  /** Lines read that are not empty, and their bytes. */
  readonly lines: number;
  readonly bytes: number;
  readonly accepted: number;
  /** Of the accepted: how many had been accepted before. */
  readonly repeated: number;
  readonly refused: number;
  /** The last token: a read that waits for it sees everything accepted here for the users of the last chunk. */
  readonly token: string | undefined;
}

// A chunk stays well below the size of a message, however long its turns are.
const CHUNK_BYTES_MAX = 2 * 1024 * 1024;

/**
 * Streams a file of turns in their order. A refused line costs itself alone: the rest of its chunk is sent again
 * without it before anything that follows. @throws MemoryError for what is not the fault of a line.
 */
export async function ingestFile(connection: Connection, options: IngestFileOptions): Promise<IngestTally> {
  const run = new IngestRun(options);
  for await (const answer of connection.ingest.streamTurns(run.chunks(), { inFlightMax: 1 })) run.take(answer);
  return run.tally;
}

type TurnOfLine = Extract<NumberedTurn, { turn: Turn }>;

class IngestRun {
  tally: IngestTally = { lines: 0, bytes: 0, accepted: 0, repeated: 0, refused: 0, token: undefined };
  private sent: readonly TurnOfLine[] = [];
  private again: readonly TurnOfLine[] = [];
  private stopping = false;

  constructor(private readonly options: IngestFileOptions) {}

  async *chunks(): AsyncGenerator<IngestTurnsRequest, void> {
    const lines = turnsOfLines(this.options.source);
    try {
      for (;;) {
        this.sent = this.again.length > 0 ? this.again : await this.nextChunk(lines);
        this.again = [];
        if (this.sent.length === 0) return;
        yield { turns: this.sent.map(({ turn }) => turn) };
      }
    } finally {
      await lines.return();
    }
  }

  take({ accepted, refused }: StreamTurnsResponse): void {
    if (accepted !== undefined) {
      this.tally = {
        ...this.tally,
        accepted: this.tally.accepted + accepted.turnIds.length,
        repeated: this.tally.repeated + accepted.repeatedCount,
        token: accepted.token,
      };
    } else if (refused !== undefined) {
      this.refuse(refused);
    }
    this.options.onProgress?.(this.tally);
  }

  private refuse(refusal: Refusal): void {
    const { index } = refusal;
    const culprit = index === undefined ? undefined : this.sent[index];
    if (index === undefined || culprit === undefined) {
      if (!isAboutTurns(refusal.code)) throw errorOfRefusal(refusal);
      for (const { number } of this.sent) this.note(number, refusal);
      return;
    }
    this.note(culprit.number, refusal);
    this.again = this.options.stopOnError ? this.sent.slice(0, index) : this.sent.toSpliced(index, 1);
  }

  private async nextChunk(lines: AsyncIterator<NumberedTurn, void>): Promise<readonly TurnOfLine[]> {
    const chunk: TurnOfLine[] = [];
    let bytes = 0;
    while (!this.stopping && chunk.length < this.options.chunkTurnsMax && bytes < CHUNK_BYTES_MAX) {
      const next = await lines.next();
      if (next.done === true) break;
      const line = next.value;
      this.tally = { ...this.tally, lines: this.tally.lines + 1, bytes: this.tally.bytes + line.bytes };
      bytes += line.bytes;
      if ('turn' in line) chunk.push(line);
      else this.noteError(line.number, line.error);
    }
    return chunk;
  }

  private noteError(line: number, error: unknown): void {
    if (!isMemoryError(error)) throw error;
    this.note(line, refusalOfError(error));
  }

  private note(line: number, refusal: Refusal): void {
    this.tally = { ...this.tally, refused: this.tally.refused + 1 };
    this.stopping ||= this.options.stopOnError;
    const { index: _index, field, ...reason } = refusal;
    // Which turn of its chunk it was means nothing to the reader of the file.
    const own = field?.replace(/^turns\[\d+\]\.?/, '');
    this.options.onRefused?.({ line, ...reason, ...(own === undefined || own === '' ? {} : { field: own }) });
  }
}

/** Whether other turns could still be accepted: not so for a wrong key, a full disk or a service that is down. */
function isAboutTurns(code: string): boolean {
  return ['invalid-input', 'conflict', 'subject-erased', 'limit-exceeded', 'not-found'].includes(code);
}
