import { afterEach, describe, expect, it } from '@jest/globals';
import { Metadata, status } from '@grpc/grpc-js';
import { isMemoryError, type MemoryError } from '@mneme/domain';
import type { Refusal } from '@mneme/proto';
import { connect, type Connection } from './connect.js';
import { failureOf, startStubService, type StubHandlers } from './stub-service.js';

const opened: { close(): void }[] = [];
afterEach(() => opened.splice(0).forEach((one) => one.close()));

async function serve(handlers: StubHandlers, timeoutMs?: number): Promise<Connection> {
  const service = await startStubService(handlers);
  const connection = connect({ address: service.address, apiKey: 'mneme_k_s', ...(timeoutMs ? { timeoutMs } : {}) });
  opened.push(connection, service);
  return connection;
}

const failure = (work: Promise<unknown>): Promise<MemoryError> =>
  work.then(
    () => {
      throw new Error('expected a failure');
    },
    (error: unknown) => {
      if (!isMemoryError(error)) throw error;
      return error;
    },
  );

const recall = { question: 'q', filters: [] };

describe('connect', () => {
  it('sends the key as a bearer credential', async () => {
    let seen: unknown;
    const connection = await serve({
      admin: {
        listTenants: (call, callback) => {
          seen = call.metadata.get('authorization');
          callback(null, { tenants: [] });
        },
      },
    });
    await connection.admin.listTenants({});
    expect(seen).toEqual(['Bearer mneme_k_s']);
  });

  it.each([
    ['invalid-input', 'InvalidInput', status.INVALID_ARGUMENT],
    ['not-found', 'NotFound', status.NOT_FOUND],
    ['conflict', 'Conflict', status.ABORTED],
    ['subject-erased', 'Conflict', status.FAILED_PRECONDITION],
    ['legal-hold', 'Conflict', status.FAILED_PRECONDITION],
    ['unauthenticated', 'Forbidden', status.UNAUTHENTICATED],
    ['forbidden', 'Forbidden', status.PERMISSION_DENIED],
    ['unavailable', 'Unavailable', status.UNAVAILABLE],
    ['storage-full', 'Unavailable', status.RESOURCE_EXHAUSTED],
    ['timeout', 'Timeout', status.DEADLINE_EXCEEDED],
    ['limit-exceeded', 'LimitExceeded', status.INVALID_ARGUMENT],
    ['budget-spent', 'LimitExceeded', status.RESOURCE_EXHAUSTED],
    ['corrupt', 'Corrupt', status.INTERNAL],
    ['newer-version', 'Corrupt', status.FAILED_PRECONDITION],
  ])('rebuilds %s as %s from the trailer', async (code, name, grpcStatus) => {
    const refusal: Refusal = { code, message: 'no', field: 'turns[3].content', limit: 'x=1', sent: '2', index: 3 };
    const connection = await serve({
      retrieval: { recall: (_call, callback) => callback(failureOf(refusal, grpcStatus)) },
    });
    const error = await failure(connection.retrieval.recall(recall));
    expect({ code: error.code, name: error.name, message: error.message }).toEqual({ code, name, message: 'no' });
    expect(error.detail).toMatchObject({ field: 'turns[3].content', limit: 'x=1', sent: '2', index: 3 });
  });

  it('takes an unknown code and a trailer that is not JSON for what the status says', async () => {
    const broken = new Metadata();
    broken.set('mneme-error', 'not json');
    const details = { code: status.PERMISSION_DENIED, details: 'no', metadata: broken };
    const connection = await serve({
      retrieval: {
        recall: (_call, callback) => callback(Object.assign(new Error('no'), details)),
        getMemory: (_call, callback) => callback(failureOf({ code: 'of-tomorrow', message: 'new' }, status.INTERNAL)),
      },
    });
    expect(await failure(connection.retrieval.recall(recall))).toMatchObject({ code: 'forbidden' });
    const unknown = await failure(connection.retrieval.getMemory({ memoryId: 'm' }));
    expect(unknown).toMatchObject({ code: 'unavailable', message: 'new' });
  });

  it('says what to do when nothing answers', async () => {
    const service = await startStubService({});
    service.close();
    const connection = connect({ address: service.address });
    opened.push(connection);
    const error = await failure(connection.retrieval.recall(recall));
    expect(error).toMatchObject({ code: 'unavailable', retry: 'later' });
    expect(error.message).toContain('npm start');
  });

  it('tells a call that the service does not have', async () => {
    const connection = await serve({});
    expect(await failure(connection.retrieval.recall(recall))).toMatchObject({ code: 'invalid-input' });
  });

  it('ends a call at its deadline and at an abort', async () => {
    const connection = await serve({ retrieval: { recall: () => undefined } });
    expect(await failure(connection.retrieval.recall(recall, { timeoutMs: 50 }))).toMatchObject({ code: 'timeout' });
    const aborted = failure(connection.retrieval.recall(recall, { signal: AbortSignal.timeout(20) }));
    expect(await aborted).toMatchObject({ code: 'timeout', message: 'the call was cancelled' });
    const before = failure(connection.retrieval.recall(recall, { signal: AbortSignal.abort() }));
    expect(await before).toMatchObject({ code: 'timeout' });
  });

  it('gives a read that waits for its writes that much more time', async () => {
    const connection = await serve(
      { retrieval: { recall: (_call, callback) => void setTimeout(() => callback(null, emptyRecall()), 150) } },
      50,
    );
    const waiting = { ...recall, waitFor: { token: 't', timeoutMs: 5_000 } };
    await expect(connection.retrieval.recall(waiting)).resolves.toMatchObject({ freshness: 'current' });
  });

  it('asks each service where it is by itself, and the rest where all are', async () => {
    const seen: string[] = [];
    const all = await startStubService({
      admin: {
        listTenants: (_call, callback) => {
          seen.push('all');
          callback(null, { tenants: [] });
        },
      },
    });
    const alone = await startStubService({
      retrieval: {
        recall: (_call, callback) => {
          seen.push('retrieval');
          callback(null, emptyRecall());
        },
      },
    });
    const connection = connect({ address: all.address, services: { retrieval: alone.address } });
    opened.push(connection, all, alone);
    await connection.admin.listTenants({});
    await connection.retrieval.recall(recall);
    expect(seen).toEqual(['all', 'retrieval']);
  });

  it('refuses an address that is none', () => {
    expect(() => connect({ address: 'http://localhost:7301' })).toThrow('host:port');
  });
});

