import {
  type DataKeys,
  type ProcedureCause,
  procedureIdOf,
  procedureVersionOf,
  type TenantPolicy,
} from '@mneme/domain';
import { type MemoryDraft, openMemory, sealMemory } from '@mneme/platform';

/**
 * Adds what a command tells or a run shows to its procedure. Its version is the cause's instant, so that a run that comes
 * again is counted once: the version is there already.
 */
export async function keepProcedure(
  cause: ProcedureCause,
  { keys, policy, draft }: { readonly keys: DataKeys; readonly policy: TenantPolicy; readonly draft: MemoryDraft },
): Promise<void> {
  const { recordedAt } = cause.memory;
  const living = await draft.living([procedureIdOf(cause, keys).memoryId]);
  const newest = living.filter(({ version }) => version < recordedAt).at(-1);
  const before = newest === undefined ? undefined : { memory: newest, content: openMemory(keys, newest) };
  draft.put(sealMemory(keys, procedureVersionOf(cause, { keys, before, policy })));
}
