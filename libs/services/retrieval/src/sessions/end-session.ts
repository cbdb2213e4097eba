import type { Limits, Principal } from '@mneme/domain';
import type { EndSessions } from '@mneme/platform';
import type { EndSessionResponse } from '@mneme/proto';
import { erased, type NamedSession, type SessionPorts, writingOf } from './session-caller.js';

export type EndSessionPorts = Pick<SessionPorts, 'guard' | 'keyring'> & {
  readonly endSessions: Pick<EndSessions, 'end'>;
};

/** Ends a session at an agent's word. */
export class EndSession {
  constructor(
    private readonly ports: EndSessionPorts,
    private readonly limits: Limits,
  ) {}

  /** @throws InvalidInput, LimitExceeded, Forbidden; Conflict `subject-erased`; Unavailable when it can be sent again. */
  async end(principal: Principal, request: NamedSession): Promise<EndSessionResponse> {
    const writing = await writingOf(this.ports, principal, { named: request, limits: this.limits });
    const [ended] = await this.ports.endSessions.end([writing]);
    switch (ended?.state) {
      case 'ended':
        return { state: 'ended', token: ended.token, turnCount: ended.turnCount };
      case 'erased':
        throw erased();
      default:
        return { state: 'empty', turnCount: 0 };
    }
  }
}