describe('replay', () => {
  it('yields progress and cancels the call when the loop is left', async () => {
    let cancelled: (() => void) | undefined;
    const seen = new Promise<void>((resolve) => {
      cancelled = resolve;
    });
    const connection = await serve({
      admin: {
        replay: (call) => {
          call.on('cancelled', () => cancelled?.());
          for (let i = 1; i <= 3; i += 1) call.write({ recordsApplied: i, recordsTotal: 9 });
        },
      },
    });
    const applied: number[] = [];
    for await (const progress of connection.admin.replay({})) {
      applied.push(progress.recordsApplied);
      if (applied.length === 3) break;
    }
    await seen;
    expect(applied).toEqual([1, 2, 3]);
  });

  it('throws what the service refuses', async () => {
    const connection = await serve({
      admin: { replay: (call) => call.emit('error', failureOf({ code: 'forbidden', message: 'no' })) },
    });
    const all = async () => {
      for await (const progress of connection.admin.replay({})) void progress;
    };
    expect(await failure(all())).toMatchObject({ code: 'forbidden' });
  });
});

function emptyRecall() {
  return {
    hits: [],
    freshness: 'current',
    failedTurnIds: [],
    legs: [],
    dropped: [],
    considered: 0,
    recallId: '',
    facts: [],
  };
}
