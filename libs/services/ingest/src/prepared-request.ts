import type { Audience, SessionKey, SourceClass, SubjectId, TurnId } from '@mneme/events';
import type { Budgets, DataKeys, Principal } from '@mneme/domain';
import type { OccurredAt } from './occurred-at.js';
import type { TurnInput } from './turn-schema.js';

/** A turn that was checked and has its id and its keys, and no instant yet. */
export interface PreparedTurn {
  readonly input: TurnInput;
  readonly turnId: TurnId;
  readonly subjectId: SubjectId;
  readonly epoch: number;
  readonly keys: DataKeys;
  readonly sessionKey: SessionKey;
  readonly audience: Audience;
  readonly sourceClass: SourceClass;
  readonly trust: number;
  /** Keyed hash of the payload. */
  readonly fingerprint: string;
  /** Absent: when it is accepted. */
  readonly occurredAt?: OccurredAt | undefined;
}

export interface PreparedRequest {
  readonly principal: Principal;
  readonly turns: readonly PreparedTurn[];
  /** Of the tenant, as they were when the request came. */
  readonly budgets: Budgets;
  /** Given or made; empty when every turn has a key of its own. */
  readonly idempotencyKey: string;
  readonly preparedAtMs: number;
}
