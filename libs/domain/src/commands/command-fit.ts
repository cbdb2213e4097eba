import type { CommandGiven, MemoryDerived } from '@mneme/events';

/** Why an accepted command changes nothing; the words are those of the glossary. */
export type CommandRefusal = 'stale' | 'gone' | 'unfit';

/** What an owner does with a command, given the living versions of its target. */
export type CommandFit =
  | { readonly state: 'fits'; readonly newest: MemoryDerived; readonly versions: readonly MemoryDerived[] }
  /** There is nothing left to take away. */
  | { readonly state: 'done' }
  | { readonly state: 'refused'; readonly reason: CommandRefusal };

/**
 * Whether the version that the giver of a command saw was still the newest when the command came. Only versions from
 * before the command count, and instants rise within a partition: so a command that comes again is answered as it was,
 * and does again what it did, behind whatever else of its batch is done again.
 */
export function commandFitOf(command: CommandGiven, living: readonly MemoryDerived[]): CommandFit {
  const versions = versionsBefore(command, living);
  const seen = versions.find(({ version }) => version === command.target?.version);
  if (seen === undefined) {
    return command.action === 'retract' ? { state: 'done' } : { state: 'refused', reason: 'gone' };
  }
  const isNewest = versions.every(({ version }) => version <= seen.version);
  return isNewest ? { state: 'fits', newest: seen, versions } : { state: 'refused', reason: 'stale' };
}

/** Of the subject's versions those that were there before the command. */
export function versionsBefore(
  { tenantId, subjectId, recordedAt }: CommandGiven,
  living: readonly MemoryDerived[],
): readonly MemoryDerived[] {
  return living.filter((one) => one.tenantId === tenantId && one.subjectId === subjectId && one.version < recordedAt);
}
