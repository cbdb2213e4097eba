import { describe, expect, it } from '@jest/globals';
import type { MemoryId, SubjectId, TenantId } from '@mneme/events';
import { Conflict, Unavailable, type WishedCommand } from '@mneme/domain';
import { COMMANDS_MAX, Metrics } from '@mneme/platform';
import fc from 'fast-check';
import { GiveCommands } from './give-commands.js';

const never = new AbortController().signal;

function wished(subjectId: string): WishedCommand {
  return {
    tenantId: 't' as TenantId,
    subjectId: subjectId as SubjectId,
    sourceClass: 'system',
    idempotencyKey: subjectId,
    wish: { action: 'retract', target: { memoryId: 'm' as MemoryId, kind: 'episode', version: 1 } },
  };
}

/** Takes commands as the log does, and none of fenced subjects. */
function giving({ fenced = new Set<string>(), behind = [0], commandsPerS = 1e9 } = {}) {
  const accepted: string[] = [];
  const sizes: number[] = [];
  const commands = {
    accept: async (all: readonly WishedCommand[]) => {
      sizes.push(all.length);
      if (all.some(({ subjectId }) => fenced.has(subjectId))) throw new Conflict('erased', {}, 'subject-erased');
      accepted.push(...all.map(({ subjectId }) => subjectId));
      return { commandIds: [], token: '', repeatedCount: 0 };
    },
  };
  const log = {
    endOffsets: async () => [behind.length > 1 ? (behind.shift() ?? 0) : (behind[0] ?? 0)],
    committedOffsets: async () => [0],
  };
  const give = new GiveCommands({ commands, log, metrics: new Metrics() }, { commandsPerS, behindMax: 10 });
  return { give, accepted, sizes };
}

describe('giving commands', () => {
  it('gives all but those of fenced users, whoever they came with', async () => {
    const subjects = fc.uniqueArray(fc.nat(200), { maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(subjects, fc.uniqueArray(fc.nat(200)), async (all, erased) => {
        const fenced = new Set(erased.map(String));
        const { give, accepted } = giving({ fenced });
        const free = all.map(String).filter((one) => !fenced.has(one));
        const given = await give.give(
          all.map((one) => wished(String(one))),
          never,
        );
        expect(given).toEqual({ given: free.length, refused: all.length - free.length });
        expect(accepted.sort()).toEqual(free.sort());
      }),
      { numRuns: 50 },
    );
  });

  it('gives no more at once than are taken at once', async () => {
    const { give, sizes } = giving();
    await give.give(
      Array.from({ length: COMMANDS_MAX + 1 }, (_, i) => wished(String(i))),
      never,
    );
    expect(sizes).toEqual([COMMANDS_MAX, 1]);
  });

  it('waits while the write-filter is behind', async () => {
    const behind = [11, 11, 10];
    const { give, accepted } = giving({ behind });
    await give.give([wished('a')], never);
    expect([accepted, behind]).toEqual([['a'], [10]]);
  });

  it('ends at once when it is called off while it waits', async () => {
    const { give, accepted } = giving({ behind: [11] });
    const ending = new AbortController();
    const given = give.give([wished('a')], ending.signal);
    ending.abort();
    await expect(given).rejects.toMatchObject({ name: 'AbortError' });
    expect(accepted).toEqual([]);
  });

  it('passes on what may pass', async () => {
    const commands = { accept: () => Promise.reject(new Unavailable('full')) };
    const log = { endOffsets: async () => [0], committedOffsets: async () => [0] };
    const give = new GiveCommands({ commands, log, metrics: new Metrics() }, { commandsPerS: 1, behindMax: 1 });
    await expect(give.give([wished('a')], never)).rejects.toMatchObject({ code: 'unavailable' });
  });
});
