import {
  type DataKeys,
  PROCEDURE_VERSIONS_MAX,
  type ProcedureCause,
  procedureIdOf,
  procedureVersionOf,
  type TenantPolicy,
} from '@mneme/domain';
import { type MemoryDraft, openMemory, sealMemory } from '@mneme/platform';

/** What one cause takes away of versions that are too many: there are more only where there was no limit before. */
const REMOVED_AT_ONCE_MAX = 256;

/**
 * Adds what a command tells or a run shows to its procedure, as a version of its own, and takes the oldest away when there
 * are too many. A cause counts once, also when the log has it twice: a version names the last causes that it was made of.
 */
export async function keepProcedure(
  cause: ProcedureCause,
  { keys, policy, draft }: { readonly keys: DataKeys; readonly policy: TenantPolicy; readonly draft: MemoryDraft },
): Promise<void> {
  const living = await draft.living([procedureIdOf(cause, keys).memoryId]);
  const newest = living.at(-1);
  if (newest?.derivedFrom.includes(cause.causeId) === true) return;
  const before = newest === undefined ? undefined : { memory: newest, content: openMemory(keys, newest) };
  draft.put(sealMemory(keys, procedureVersionOf(cause, { keys, before, policy })));
  const surplus = Math.max(0, living.length + 1 - PROCEDURE_VERSIONS_MAX);
  for (const version of living.slice(0, Math.min(surplus, REMOVED_AT_ONCE_MAX))) draft.remove(version);
}
