import { type SubjectId, TurnContent, type TurnReceived } from '@mneme/events';
import { instantOf, mayRead, type ReadScope, unseal } from '@mneme/domain';
import { type Keyring, parsedJson, type SubjectAccess } from '@mneme/platform';
import type { SessionTurn } from '@mneme/proto';

export interface OpenedTurn {
  readonly turn: TurnReceived;
  readonly content: TurnContent;
}

/** Who reads turns: what the scope may, with the keys of its own subject as this very request has read them. */
export interface TurnReader {
  readonly scope: ReadScope;
  readonly subjectId: SubjectId;
  readonly access: SubjectAccess | undefined;
}

/** Without those that may not be read or whose subject is fenced: keys of others are read freshly, and each turn is checked once more. */
export async function openTurns(
  keyring: Keyring,
  { scope, subjectId: own, access: ownAccess }: TurnReader,
  turns: readonly TurnReceived[],
): Promise<readonly OpenedTurn[]> {
  const others = [...new Set(turns.map((turn) => turn.subjectId))].filter((subjectId) => subjectId !== own);
  const accesses = others.length === 0 ? undefined : await keyring.openFresh(scope.tenantId, others);
  return turns.flatMap((turn): OpenedTurn[] => {
    const access = turn.subjectId === own ? ownAccess : accesses?.get(turn.subjectId);
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
