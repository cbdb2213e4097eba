import { type SessionKey, TurnContent, type TurnReceived } from '@mneme/events';
import { mayRead, unseal } from '@mneme/domain';
import type { SessionStore } from '@mneme/ports';
import { type Keyring, parsedJson } from '@mneme/platform';
import type { Reader } from './reader.js';

export interface OpenedTurn {
  readonly turn: TurnReceived;
  readonly content: TurnContent;
}

interface SessionPorts {
  readonly sessionStore: SessionStore;
  readonly keyring: Keyring;
}

/** The last readable turns of a session, oldest first; keys are read freshly, and each turn is checked once more. */
export async function openTurns(
  { sessionStore, keyring }: SessionPorts,
  { scope, tenantId, subjectId: own, access: ownAccess }: Reader,
  { sessionKey, limit }: { readonly sessionKey: SessionKey; readonly limit: number },
): Promise<readonly OpenedTurn[]> {
  const turns = await sessionStore.lastTurns(scope, sessionKey, limit);
  // The reader's own keys were read freshly by this very request.
  const others = [...new Set(turns.map((turn) => turn.subjectId))].filter((subjectId) => subjectId !== own);
  const accesses = others.length === 0 ? undefined : await keyring.openFresh(tenantId, others);
  return turns.flatMap((turn): OpenedTurn[] => {
    const access = turn.subjectId === own ? ownAccess : accesses?.get(turn.subjectId);
    if (access?.state !== 'open' || access.epoch !== turn.epoch || !mayRead(scope, turn)) return [];
    const text = unseal(access.keys, { ...turn, recordId: turn.turnId, version: turn.recordedAt }, turn.sealed);
    return [{ turn, content: parsedJson(TurnContent, text) }];
  });
}
