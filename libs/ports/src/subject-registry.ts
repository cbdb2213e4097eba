import type { SubjectId, TenantId } from '@mneme/events';
import type { SubjectRef } from '@mneme/domain';

export interface SubjectRow {
  readonly tenantId: TenantId;
  readonly subjectId: SubjectId;
  /** The fence: records of a lower epoch are refused everywhere. */
  readonly epoch: number;
  /** `fenced`: an erasure has begun, nothing is read or written until it is enrolled again. */
  readonly state: 'enrolled' | 'fenced';
  /** The data key under the tenant key of `keyGeneration`; null once it is destroyed. */
  readonly wrappedKey: Uint8Array | null;
  readonly keyGeneration: number;
  /** Name of the legal hold that forbids an erasure. */
  readonly legalHold?: string;
}

export interface NewSubject {
  readonly tenantId: TenantId;
  readonly subjectId: SubjectId;
  readonly wrappedKey: Uint8Array;
  readonly keyGeneration: number;
}

/** One row a subject: its epoch, its wrapped key, its legal hold. Every change is durable when it resolves. */
export interface SubjectRegistry {
  /** The rows that exist, in no order, all from one query; never cached by the adapter. */
  read(tenantId: TenantId, subjectIds: readonly SubjectId[]): Promise<readonly SubjectRow[]>;

  /** Adds subjects never seen, at epoch 1, and answers the rows in force: an existing row is left as it is. */
  admit(subjects: readonly NewSubject[]): Promise<readonly SubjectRow[]>;

  /**
   * Raises the epoch by one and sets `fenced`; the check for a hold is in the same transaction.
   * @throws NotFound for a subject never seen; Conflict `legal-hold` naming the hold; Conflict `subject-erased` when it
   * is fenced already.
   */
  fence(subject: SubjectRef): Promise<SubjectRow>;

  /**
   * Destroys the data key for the fenced epoch, physically as far as the engine can, before it resolves. Idempotent;
   * a row whose epoch is no longer `epoch` is left alone.
   * @throws Conflict `legal-hold` when a hold was set after the fence and the key is still there; then it stays.
   */
  destroyKey(subject: SubjectRef, epoch: number): Promise<void>;

  /**
   * Opens a fenced subject again: epoch + 1, the new key.
   * @throws NotFound; Conflict when it is not fenced or its old key is not destroyed yet.
   */
  enrol(subject: NewSubject): Promise<SubjectRow>;

  /** The subjects of a tenant by id, after `afterSubjectId`, at most `limit`. */
  list(
    tenantId: TenantId,
    page: { readonly afterSubjectId?: SubjectId | undefined; readonly limit: number },
  ): Promise<readonly SubjectId[]>;

  /**
   * What an erasure has done that this registry does not know, being older: the subject is fenced at `epoch`, and when it
   * is said so its key destroyed as `destroyKey` does. A subject never seen is added, fenced and without a key. A row at a
   * higher epoch is left alone. A hold is of before the erasure, and does not count. Idempotent.
   */
  reapply(subject: SubjectRef, erased: { readonly epoch: number; readonly isKeyDestroyed: boolean }): Promise<void>;

  /** Sets or (null) lifts a hold. @throws NotFound. */
  setLegalHold(subject: SubjectRef, name: string | null): Promise<void>;
}
