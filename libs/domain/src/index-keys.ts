import { createHmac, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import type { EntityId, SessionKey, SubjectId } from '@mneme/events';

/** Subkeys of a tenant's index key, one a purpose, so that a hash for one purpose says nothing about another. */
export interface IndexKeys {
  readonly subject: KeyObject;
  readonly session: KeyObject;
  readonly term: KeyObject;
  readonly entity: KeyObject;
  readonly resume: KeyObject;
}

/** HKDF-SHA-256 of the tenant's index key (32 bytes) with the purpose as info. */
export function indexKeysOf(indexKey: Uint8Array): IndexKeys {
  const derive = (purpose: string) => createSecretKey(Buffer.from(hkdfSync('sha256', indexKey, '', purpose, 32)));
  return {
    subject: derive('mneme/subject'),
    session: derive('mneme/session'),
    term: derive('mneme/term'),
    entity: derive('mneme/entity'),
    resume: derive('mneme/resume'),
  };
}

export function subjectIdOf(keys: IndexKeys, userId: string): SubjectId {
  return hmac(keys.subject, `user\0${userId}`).toString('hex') as SubjectId;
}

/** The subject of organisational knowledge: the tenant itself. */
export function tenantSubjectIdOf(keys: IndexKeys): SubjectId {
  return hmac(keys.subject, 'tenant').toString('hex') as SubjectId;
}

export function sessionKeyOf(keys: IndexKeys, subjectId: SubjectId, session: string): SessionKey {
  return hmac(keys.session, `${subjectId}\0${session}`).toString('hex') as SessionKey;
}

/** Blind term: the first 52 bits of HMAC(term key, stem), which a JavaScript number and a SQL integer hold exactly. */
export function blindTermOf(keys: IndexKeys, stem: string): number {
  const digest = hmac(keys.term, stem);
  return digest.readUInt32BE(0) * 0x100000 + (digest.readUInt32BE(4) >>> 12);
}

/** A node by its type and the normalised form of its name. */
export function entityIdOf(keys: IndexKeys, type: string, normalisedName: string): EntityId {
  return blindHash(keys.entity, `name\0${type}\0${normalisedName}`) as EntityId;
}

/** The person that a subject is, whatever name it goes by. */
export function personOf(keys: IndexKeys, subjectId: SubjectId): EntityId {
  return blindHash(keys.entity, `subject\0${subjectId}`) as EntityId;
}

/** The first 128 bits of HMAC-SHA-256, in hex. */
export function blindHash(key: KeyObject, text: string): string {
  return hmac(key, text).toString('hex', 0, 16);
}

function hmac(key: KeyObject, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
