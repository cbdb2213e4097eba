import { dataKeysOf, type Erasure, randomKey, seal, unseal } from '@mneme/domain';
import type { ErasureRun } from '../erasure-run.js';

/** Ids to look for again, by store. */
export type Probes = Readonly<Record<string, readonly string[]>>;

/** Asks every store for some ids of the subject; they are kept sealed, under a key that dies with the verification. */
export async function takeProbes(run: ErasureRun): Promise<string | undefined> {
  const { stores } = run.ports;
  const taken: Record<string, readonly string[]> = {};
  for (const store of stores) {
    const ids = await store.probeIds(run.subject, run.config.probesMax);
    if (ids.length > 0) taken[store.storeName] = ids;
  }
  if (Object.keys(taken).length === 0) return undefined;
  const key = await probeKeyOf(run);
  return seal(dataKeysOf(key), contextOf(run.erasure), JSON.stringify(taken));
}

/** The one that is there already is kept: what another process sealed under it must still open. */
async function probeKeyOf({ ports: { journal }, erasure: { erasureId } }: ErasureRun): Promise<Uint8Array> {
  const there = await journal.findProbeKey(erasureId);
  if (there !== undefined) return there;
  const key = randomKey();
  await journal.putProbeKey(erasureId, key);
  return key;
}

/** Empty when none were taken, or when their key is gone already. */
export async function openProbes(run: ErasureRun): Promise<Probes> {
  const { probes, erasureId } = run.erasure;
  if (probes === undefined) return {};
  const key = await run.ports.journal.findProbeKey(erasureId);
  if (key === undefined) return {};
  return JSON.parse(unseal(dataKeysOf(key), contextOf(run.erasure), probes)) as Probes;
}

function contextOf({ tenantId, subjectId, epoch, erasureId }: Erasure) {
  return { tenantId, subjectId, epoch, recordId: erasureId, version: 1 };
}
