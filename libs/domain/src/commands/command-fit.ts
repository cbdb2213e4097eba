import type { CommandGiven, MemoryDerived } from '@mneme/events';

/** Why an accepted command changes nothing; the words are those of the glossary. */
export type CommandRefusal = 'stale' | 'gone' | 'unfit';

/** What an owner does with a command, given the living versions of its target. */
export type CommandFit =
  | { readonly state: 'fits'; readonly newest: MemoryDerived }
  /** It was applied before, or there is nothing left to take away. */
  | { readonly state: 'done' }
  | { readonly state: 'refused'; readonly reason: CommandRefusal };

/**
 * Whether the version that the giver of a command saw is still the newest. A function of what its owner has published
 * before, so that a redelivered command is answered as it was: its own version stands for having been applied.
 */
export function commandFitOf(command: CommandGiven, living: readonly MemoryDerived[]): CommandFit {
  const own = living.filter(
    ({ tenantId, subjectId }) => tenantId === command.tenantId && subjectId === command.subjectId,
  );
  if (own.some(({ version }) => version === command.recordedAt)) return { state: 'done' };
  const seen = own.find(({ version }) => version === command.target?.version);
  if (seen === undefined)
    return command.action === 'retract' ? { state: 'done' } : { state: 'refused', reason: 'gone' };
  const isNewest = own.every(({ version }) => version <= seen.version);
  return isNewest ? { state: 'fits', newest: seen } : { state: 'refused', reason: 'stale' };
}
