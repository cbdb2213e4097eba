import type { TenantId } from '@mneme/events';
import { isMemoryError } from '@mneme/domain';
import type { Received, SubjectStamp } from './consumer-runner.js';
import type { Keyring, SubjectAccess } from './keyring.js';

interface Fenced<E> {
  readonly passed: readonly Received<E>[];
  readonly refused: readonly Received<E>[];
}

/**
 * Splits records by the fence: those of an open subject's present epoch pass, with its keys; the rest is refused.
 * Nothing is refused on the word of a cached row: an erased subject may just have been enrolled again.
 */
export async function passFence<E>(
  keyring: Keyring,
  handler: { stampOf(event: E): SubjectStamp | undefined },
  received: readonly Received<E>[],
): Promise<Fenced<E>> {
  const stamps = received.map(({ event }) => handler.stampOf(event));
  const known = await accessesOf(stamps, (tenantId, subjectIds) => keyring.open(tenantId, subjectIds));
  const doubtful = stamps.filter((stamp) => stamp !== undefined && !isCurrent(stamp, known.get(nameOf(stamp))));
  if (doubtful.length > 0) {
    const fresh = await accessesOf(doubtful, (tenantId, subjectIds) => keyring.openFresh(tenantId, subjectIds));
    for (const [name, access] of fresh) known.set(name, access);
  }
  return split(received, stamps, known);
}

/** The same by the registry as it is now: after a store's ack nothing is let pass on the word of a cached row. */
export async function passFenceNow<E>(
  keyring: Keyring,
  handler: { stampOf(event: E): SubjectStamp | undefined },
  received: readonly Received<E>[],
): Promise<Fenced<E>> {
  const stamps = received.map(({ event }) => handler.stampOf(event));
  const known = await accessesOf(stamps, (tenantId, subjectIds) => keyring.openFresh(tenantId, subjectIds));
  return split(received, stamps, known);
}

function split<E>(
  received: readonly Received<E>[],
  stamps: readonly (SubjectStamp | undefined)[],
  known: ReadonlyMap<string, SubjectAccess>,
): Fenced<E> {
  const passed: Received<E>[] = [];
  const refused: Received<E>[] = [];
  received.forEach((one, i) => {
    const stamp = stamps[i];
    if (stamp === undefined) return void passed.push(one);
    const access = known.get(nameOf(stamp));
    if (access?.state === 'open' && access.epoch === stamp.epoch) passed.push({ ...one, access });
    else refused.push(one);
  });
  return { passed, refused };
}

function isCurrent(stamp: SubjectStamp, access: SubjectAccess | undefined): boolean {
  return access?.state === 'open' && access.epoch === stamp.epoch;
}

type SubjectIds = readonly SubjectStamp['subjectId'][];
type Open = (
  tenantId: TenantId,
  subjectIds: SubjectIds,
) => Promise<ReadonlyMap<SubjectStamp['subjectId'], SubjectAccess>>;

async function accessesOf(
  stamps: readonly (SubjectStamp | undefined)[],
  open: Open,
): Promise<Map<string, SubjectAccess>> {
  const byTenant = new Map<TenantId, Set<SubjectStamp['subjectId']>>();
  for (const stamp of stamps) {
    if (stamp === undefined) continue;
    const subjects = byTenant.get(stamp.tenantId) ?? new Set();
    byTenant.set(stamp.tenantId, subjects.add(stamp.subjectId));
  }
  const accesses = new Map<string, SubjectAccess>();
  for (const [tenantId, subjectIds] of byTenant) {
    for (const [subjectId, access] of await ofTenant(open, tenantId, [...subjectIds])) {
      accesses.set(nameOf({ tenantId, subjectId }), access);
    }
  }
  return accesses;
}

/** A tenant that does not exist has no open subject: its records are refused like those of an erased one. */
async function ofTenant(open: Open, tenantId: TenantId, subjectIds: SubjectIds): ReturnType<Open> {
  try {
    return await open(tenantId, subjectIds);
  } catch (error) {
    if (isMemoryError(error) && error.code === 'not-found') return new Map();
    throw error;
  }
}

function nameOf(stamp: Pick<SubjectStamp, 'tenantId' | 'subjectId'>): string {
  return `${stamp.tenantId}/${stamp.subjectId}`;
}
