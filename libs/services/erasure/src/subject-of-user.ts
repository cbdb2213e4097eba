import { Forbidden, InvalidInput, type Principal, type SubjectRef, subjectIdOf, subjectRef } from '@mneme/domain';
import type { Keyring } from '@mneme/platform';

export interface NamedUser {
  readonly principal: Principal;
  readonly userId: string;
  readonly userIdCharsMax: number;
}

/**
 * The subject behind a user id of the principal's own tenant. Naming a user here speaks about the user, not for the
 * user: it takes no right beyond that of the call; a key that is bound to a user reaches that user alone.
 * @throws InvalidInput; Forbidden.
 */
export async function subjectOfUser(
  keyring: Pick<Keyring, 'tenant'>,
  { principal, userId, userIdCharsMax }: NamedUser,
): Promise<SubjectRef> {
  requireText('userId', userId, { name: 'idCharsMax', charsMax: userIdCharsMax });
  const { tenantId, boundUserId } = principal;
  if (boundUserId !== undefined && boundUserId !== userId) {
    throw new Forbidden('this key is bound to another user', { field: 'userId' });
  }
  const { indexKeys } = await keyring.tenant(tenantId);
  return subjectRef(tenantId, subjectIdOf(indexKeys, userId));
}

/** @throws InvalidInput naming field and limit, for text that is empty, too long or not whole. */
export function requireText(
  field: string,
  text: string,
  { name, charsMax }: { readonly name: string; readonly charsMax: number },
): void {
  if (text.trim() === '' || text.length > charsMax) {
    const detail = { field, limit: `${name}=${charsMax}`, sent: String(text.length) };
    throw new InvalidInput(`${field} has 1 to ${charsMax} characters`, detail);
  }
  // Invalid UTF-8 arrives as U+FFFD.
  if (/[\p{Cc}\uFFFD]/u.test(text)) throw new InvalidInput(`${field} holds a character that is not allowed`, { field });
}
