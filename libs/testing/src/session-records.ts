import { randomBytes } from 'node:crypto';
import type { HandOff, SessionDocument } from '@mneme/ports';
import {
  nextRecordedAt,
  randomSealed,
  randomSessionKey,
  randomSubjectId,
  randomTenantId,
  userAudience,
} from './builders.js';

/** A sealed document of a random subject's session, in user scope; give what the test is about. */
export function aSessionDocument(given: Partial<SessionDocument> = {}): SessionDocument {
  const subjectId = given.subjectId ?? randomSubjectId();
  return {
    tenantId: randomTenantId(),
    sessionKey: randomSessionKey(),
    epoch: 1,
    audience: userAudience(subjectId),
    trust: 0.9,
    revision: nextRecordedAt(),
    sealed: randomSealed(),
    ...given,
    subjectId,
  };
}

/** A hand-off that is not over in this century. */
export function aHandOff(given: Partial<HandOff> = {}): HandOff {
  return {
    ...aSessionDocument(given),
    tokenHash: given.tokenHash ?? randomBytes(32).toString('hex'),
    expiresAtMs: given.expiresAtMs ?? Date.parse('2099-01-01T00:00:00.000Z'),
  };
}
