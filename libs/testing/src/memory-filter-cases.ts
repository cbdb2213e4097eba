import type { AgentId, MemoryDerived, TeamId } from '@mneme/events';
import type { MemoryFilter } from '@mneme/ports';
import { randomSessionKey, randomSourceId } from './builders.js';

type Case = readonly [name: string, filter: MemoryFilter, wanted: Partial<MemoryDerived>, not: Partial<MemoryDerived>];

const [sessionKey, otherSession] = [randomSessionKey(), randomSessionKey()];
const [sourceId, otherSource] = [randomSourceId(), randomSourceId()];
const [agentId, otherAgent] = ['clerk', 'cook'] as [AgentId, AgentId];
const [teamId, otherTeam] = ['office', 'kitchen'] as [TeamId, TeamId];
const AT = '2026-03-01T12:00:00.000Z';
const AT_MS = Date.parse(AT);

/** What a memory has where a case says nothing. */
export const OTHERWISE: Partial<MemoryDerived> = { occurredAt: AT };

/** One filter each, a memory that it wants and one that it does not; within a filter any value does. */
export const FILTER_CASES: readonly Case[] = [
  ['kind', { kinds: ['fact', 'summary'] }, { kind: 'summary' }, { kind: 'episode' }],
  ['flag', { flags: ['decision', 'error'] }, { flags: ['other', 'error'] }, { flags: ['other'] }],
  ['flag, where there is none', { flags: ['decision'] }, { flags: ['decision'] }, { flags: [] }],
  ['session', { sessionKeys: [sessionKey] }, { sessionKey }, { sessionKey: otherSession }],
  ['agent', { agentIds: [agentId] }, { agentId }, { agentId: otherAgent }],
  ['agent, where there is none', { agentIds: [agentId] }, { agentId }, {}],
  ['team', { teamIds: [teamId] }, { teamId }, { teamId: otherTeam }],
  ['source', { sourceIds: [sourceId] }, { sourceId }, { sourceId: otherSource }],
  ['time from, inclusive', { occurredFromMs: AT_MS }, {}, { occurredAt: '2026-03-01T11:59:59.999Z' }],
  ['time to, exclusive', { occurredToMs: AT_MS }, { occurredAt: '2026-03-01T11:59:59.999Z' }, {}],
  [
    'all of several at once',
    { kinds: ['fact'], flags: ['decision'], occurredFromMs: AT_MS },
    { kind: 'fact', flags: ['decision'] },
    { kind: 'fact', flags: [] },
  ],
];
