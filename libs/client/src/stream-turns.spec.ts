import { afterEach, describe, expect, it } from '@jest/globals';
import { isMemoryError } from '@mneme/domain';
import type { IngestServer, IngestTurnsRequest } from '@mneme/proto';
import { connect } from './connect.js';
import { failureOf, startStubService } from './stub-service.js';

const opened: { close(): void }[] = [];
afterEach(() => opened.splice(0).forEach((one) => one.close()));

async function ingestOf(streamTurns: IngestServer['streamTurns'], timeoutMs = 5_000) {
  const service = await startStubService({ ingest: { streamTurns } });
  const connection = connect({ address: service.address, timeoutMs });
  opened.push(connection, service);
  return connection.ingest;
}

const acceptAll: IngestServer['streamTurns'] = (call) => {
  call.on('data', (request: IngestTurnsRequest) => call.write(accepted(request)));
  call.on('end', () => call.end());
};

const accepted = (request: IngestTurnsRequest) => ({
  accepted: {
    turnIds: request.turns.map((turn) => turn.content),
    token: 't',
    idempotencyKey: request.idempotencyKey ?? '',
    repeatedCount: 0,
  },
});

function chunk(content: string): IngestTurnsRequest {
  return { turns: [{ session: 's', role: 'user', content, toolCalls: [] }] };
}

describe('streamTurns', () => {
  it('yields one answer a chunk, in order', async () => {
    const ingest = await ingestOf(acceptAll);
    const answers: string[] = [];
    for await (const answer of ingest.streamTurns(['a', 'b', 'c'].map(chunk))) {
      answers.push(...(answer.accepted?.turnIds ?? []));
    }
    expect(answers).toEqual(['a', 'b', 'c']);
  });

  it('ends without chunks', async () => {
    const ingest = await ingestOf(acceptAll);
    for await (const answer of ingest.streamTurns([])) throw new Error(`unexpected ${String(answer)}`);
  });

  it('asks its source for no more than the answers allow', async () => {
    const ingest = await ingestOf(acceptAll);
    let taken = 0;
    const source = (function* () {
      while (taken < 50) yield chunk(String(taken++));
    })();
    let answered = 0;
    for await (const answer of ingest.streamTurns(source, { inFlightMax: 2 })) {
      expect(answer.accepted).toBeDefined();
      expect(taken - answered).toBeLessThanOrEqual(2);
      answered += 1;
    }
    expect(answered).toBe(50);
  });

  it('goes on after a refused chunk', async () => {
    const ingest = await ingestOf((call) => {
      call.on('data', (request: IngestTurnsRequest) => {
        const bad = request.turns[0]?.content === 'bad';
        call.write(bad ? { refused: { code: 'invalid-input', message: 'no', index: 0 } } : accepted(request));
      });
      call.on('end', () => call.end());
    });
    const outcomes: string[] = [];
    for await (const answer of ingest.streamTurns(['a', 'bad', 'c'].map(chunk))) {
      outcomes.push(answer.refused?.code ?? 'accepted');
    }
    expect(outcomes).toEqual(['accepted', 'invalid-input', 'accepted']);
  });

  it('passes on what its source throws, and cancels the call', async () => {
    const ingest = await ingestOf(acceptAll);
    const source = (function* () {
      yield chunk('a');
      throw new Error('the file is gone');
    })();
    await expect(drain(ingest.streamTurns(source))).rejects.toThrow('the file is gone');
  });

  it('throws the error that ends the call, with the answers before it', async () => {
    const ingest = await ingestOf((call) => {
      call.once('data', (request: IngestTurnsRequest) => {
        call.write(accepted(request));
        call.emit('error', failureOf({ code: 'storage-full', message: 'full' }));
      });
    });
    const answers: unknown[] = [];
    const work = async () => {
      for await (const answer of ingest.streamTurns([chunk('a'), chunk('b')], { inFlightMax: 1 })) answers.push(answer);
    };
    await expect(work()).rejects.toMatchObject({ code: 'storage-full' });
    expect(answers).toHaveLength(1);
  });

  it('gives up on a chunk that is never answered', async () => {
    const ingest = await ingestOf((call) => void call.on('data', () => undefined), 100);
    const error: unknown = await drain(ingest.streamTurns([chunk('a')])).catch((thrown: unknown) => thrown);
    expect(isMemoryError(error) && error.code).toBe('timeout');
  });

  it('can be left in the middle and aborted', async () => {
    const ingest = await ingestOf(acceptAll);
    const endless = (function* () {
      for (;;) yield chunk('a');
    })();
    for await (const answer of ingest.streamTurns(endless)) {
      expect(answer.accepted).toBeDefined();
      break;
    }
    const signal = AbortSignal.timeout(50);
    await expect(drain(ingest.streamTurns(endlessChunks(), { signal }))).rejects.toMatchObject({ code: 'timeout' });
  });
});

async function* endlessChunks(): AsyncGenerator<IngestTurnsRequest> {
  for (;;) yield await Promise.resolve(chunk('a'));
}

async function drain(answers: AsyncIterable<unknown>): Promise<void> {
  for await (const answer of answers) void answer;
}
