import type { MemoryFilter } from '@mneme/ports';
import type { NamedValues } from './named-statements.js';

const INSTANT_MS_MAX = 8.64e15;

/** A filter over the columns that memories have, the same SQL for every filter: what is NULL is not asked for. */
export const WANTED = [
  isAmong('kind', 'kinds'),
  isAmong('session_key', 'sessionKeys'),
  isAmong('agent_id', 'agentIds'),
  isAmong('team_id', 'teamIds'),
  isAmong('source_id', 'sourceIds'),
  '(:flags::text[] IS NULL OR flags ?| :flags::text[])',
  'occurred_at_ms >= :occurredFromMs AND occurred_at_ms < :occurredToMs',
].join(' AND ');

export function filterValues(filter: MemoryFilter): NamedValues {
  return {
    kinds: filter.kinds ?? null,
    flags: filter.flags ?? null,
    sessionKeys: filter.sessionKeys ?? null,
    agentIds: filter.agentIds ?? null,
    teamIds: filter.teamIds ?? null,
    sourceIds: filter.sourceIds ?? null,
    occurredFromMs: filter.occurredFromMs ?? -INSTANT_MS_MAX,
    occurredToMs: filter.occurredToMs ?? INSTANT_MS_MAX + 1,
  };
}

function isAmong(column: string, name: string): string {
  return `(:${name}::text[] IS NULL OR ${column} = ANY (:${name}::text[]))`;
}
