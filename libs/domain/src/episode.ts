import type { MemoryContent, MemoryDerived, SourceId, TurnContent, TurnReceived } from '@mneme/events';
import { memoryIdOf } from './ids.js';
import { importanceOf } from './maintenance/importance.js';
import type { TenantPolicy } from './policy.js';
import { confidenceOf, lifespanOf } from './worth.js';

/** A memory before its text is sealed. */
export type UnsealedMemory = Omit<MemoryDerived, 'sealed'> & { readonly content: MemoryContent };

/**
 * The episode of one turn. Its times come from the turn: `expiresAt` and `reviewBy` count from `recordedAt`, so a
 * history that is brought in late is kept as long as one that was streamed, while its age at recall counts from
 * `occurredAt`.
 */
export function episodeOf(
  turn: TurnReceived,
  content: TurnContent,
  decided: { readonly flags: readonly string[]; readonly policy: TenantPolicy },
): UnsealedMemory {
  const sourceId = turn.turnId as string as SourceId;
  const { tenantId, subjectId } = turn;
  const { sourceClass, recordedAt } = turn;
  const toolName = toolNameOf(turn, content);
  return {
    type: 'memory-derived',
    v: 1,
    memoryId: memoryIdOf({ tenantId, subjectId, sourceId, kind: 'episode', ordinal: 0 }),
    version: turn.recordedAt,
    tenantId,
    subjectId,
    contributors: [subjectId],
    departmentId: turn.departmentId,
    agentId: turn.agentId,
    teamId: turn.teamId,
    sessionKey: turn.sessionKey,
    sourceId,
    audience: turn.audience,
    kind: 'episode',
    flags: [...decided.flags, ...(content.outcome === undefined ? [] : [`task-${content.outcome}`])],
    sourceClass,
    trust: turn.trust,
    confidence: confidenceOf(decided.policy, { sourceClass, toolName }),
    importance: importanceOf(decided.policy, decided),
    occurredAt: turn.occurredAt,
    recordedAt,
    ...lifespanOf(decided.policy, { kind: 'episode', sourceClass, recordedAt }),
    derivedFrom: [turn.turnId],
    epoch: turn.epoch,
    content: {
      text: textOf(content),
      session: content.session,
      ...(content.speakerName === undefined ? {} : { speakerName: content.speakerName }),
      ...(content.zone === undefined ? {} : { zone: content.zone }),
    },
  };
}

/** A tool's turn names its tool as the speaker, or by the one call that it answers. */
function toolNameOf({ role }: Pick<TurnReceived, 'role'>, { speakerName, toolCalls }: TurnContent): string | undefined {
  return role === 'tool' ? (speakerName ?? toolCalls?.[0]?.name) : undefined;
}

function textOf(turn: TurnContent): string {
  const calls = (turn.toolCalls ?? []).map((call) => `[called ${call.name} with ${call.arguments}]`);
  const run = turn.task === undefined ? '' : `[task ${turn.outcome ?? ''}: ${turn.task}]`;
  return [turn.content, ...calls, run].filter((part) => part !== '').join('\n');
}
