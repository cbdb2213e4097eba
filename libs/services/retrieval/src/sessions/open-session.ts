import type { SessionKey, SubjectId } from '@mneme/events';
import type { ReadScope } from '@mneme/domain';
import type { HandOffNote, SessionState, SessionTurn } from '@mneme/proto';
import type { SessionPorts } from './session-caller.js';
import { openTurns, turnView } from '../session-turns.js';
import { handOffView, openDocument, stateView } from './session-text.js';

/** A session as an agent goes on with it. */
export interface OpenedSession {
  /** Oldest first. */
  readonly turns: SessionTurn[];
  readonly task?: SessionState;
  readonly handOff?: HandOffNote;
}

export interface WantedSession {
  readonly scope: ReadScope;
  /** Whose session it is. */
  readonly subjectId: SubjectId;
  readonly sessionKey: SessionKey;
  readonly turnsMax: number;
}

type OpenPorts = Pick<SessionPorts, 'keyring' | 'clock'> & {
  readonly sessionStore: Pick<SessionPorts['sessionStore'], 'openSession'>;
};

/** Opens what the scope may read of a session: one step on the store, and one look at the fence. */
export async function openSession(ports: OpenPorts, wanted: WantedSession): Promise<OpenedSession> {
  const { scope, subjectId, sessionKey, turnsMax } = wanted;
  const view = { turnsMax, nowMs: ports.clock.nowMs() };
  const { turns, task, handOff } = await ports.sessionStore.openSession(scope, sessionKey, view);
  const opened = { turns: (await openTurns(ports.keyring, scope, turns)).map(turnView) };
  if (task === undefined && handOff === undefined) return opened;
  const access = (await ports.keyring.openFresh(scope.tenantId, [subjectId])).get(subjectId);
  const taskText = openDocument({ scope, access, kind: 'task' }, task);
  const note = openDocument({ scope, access, kind: 'hand-off' }, handOff);
  return {
    ...opened,
    ...(task === undefined || taskText === undefined ? {} : { task: stateView(task, taskText) }),
    ...(handOff === undefined || note === undefined ? {} : { handOff: handOffView(handOff, note) }),
  };
}
