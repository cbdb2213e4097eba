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
  rows: 'cached' | 'fresh' = 'cached',
): Promise<Fenced<E>> {
  const stamps = received.map(({ event }) => handler.stampOf(event));
  const known = await accessesOf(keyring, stamps, rows);
  const doubtful = stamps.filter((stamp) => stamp !== undefined && !isCurrent(stamp, known.get(nameOf(stamp))));
  if (doubtful.length > 0 && rows === 'cached') {
    for (const [name, access] of await accessesOf(keyring, doubtful, 'fresh')) known.set(name, access);
  }
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

async function accessesOf(
  keyring: Keyring,
  stamps: readonly (SubjectStamp | undefined)[],
  rows: 'cached' | 'fresh',
): Promise<Map<string, SubjectAccess>> {
  const byTenant = new Map<TenantId, Set<SubjectStamp['subjectId']>>();
  for (const stamp of stamps) {
    if (stamp === undefined) continue;
    const subjects = byTenant.get(stamp.tenantId) ?? new Set();
    byTenant.set(stamp.tenantId, subjects.add(stamp.subjectId));
  }
  const accesses = new Map<string, SubjectAccess>();
  for (const [tenantId, subjectIds] of byTenant) {
    for (const [subjectId, access] of await tenantAccesses(keyring, tenantId, [...subjectIds], rows)) {
      accesses.set(nameOf({ tenantId, subjectId }), access);
    }
  }
  return accesses;
}

/** A tenant that does not exist has no open subject: its records are refused like those of an erased one. */
async function tenantAccesses(
  keyring: Keyring,
  tenantId: TenantId,
  subjectIds: readonly SubjectStamp['subjectId'][],
  rows: 'cached' | 'fresh',
): Promise<ReadonlyMap<SubjectStamp['subjectId'], SubjectAccess>> {
  try {
    return await (rows === 'fresh' ? keyring.openFresh(tenantId, subjectIds) : keyring.open(tenantId, subjectIds));
  } catch (error) {
    if (isMemoryError(error) && error.code === 'not-found') return new Map();
    throw error;
  }
}

function nameOf(stamp: Pick<SubjectStamp, 'tenantId' | 'subjectId'>): string {
  return `${stamp.tenantId}/${stamp.subjectId}`;
}
