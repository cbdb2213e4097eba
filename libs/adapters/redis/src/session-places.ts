import type { SessionKey, SubjectId, TenantId, TurnReceived } from '@mneme/events';
import type { IdleSession } from '@mneme/ports';

/** A session of one subject. */
export type SessionName = Pick<IdleSession, 'tenantId' | 'subjectId' | 'sessionKey'>;

/** As scripts are given it. */
export function namedBy({ tenantId, subjectId, sessionKey }: SessionName) {
  return { tenant: tenantId, subject: subjectId, session: sessionKey };
}

/** How a session is called in the engine's indexes, which order sessions of the same instant by it. */
export function memberOf({ tenantId, subjectId, sessionKey }: SessionName): string {
  return `${tenantId}/${subjectId}/${sessionKey}`;
}

export function sessionOfMember(member: string): SessionName {
  const [tenantId, subjectId, sessionKey] = member.split('/') as [TenantId, SubjectId, SessionKey];
  return { tenantId, subjectId, sessionKey };
}

/** Turns side by side that belong to one session, in the order in which they were given. */
export function bySession(turns: readonly TurnReceived[]): ReadonlyMap<string, readonly TurnReceived[]> {
  const sessions = new Map<string, TurnReceived[]>();
  for (const turn of turns) {
    const own = sessions.get(memberOf(turn));
    if (own === undefined) sessions.set(memberOf(turn), [turn]);
    else own.push(turn);
  }
  return sessions;
}
