import { MemoryId } from '@mneme/events';
import { type CatalogueRow, type ReadScope, readScopeOf } from '@mneme/domain';
import type { ListPage } from '@mneme/ports';
import type { ErasureRun } from '../erasure-run.js';

/** How many of the subject's memories a reader who speaks for the subject still gets, by id, by list and by vector. */
export async function countThroughReads(run: ErasureRun, probeIds: readonly string[]): Promise<number> {
  const { catalogue, vectorIndex, embedder, guard } = run.ports;
  const scope = readScopeOf(guard.verifier(run.subject.tenantId), run.subject.subjectId);
  const memoryIds = probeIds.flatMap((id) => MemoryId.safeParse(id).data ?? []);
  if (memoryIds.length === 0) return listedCount(run, scope);
  const { id: model, dimensions } = embedder.model;
  const vector = new Float32Array(dimensions).fill(1 / Math.sqrt(dimensions));
  const byId = await catalogue.get(scope, memoryIds);
  const byVector = await vectorIndex.cosines(scope, { vector, memoryIds, model });
  return byId.length + byVector.size + (await listedCount(run, scope));
}

async function listedCount(run: ErasureRun, scope: ReadScope): Promise<number> {
  const { pageRecordsMax: limit, pagesMax } = run.config;
  let count = 0;
  let after: ListPage['after'];
  for (let page = 0; page < pagesMax; page += 1) {
    run.signal.throwIfAborted();
    // At instant 0 nothing has expired: what is past its time but still there has to be found too.
    const rows = await run.ports.catalogue.list(scope, { filter: {}, nowMs: 0, limit, ...(after ? { after } : {}) });
    count += rows.filter((row) => isErased(run, row)).length;
    after = rows.at(-1);
    if (rows.length < limit) break;
  }
  return count;
}

// The list also gives what the whole organisation may read.
function isErased(run: ErasureRun, row: CatalogueRow): boolean {
  return row.subjectId === run.subject.subjectId && row.epoch < run.erasure.epoch;
}
