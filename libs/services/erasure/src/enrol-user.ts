import { Conflict, NotFound, type Principal, requireRight } from '@mneme/domain';
import type { ErasurePorts } from './erasure-ports.js';
import type { ErasureConfig } from './erasure.config.js';
import type { ReadErasures } from './read-erasures.js';
import { subjectOfUser } from './subject-of-user.js';

type EnrolUserPorts = Pick<ErasurePorts, 'registry' | 'keyring' | 'logger'> & { readonly erasures: ReadErasures };

/** Opens an erased user again: the same id, a new epoch, a new key, and nothing of what was. */
export class EnrolUser {
  constructor(
    private readonly ports: EnrolUserPorts,
    private readonly config: ErasureConfig,
  ) {}

  /**
   * The new epoch.
   * @throws NotFound for a user never seen; Conflict while the erasure runs, or when the user is enrolled already.
   */
  async enrol(principal: Principal, userId: string): Promise<number> {
    requireRight(principal, 'erase');
    const { registry, keyring, erasures, logger } = this.ports;
    const subject = await subjectOfUser(keyring, { principal, userId, userIdCharsMax: this.config.userIdCharsMax });
    const { tenantId, subjectId } = subject;
    const [row] = await registry.read(tenantId, [subjectId]);
    if (row === undefined) throw new NotFound('there is no such user', { field: 'userId' });
    if (row.state === 'enrolled') throw new Conflict('this user is enrolled already', { field: 'userId' });
    const running = await erasures.unfinishedOf(subject);
    if (running !== undefined) throw stillRunning(running.erasureId);
    const { epoch } = await registry.enrol(await keyring.newSubject(tenantId, subjectId));
    keyring.forget(tenantId, subjectId);
    logger.info('an erased user was enrolled again', { tenantId, epoch, requestedBy: principal.keyId });
    return epoch;
  }
}

function stillRunning(erasureId: string): Conflict {
  return new Conflict(`erasure ${erasureId} of this user is not verified yet: wait until it is done`, {
    field: 'userId',
  });
}
