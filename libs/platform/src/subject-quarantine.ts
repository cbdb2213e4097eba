import { type SubjectId, type TenantId, TOPICS } from '@mneme/events';
import { subjectRef } from '@mneme/domain';
import type { SubjectTopics } from '@mneme/ports';

const KEYS_PER_PAGE = 1_000;
const PAGES_MAX = 100;

/** Key on `quarantine` of what was decided of a turn. */
export function decisionKeyOf(turnId: string): string {
  return `decision/${turnId}`;
}

/** Offsets of a subject's records on `quarantine` by key, ascending: turns under their ids, and what was decided of them. */
export type QuarantineOffsets = ReadonlyMap<string, readonly number[]>;

export async function quarantineOffsetsOf(
  topics: SubjectTopics,
  { tenantId, subjectId }: { readonly tenantId: TenantId; readonly subjectId: SubjectId },
): Promise<QuarantineOffsets> {
  const offsets = new Map<string, number[]>();
  const subject = subjectRef(tenantId, subjectId);
  let after: { readonly afterOffset?: number } = {};
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const keys = await topics.keys(TOPICS.quarantine.name, subject, { ...after, limit: KEYS_PER_PAGE });
    for (const { key, offset } of keys) offsets.set(key, [...(offsets.get(key) ?? []), offset]);
    const last = keys.at(-1);
    if (last === undefined || keys.length < KEYS_PER_PAGE) break;
    after = { afterOffset: last.offset };
  }
  return offsets;
}
