import { describe, expect, it } from '@jest/globals';
import { Unavailable } from '@mneme/domain';
import type { TurnReceived } from '@mneme/events';
import { Logger, Metrics } from '@mneme/platform';
import type { SubjectRow } from '@mneme/ports';
import { SessionWriter } from './session-writer.js';

const LIMITS = { sessionTurnsWaitingMax: 5, sessionBatchTurnsMax: 2, sessionWriteMsMax: 20 };
const turns = (count: number, given: Partial<TurnReceived> = {}) =>
  Array.from(
    { length: count },
    (_, i) => ({ tenantId: 't', subjectId: 's', epoch: 1, turnId: `${i}`, ...given }) as TurnReceived,
  );

/** The two ports by what the writer asks of them; `append` is the test's. */
function rig(append: (batch: readonly TurnReceived[]) => Promise<void>, epoch = 1) {
  const erased: unknown[][] = [];
  const rows = (ids: readonly string[]) =>
    ids.map((subjectId) => ({ tenantId: 't', subjectId, epoch })) as SubjectRow[];
  const metrics = new Metrics();
  const ports = {
    sessionStore: {
      append,
      eraseSources: async (...given: unknown[]) => {
        erased.push(given);
        return 0;
      },
    },
    registry: { read: async (_tenantId: string, ids: readonly string[]) => rows(ids) },
    metrics,
    logger: new Logger('silent'),
  } as unknown as ConstructorParameters<typeof SessionWriter>[0];
  const lost = () => metrics.snapshot().find(({ name }) => name === 'mneme_session_writes_lost_total')?.value ?? 0;
  return { writer: new SessionWriter(ports, LIMITS), erased, lost };
}

describe('bringing turns into the session store', () => {
  it('returns at once and writes in order, in batches', async () => {
    const batches: number[] = [];
    const seen: string[] = [];
    const { writer, erased, lost } = rig(async (batch) => {
      batches.push(batch.length);
      seen.push(...batch.map(({ turnId }) => turnId as string));
    });
    writer.offer(turns(3));
    writer.offer([]);
    expect(batches).toEqual([]);
    await writer.idle();
    expect([batches, seen, erased, lost()]).toEqual([[2, 1], ['0', '1', '2'], [], 0]);
  });

  it('leaves out what has no room, and counts it', async () => {
    const { writer, lost } = rig(async () => undefined);
    writer.offer(turns(5));
    writer.offer(turns(1));
    await writer.idle();
    expect(lost()).toBe(1);
  });

  it('goes on after a failure and past a write that hangs', async () => {
    const fates = [() => Promise.reject(new Unavailable('down')), () => new Promise<void>(() => undefined)];
    let written = 0;
    const { writer, lost } = rig(async (batch) => {
      const fate = fates.shift();
      if (fate !== undefined) return fate();
      written += batch.length;
    });
    writer.offer(turns(5));
    await writer.idle();
    expect([written, lost()]).toEqual([1, 2]);
  });

  it('takes back what was written below a fence that rose meanwhile', async () => {
    const { writer, erased } = rig(async () => undefined, 2);
    writer.offer([...turns(1), ...turns(1, { epoch: 2, turnId: 'later' as TurnReceived['turnId'] })]);
    await writer.idle();
    expect(erased).toEqual([[{ tenantId: 't', subjectId: 's' }, ['0'], 2]]);
  });

  it('is caught up when what was offered before is written, whatever comes meanwhile', async () => {
    const written: string[] = [];
    const { writer } = rig(async (batch) => void written.push(...batch.map(({ turnId }) => turnId)));
    await writer.caughtUp();
    writer.offer(turns(3));
    const caughtUp = writer.caughtUp();
    const more = setInterval(() => writer.offer(turns(1)), 0);
    await caughtUp;
    clearInterval(more);
    expect(written.slice(0, 3)).toEqual(['0', '1', '2']);
    await writer.idle();
  });

  it('is caught up also when turns were lost', async () => {
    const { writer, lost } = rig(() => Promise.reject(new Unavailable('full')));
    writer.offer(turns(4));
    await writer.caughtUp();
    expect(lost()).toBe(4);
  });
});
