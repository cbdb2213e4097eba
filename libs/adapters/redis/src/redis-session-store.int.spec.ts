import { afterAll, describe, it } from '@jest/globals';
import type { SessionKey, TurnId } from '@mneme/events';
import {
  aReadScope,
  aSessionDocument,
  aTurn,
  engineAddress,
  type ErasableFixture,
  erasableStoreContract,
  isolationChecks,
  randomSessionKey,
  type ReadableStores,
  sessionEndsContract,
  sessionStoreContract,
} from '@mneme/testing';
import { openRedis, type RedisOptions, type RedisStores } from './open-redis.js';
import { dropPrefixes, scratchPrefix } from './scratch-prefix.js';

const url = engineAddress('redis');
const prefixes: string[] = [];
const opened: RedisStores[] = [];
afterAll(async () => {
  await Promise.all(opened.map((redis) => redis.close()));
  await dropPrefixes(url, prefixes);
});

async function open(options: Partial<RedisOptions> = {}): Promise<RedisStores['sessionStore']> {
  const keyPrefix = scratchPrefix();
  prefixes.push(keyPrefix);
  const redis = await openRedis({ url, keyPrefix, ...options });
  opened.push(redis);
  return redis.sessionStore;
}

sessionStoreContract(async (clock) => open({ clock }), { turnsMax: 200 });
sessionEndsContract(async (clock) => open({ clock }));

describe('turns', () => {
  erasableStoreContract(async () => turnFixture(await open()), 'session-state');
});

describe('documents', () => {
  erasableStoreContract(async () => documentFixture(await open()), 'session-state');
});

describe('isolation', () => {
  const own = isolationChecks.filter(({ store }) => store === 'session store');

  it.each(own)('the $store keeps $wall from $wall', async (check) => {
    await check.run({ sessionStore: await open() } as unknown as ReadableStores);
  });
});

// Turns are their own source; a hundred a session, so that no session is full. An id says in which session to look.
function turnFixture(store: RedisStores['sessionStore']): ErasableFixture {
  const sessions = new Map<string, SessionKey[]>();
  return {
    store,
    write: async (records) => {
      const turns = records.map((record, at) => {
        const own = sessions.get(record.subjectId) ?? [];
        sessions.set(record.subjectId, own);
        if (own.length === 0 || at % 100 === 0) own.push(randomSessionKey());
        const { tenantId, subjectId, epoch, sourceId } = record;
        const turnId = sourceId as string as TurnId;
        return aTurn({ tenantId, subjectId, epoch, turnId, sessionKey: own.at(-1) as SessionKey });
      });
      await store.append(turns);
      return turns.map(({ sessionKey, turnId }) => `${sessionKey}/${turnId}`);
    },
    read: async (tenantId, subjectId) => {
      const scope = aReadScope(tenantId, subjectId);
      const keys = sessions.get(subjectId) ?? [];
      const turns = await Promise.all(keys.map((key) => store.lastTurns(scope, key, 1_000)));
      return turns.flat().map(({ sessionKey, turnId }) => `${sessionKey}/${turnId}`);
    },
  };
}

// A session is the source of what agents keep of it.
function documentFixture(store: RedisStores['sessionStore']): ErasableFixture {
  const written: string[] = [];
  return {
    store,
    write: async (records) => {
      const ids = records.map(({ sourceId, subjectId }) => `${sourceId}/task/${subjectId}/`);
      for (const { sourceId, ...record } of records) {
        const sessionKey = sourceId as string as SessionKey;
        await store.setState({ kind: 'task', document: aSessionDocument({ ...record, sessionKey }) });
      }
      written.push(...ids);
      return ids;
    },
    read: async (tenantId, subjectId) => {
      const scope = aReadScope(tenantId, subjectId);
      const found: string[] = [];
      for (const id of written.filter((one) => one.includes(subjectId))) {
        const sessionKey = id.slice(0, id.indexOf('/')) as SessionKey;
        if ((await store.getState(scope, sessionKey, 'task')) !== undefined) found.push(id);
      }
      return found;
    },
  };
}
