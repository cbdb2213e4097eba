import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DepartmentId, TeamId } from '@mneme/events';
import { readScopeOf } from '@mneme/domain';
import {
  aHandOff,
  aPrincipal,
  aReadScope,
  aSessionDocument,
  aTurn,
  engineAddress,
  ORGANISATION,
  randomSessionKey,
  randomSubjectId,
  randomTenantId,
  teamAudience,
} from '@mneme/testing';
import fc from 'fast-check';
import { openRedis, type RedisStores } from './open-redis.js';
import { dropPrefixes, scratchPrefix } from './scratch-prefix.js';

const url = engineAddress('redis');
const keyPrefix = scratchPrefix();
const DEPARTMENTS = ['care', 'legal', 'sales'] as DepartmentId[];

describe('sessions side by side', () => {
  let redis: RedisStores;
  beforeAll(async () => {
    redis = await openRedis({ url, keyPrefix });
  });
  afterAll(async () => {
    await redis.close();
    await dropPrefixes(url, [keyPrefix]);
  });

  it.each(['tenant', 'audience'] as const)('give the same with and without those of another %s', async (wall) => {
    const seconds = fc.array(fc.integer({ min: 0, max: 59 }), { minLength: 1, maxLength: 10 });
    await fc.assert(
      fc.asyncProperty(seconds, seconds, async (ownTimes, otherTimes) => {
        const sessionKey = randomSessionKey();
        const team = 'office' as TeamId;
        const own = {
          tenantId: randomTenantId(),
          subjectId: randomSubjectId(),
          audience: teamAudience(team),
          sessionKey,
        };
        const other =
          wall === 'tenant'
            ? { ...own, tenantId: randomTenantId() }
            : { ...own, audience: teamAudience('kitchen' as TeamId) };
        const scope = aReadScope(own.tenantId, undefined, { teamIds: [team] });
        const write = async (owner: typeof own, times: readonly number[]) => {
          const instantOf = (second: number) => `2026-01-01T00:00:${String(second).padStart(2, '0')}.000Z`;
          await redis.sessionStore.append(times.map((second) => aTurn({ ...owner, occurredAt: instantOf(second) })));
          await redis.sessionStore.setState({ kind: 'working', document: aSessionDocument(owner) });
          await redis.sessionStore.handOff(aHandOff(owner));
        };
        const answers = async () =>
          JSON.stringify([
            await redis.sessionStore.lastTurns(scope, sessionKey, 5),
            await redis.sessionStore.getState(scope, sessionKey, 'working'),
            await redis.sessionStore.openSession(scope, sessionKey, { turnsMax: 5, nowMs: 0 }),
          ]);
        await write(own, ownTimes);
        const alone = await answers();
        await write(other, otherTimes);
        expect(await answers()).toBe(alone);
      }),
      { numRuns: 25 },
    );
  });

  it('are opened by a grant exactly as far as it goes', async () => {
    const places: readonly (DepartmentId | undefined)[] = [undefined, ...DEPARTMENTS];
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...places), fc.subarray([...DEPARTMENTS]), async (departmentId, granted) => {
        const [tenantId, subjectId, sessionKey] = [randomTenantId(), randomSubjectId(), randomSessionKey()];
        const turns = places.map((place) =>
          aTurn({ tenantId, subjectId, sessionKey, audience: ORGANISATION, ...(place && { departmentId: place }) }),
        );
        await redis.sessionStore.append(turns);
        const claims = { tenantId, grantedDepartmentIds: granted, ...(departmentId && { departmentId }) };
        const readable = departmentId === undefined ? [] : [departmentId, ...granted];
        const wanted = turns.filter((turn) => turn.departmentId === undefined || readable.includes(turn.departmentId));
        const given = await redis.sessionStore.lastTurns(readScopeOf(aPrincipal(claims)), sessionKey, 20);
        expect(given).toEqual(wanted);
      }),
      { numRuns: 25 },
    );
  });
});
