import type { MemoryFilter } from '@mneme/ports';
import type { Predicate } from './scope-predicate.js';

const INSTANT_MS_MAX = 8.64e15;

/** A filter over the columns that memories have; its SQL is the same for every filter, so that it is compiled once. */
export function filterPredicate(
  filter: MemoryFilter,
): Predicate & { readonly values: Record<string, string | number> } {
  return {
    sql: FILTER_SQL,
    values: {
      kinds: listOf(filter.kinds),
      flags: listOf(filter.flags),
      sessionKeys: listOf(filter.sessionKeys),
      agentIds: listOf(filter.agentIds),
      teamIds: listOf(filter.teamIds),
      sourceIds: listOf(filter.sourceIds),
      occurredFromMs: filter.occurredFromMs ?? -INSTANT_MS_MAX,
      occurredToMs: filter.occurredToMs ?? INSTANT_MS_MAX + 1,
    },
  };
}

const FILTER_SQL = [
  isIn('kind', 'kinds'),
  isIn('session_key', 'sessionKeys'),
  isIn('agent_id', 'agentIds'),
  isIn('team_id', 'teamIds'),
  isIn('source_id', 'sourceIds'),
  `(:flags = '' OR EXISTS (SELECT 1 FROM json_each(flags) AS own
    WHERE own.value IN (SELECT value FROM json_each(:flags))))`,
  'occurred_at_ms >= :occurredFromMs AND occurred_at_ms < :occurredToMs',
].join(' AND ');

function isIn(column: string, name: string): string {
  return `(:${name} = '' OR ${column} IN (SELECT value FROM json_each(:${name})))`;
}

function listOf(values: readonly string[] | undefined): string {
  return values === undefined ? '' : JSON.stringify(values);
}
