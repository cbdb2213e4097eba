import type { SessionKey, SubjectId } from '@mneme/events';
import type { ReadScope } from '@mneme/domain';
import type { SubjectAccess } from '@mneme/platform';
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
  /** Keys of that subject, as they were just read; undefined when there are none. */
  readonly access: SubjectAccess | undefined;
  readonly sessionKey: SessionKey;
  readonly turnsMax: number;
}

type OpenPorts = Pick<SessionPorts, 'keyring' | 'clock'> & {
  readonly sessionStore: Pick<SessionPorts['sessionStore'], 'openSession'>;
};

/** Opens what the scope may read of a session: one step on the store. */
export async function openSession(ports: OpenPorts, wanted: WantedSession): Promise<OpenedSession> {
  const { scope, access, sessionKey, turnsMax } = wanted;
  const view = { turnsMax, nowMs: ports.clock.nowMs() };
  const { turns, task, handOff } = await ports.sessionStore.openSession(scope, sessionKey, view);
  const opened = { turns: (await openTurns(ports.keyring, wanted, turns)).map(turnView) };
  if (task === undefined && handOff === undefined) return opened;
  const taskText = openDocument({ scope, access, kind: 'task' }, task);
  const note = openDocument({ scope, access, kind: 'hand-off' }, handOff);
  return {
    ...opened,
    ...(task === undefined || taskText === undefined ? {} : { task: stateView(task, taskText) }),
    ...(handOff === undefined || note === undefined ? {} : { handOff: handOffView(handOff, note) }),
  };
}
