import type { CommandGiven, MemoryDerived } from '@mneme/events';

/** Why an accepted command changes nothing; the words are those of the glossary. */
export type CommandRefusal = 'stale' | 'gone' | 'unfit';

/** What an owner does with a command, given the living versions of its target. */
export type CommandFit =
  | { readonly state: 'fits'; readonly newest: MemoryDerived; readonly versions: readonly MemoryDerived[] }
  /** There is nothing left to take away, or it was applied before. */
  | { readonly state: 'done' }
  | { readonly state: 'refused'; readonly reason: CommandRefusal };

/**
 * Whether the version that the giver of a command saw is still the newest. Owners decide a record once, in the order of
 * the log: another version that is newer was made by a command that came first, or by a run, which also takes old versions
 * away.
 */
export function commandFitOf(command: CommandGiven, living: readonly MemoryDerived[]): CommandFit {
  const { tenantId, subjectId, target, action, recordedAt } = command;
  const versions = living.filter((one) => one.tenantId === tenantId && one.subjectId === subjectId);
  const seen = versions.find(({ version }) => version === target?.version);
  // One that was reserved, got lost and was sent again has its first instant: what it makes would lie below what was seen.
  if ((target?.version ?? 0) >= recordedAt && versions.length > 0) return { state: 'refused', reason: 'stale' };
  // Accepted twice, because the answer of the log was lost: what it makes is there.
  if (versions.some(({ version }) => version === recordedAt)) return { state: 'done' };
  if (seen === undefined) {
    const isReplaced = versions.some(({ version }) => version > (target?.version ?? 0) && version < recordedAt);
    if (isReplaced) return { state: 'refused', reason: 'stale' };
    return action === 'retract' ? { state: 'done' } : { state: 'refused', reason: 'gone' };
  }
  const isNewest = versions.every(({ version }) => version <= seen.version);
  return isNewest ? { state: 'fits', newest: seen, versions } : { state: 'refused', reason: 'stale' };
}
