import { TurnContent, type TurnReceived } from '@mneme/events';
import { instantOf, mayRead, type ReadScope, unseal } from '@mneme/domain';
import { type Keyring, parsedJson } from '@mneme/platform';
import type { SessionTurn } from '@mneme/proto';

export interface OpenedTurn {
  readonly turn: TurnReceived;
  readonly content: TurnContent;
}

/** Without those that may not be read or whose subject is fenced: keys are read freshly, and each turn is checked once more. */
export async function openTurns(
  keyring: Keyring,
  scope: ReadScope,
  turns: readonly TurnReceived[],
): Promise<readonly OpenedTurn[]> {
  if (turns.length === 0) return [];
  const subjects = [...new Set(turns.map((turn) => turn.subjectId))];
  const accesses = await keyring.openFresh(scope.tenantId, subjects);
  return turns.flatMap((turn): OpenedTurn[] => {
    const access = accesses.get(turn.subjectId);
    if (access?.state !== 'open' || access.epoch !== turn.epoch || !mayRead(scope, turn)) return [];
    const text = unseal(access.keys, { ...turn, recordId: turn.turnId, version: turn.recordedAt }, turn.sealed);
    return [{ turn, content: parsedJson(TurnContent, text) }];
  });
}

/** A turn as the API shows it. */
export function turnView({ turn, content: { content, toolCalls = [], speakerName } }: OpenedTurn): SessionTurn {
  const { turnId, role, occurredAt } = turn;
  const recordedAt = instantOf(Math.floor(turn.recordedAt / 1000));
  return { turnId, role, content, toolCalls, speakerName, occurredAt, recordedAt };
}
