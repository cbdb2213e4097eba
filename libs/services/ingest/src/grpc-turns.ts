import type { IngestTurnsRequest, ToolCall, Turn } from '@mneme/proto';

/**
 * A gRPC request in the plain shape that HTTP sends too. proto3 cannot tell an absent text from an empty one: where an
 * empty one means nothing it counts as absent, so that both edges give the same error.
 */
export function plainRequestOf({ turns, idempotencyKey }: IngestTurnsRequest): unknown {
  return { turns: turns.map(plainTurnOf), ...given('idempotencyKey', idempotencyKey) };
}

function plainTurnOf(turn: Turn): unknown {
  return {
    ...given('userId', turn.userId),
    ...given('session', turn.session || undefined),
    ...given('role', turn.role || undefined),
    content: turn.content,
    ...(turn.toolCalls.length === 0 ? {} : { toolCalls: turn.toolCalls.map(plainCallOf) }),
    ...given('occurredAt', turn.occurredAt),
    ...given('speakerName', turn.speakerName),
    ...given('scope', turn.scope),
    ...given('teamId', turn.teamId),
    ...given('idempotencyKey', turn.idempotencyKey),
    ...given('sourceClass', turn.sourceClass),
    ...given('task', turn.task),
    ...given('outcome', turn.outcome),
  };
}

function plainCallOf(call: ToolCall): unknown {
  return {
    ...given('id', call.id),
    ...given('name', call.name || undefined),
    ...given('arguments', call.arguments || undefined),
  };
}

function given(name: string, value: string | undefined): Record<string, string> {
  return value === undefined ? {} : { [name]: value };
}
