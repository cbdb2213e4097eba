import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { randomKey, subjectRef } from '@mneme/domain';
import type { NewSubject } from '@mneme/ports';
import { aNewSubject, randomTenantId, removeTemporaryDirectories, temporaryDirectory } from '@mneme/testing';
import { openSqlite, type Sqlite } from './open-sqlite.js';

removeTemporaryDirectories();

describe('keys that were destroyed', () => {
  const opened: Sqlite[] = [];
  afterEach(() => Promise.all(opened.splice(0).map((sqlite) => sqlite.close())));
  const open = () => {
    const directory = temporaryDirectory();
    const sqlite = openSqlite(directory);
    opened.push(sqlite);
    const holds = (key: Uint8Array) =>
      ['keys.db', 'keys.db-wal'].some((name) => {
        const file = join(directory, name);
        return existsSync(file) && readFileSync(file).includes(Buffer.from(key));
      });
    return { ...sqlite, holds };
  };
  const refOf = ({ tenantId, subjectId }: NewSubject) => subjectRef(tenantId, subjectId);

  it('are in no byte of the files, and their neighbours are', async () => {
    const { subjectRegistry, holds } = open();
    const [subject, neighbour] = [aNewSubject(), aNewSubject()];
    await subjectRegistry.admit([subject, neighbour]);
    await subjectRegistry.fence(refOf(subject));
    expect([holds(subject.wrappedKey), holds(neighbour.wrappedKey)]).toEqual([true, true]);
    await subjectRegistry.destroyKey(refOf(subject), 2);
    expect([holds(subject.wrappedKey), holds(neighbour.wrappedKey)]).toEqual([false, true]);
  });

  it('left no copy behind in a page that was split or moved, among many that came and went', async () => {
    const { subjectRegistry, holds } = open();
    const tenantId = randomTenantId();
    const subjects = Array.from({ length: 1_500 }, () => aNewSubject({ tenantId }));
    for (let at = 0; at < subjects.length; at += 50) await subjectRegistry.admit(subjects.slice(at, at + 50));
    const erased = subjects.filter((_, index) => index % 10 === 3);
    const renewed = erased.map((subject) => ({ ...subject, wrappedKey: aNewSubject().wrappedKey }));
    for (const [index, subject] of erased.entries()) {
      await subjectRegistry.fence(refOf(subject));
      await subjectRegistry.destroyKey(refOf(subject), 2);
      if (index % 2 === 0) await subjectRegistry.enrol(renewed[index] as NewSubject);
    }
    expect(erased.filter(({ wrappedKey }) => holds(wrappedKey))).toEqual([]);
    const again = renewed.filter((_, index) => index % 2 === 0);
    expect(again.filter(({ wrappedKey }) => !holds(wrappedKey))).toEqual([]);
    for (const subject of again) {
      await subjectRegistry.fence(refOf(subject));
      await subjectRegistry.destroyKey(refOf(subject), 4);
    }
    expect(again.filter(({ wrappedKey }) => holds(wrappedKey))).toEqual([]);
  }, 60_000);

  it('are gone for the probes of an erasure too, also for a key that was replaced', async () => {
    const { erasureJournal, subjectRegistry, holds } = open();
    const [erasureId, replaced, key] = [randomUUID(), randomKey(), randomKey()];
    await erasureJournal.putProbeKey(erasureId, replaced);
    await erasureJournal.putProbeKey(erasureId, key);
    expect(holds(key)).toBe(true);
    await erasureJournal.destroyProbeKey(erasureId);
    expect([holds(key), holds(replaced)]).toEqual([false, false]);
    expect(await subjectRegistry.read(randomTenantId(), [])).toEqual([]);
  });
});
