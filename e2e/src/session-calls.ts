import {
  type AgentId,
  type DepartmentId,
  type SessionKey,
  TOPICS,
  type TeamId,
  type TenantId,
  type TurnReceived,
} from '@mneme/events';
import {
  DEFAULT_LIMITS,
  DEFAULT_POLICY,
  partitionOf,
  type Principal,
  randomKey,
  seal,
  sessionKeyOf,
  type SubjectRef,
  subjectRef,
  tenantSubjectIdOf,
} from '@mneme/domain';
import { encodeReadToken, EndSessions, tenantKeyContext, TurnOrder } from '@mneme/platform';
import { EndSession, HandOffSession, KeepStates, MemoryOpener, ResumeSession } from '@mneme/retrieval-service';
import { aPrincipal, aTurn, randomTenantId } from '@mneme/testing';
import type { ErasureWorld } from './erasure-world.js';

export type SessionCalls = ReturnType<typeof sessionCallsOf>;

/** The calls of `Sessions` on a world's stores, as the service builds them; `clock` is that of tokens and revisions. */
export function sessionCallsOf(
  { engines, guard, metrics, logger }: ErasureWorld,
  clock: { nowMs(): number } = engines.clock,
) {
  const { stores, keyring } = engines;
  const { catalogue, controlStore, organisationStore, sessionStore, acceptedTurns, log } = stores;
  const shared = { guard, keyring, sessionStore, clock };
  const order = new TurnOrder({ acceptedTurns, log, clock: engines.clock, logger });
  const endSessions = new EndSessions({ sessionEnds: sessionStore, keyring, acceptedTurns, log, order, logger });
  const opener = new MemoryOpener(keyring, metrics);
  return {
    states: new KeepStates(shared, DEFAULT_LIMITS),
    handOffs: new HandOffSession({ ...shared, controlStore, organisationStore }, DEFAULT_LIMITS),
    resumes: new ResumeSession({ ...shared, catalogue, opener }, DEFAULT_LIMITS),
    ends: new EndSession({ guard, keyring, endSessions }, DEFAULT_LIMITS),
    endSessions,
  };
}

export interface Said extends Partial<TurnReceived> {
  readonly userId?: string;
  readonly session: string;
  readonly content: string;
  readonly speakerName?: string;
}

/** What ingest does with one turn of a session; answers the turn. */
export async function say(world: ErasureWorld, { userId, session, content, speakerName, ...given }: Said) {
  const { stores, keyring } = world.engines;
  const { tenantId } = world;
  const { subjectId } = await subjectOfSession(world, userId);
  const access = (await keyring.admit(tenantId, [subjectId])).get(subjectId);
  if (access?.state !== 'open') throw new Error('the user is fenced');
  const sessionKey = await keyOfSession(world, session, userId);
  const occurredAt = new Date().toISOString();
  const turn = aTurn({ tenantId, subjectId, epoch: access.epoch, sessionKey, occurredAt, ...given });
  const context = { ...turn, recordId: turn.turnId, version: turn.recordedAt };
  const text = { content, session, ...(speakerName === undefined ? {} : { speakerName }) };
  const event = { ...turn, sealed: seal(access.keys, context, JSON.stringify(text)) };
  await stores.acceptedTurns.reserve([{ ...event, fingerprint: 'f' }]);
  const partition = partitionOf(subjectId, stores.log.partitionCount);
  await stores.log.append([
    { topic: TOPICS.turns.name, partition, key: turn.turnId, value: JSON.stringify(event), subjectId },
  ]);
  await stores.sessionStore.append([event]);
  return event;
}

export async function subjectOfSession(world: ErasureWorld, userId?: string): Promise<SubjectRef> {
  if (userId !== undefined) return subjectRef(world.tenantId, await world.subjectOf(userId));
  const { indexKeys } = await world.engines.keyring.tenant(world.tenantId);
  return subjectRef(world.tenantId, tenantSubjectIdOf(indexKeys));
}

export async function keyOfSession(world: ErasureWorld, session: string, userId?: string): Promise<SessionKey> {
  const { indexKeys } = await world.engines.keyring.tenant(world.tenantId);
  return sessionKeyOf(indexKeys, (await subjectOfSession(world, userId)).subjectId, session);
}

/** A token of all that a subject has said until now. */
export async function tokenOf(world: ErasureWorld, userId: string): Promise<string> {
  const { log } = world.engines.stores;
  const partition = partitionOf(await world.subjectOf(userId), log.partitionCount);
  const end = (await log.endOffsets(TOPICS.turns.name))[partition] ?? 0;
  return encodeReadToken({ offsets: new Map([[partition, end]]), turnIds: [] });
}

export interface Placed {
  readonly departmentId?: string;
  readonly teamIds?: readonly string[];
}

/** An agent of the world's tenant with every right, registered. */
export async function anAgent(world: ErasureWorld, name: string, placed: Placed = {}): Promise<Principal> {
  const { tenantId } = world;
  const agentId = name as AgentId;
  const teamIds = [...(placed.teamIds ?? [])] as TeamId[];
  const place = placed.departmentId === undefined ? {} : { departmentId: placed.departmentId as DepartmentId };
  await world.engines.stores.controlStore.putAgent({ tenantId, agentId, teamIds, ...place });
  return aPrincipal({ tenantId, agentId, teamIds, ...place });
}

/** Another tenant on the same engines, with keys of its own. */
export async function anotherTenant({ engines: { stores } }: ErasureWorld): Promise<TenantId> {
  const tenantId = randomTenantId();
  const createdAt = '2026-01-01T00:00:00.000Z';
  const wrapped = (purpose: 'index' | 'tenant', generation: number) =>
    stores.keyVault.wrap(randomKey(), tenantKeyContext(tenantId, purpose, generation));
  await stores.controlStore.createTenant(
    { tenantId, purpose: 'standard', policy: DEFAULT_POLICY, createdAt },
    { wrappedIndexKey: await wrapped('index', 0), wrappedTenantKey: await wrapped('tenant', 1), keyGeneration: 1 },
  );
  return tenantId;
}
