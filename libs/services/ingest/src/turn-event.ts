import type { TurnContent, TurnReceived } from '@mneme/events';
import { instantOf, seal } from '@mneme/domain';
import type { PreparedRequest, PreparedTurn } from './prepared-request.js';

/** The event of a turn under the instant that was reserved for it: the same instant gives the same bytes. */
export function turnEventOf({ principal }: PreparedRequest, turn: PreparedTurn, recordedAt: number): TurnReceived {
  const { tenantId, agentId, departmentId } = principal;
  const { turnId, subjectId, epoch, input, occurredAt } = turn;
  const context = { tenantId, subjectId, epoch, recordId: turnId, version: recordedAt };
  return {
    type: 'turn-received',
    v: 1,
    tenantId,
    subjectId,
    epoch,
    turnId,
    sessionKey: turn.sessionKey,
    audience: turn.audience,
    agentId,
    ...(input.teamId === undefined ? {} : { teamId: input.teamId as NonNullable<TurnReceived['teamId']> }),
    ...(departmentId === undefined ? {} : { departmentId }),
    role: input.role,
    sourceClass: turn.sourceClass,
    trust: turn.trust,
    occurredAt: instantOf(occurredAt?.epochMs ?? Math.floor(recordedAt / 1_000)),
    recordedAt,
    sealed: seal(turn.keys, context, JSON.stringify(contentOf(turn))),
  };
}

function contentOf({ input, occurredAt }: PreparedTurn): TurnContent {
  const { content, toolCalls, speakerName, session, task, outcome } = input;
  return {
    content,
    ...(toolCalls === undefined || toolCalls.length === 0 ? {} : { toolCalls }),
    ...(speakerName === undefined ? {} : { speakerName }),
    session,
    ...(occurredAt === undefined ? {} : { zone: occurredAt.zone }),
    ...(task === undefined ? {} : { task }),
    ...(outcome === undefined ? {} : { outcome }),
  };
}
