import { Conflict, NotFound, type Principal, requireRight, type SubjectRef } from '@mneme/domain';
import type { SubjectRow } from '@mneme/ports';
import type { ErasurePorts } from './erasure-ports.js';
import type { ErasureConfig } from './erasure.config.js';
import { requireText, subjectOfUser } from './subject-of-user.js';

/** Holds that forbid an erasure; one that was begun and still has its key waits until the hold is lifted. */
export class LegalHolds {
  constructor(
    private readonly ports: Pick<ErasurePorts, 'registry' | 'keyring' | 'logger'>,
    private readonly config: ErasureConfig,
  ) {}

  /**
   * Sets the hold `name`, or lifts it when there is no name.
   * @throws NotFound for a user never seen; Conflict `subject-erased` when the key is destroyed and nothing is left.
   */
  async set(principal: Principal, userId: string, name: string | undefined): Promise<void> {
    requireRight(principal, 'admin');
    const { requestCharsMax, userIdCharsMax } = this.config;
    if (name !== undefined) requireText('name', name, { name: 'holdNameCharsMax', charsMax: requestCharsMax });
    const subject = await subjectOfUser(this.ports.keyring, { principal, userId, userIdCharsMax });
    const before = await this.rowOf(subject);
    if (name !== undefined) refuseErased(before);
    await this.ports.registry.setLegalHold(subject, name ?? null);
    if (name !== undefined) await this.confirm(subject, before);
    const { tenantId } = subject;
    this.ports.logger.info('a legal hold was changed', { tenantId, isSet: name !== undefined, setBy: principal.keyId });
  }

  /** The key may have gone between the look and the change: then the hold came too late, and must not seem to hold. */
  private async confirm(subject: SubjectRef, before: SubjectRow): Promise<void> {
    const after = await this.rowOf(subject);
    if (after.wrappedKey !== null) return;
    await this.ports.registry.setLegalHold(subject, before.legalHold ?? null);
    refuseErased(after);
  }

  private async rowOf({ tenantId, subjectId }: SubjectRef): Promise<SubjectRow> {
    const [row] = await this.ports.registry.read(tenantId, [subjectId]);
    if (row === undefined) throw new NotFound('there is no such user', { field: 'userId' });
    return row;
  }
}

function refuseErased({ wrappedKey }: SubjectRow): void {
  if (wrappedKey !== null) return;
  throw new Conflict('the data of this user is erased: nothing is left to hold', { field: 'userId' }, 'subject-erased');
}
