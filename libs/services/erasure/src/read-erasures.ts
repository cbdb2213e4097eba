import {
  type Erasure,
  InvalidInput,
  NotFound,
  type Principal,
  requireRight,
  subjectIdOf,
  type SubjectRef,
} from '@mneme/domain';
import type { ErasurePorts } from './erasure-ports.js';
import type { ErasureConfig } from './erasure.config.js';

const ERASURE_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Erasures as the journal has them; another tenant's are not there. */
export class ReadErasures {
  constructor(
    private readonly ports: Pick<ErasurePorts, 'journal' | 'keyring'>,
    private readonly config: ErasureConfig,
  ) {}

  /** @throws NotFound, also for another tenant's; InvalidInput for what is no id. */
  async get(principal: Principal, erasureId: string): Promise<Erasure> {
    requireRight(principal, 'erase');
    if (!ERASURE_ID.test(erasureId)) throw new InvalidInput('an erasure id is a uuid', { field: 'erasureId' });
    const erasure = await this.ports.journal.find(principal.tenantId, erasureId);
    const [visible] = erasure === undefined ? [] : await this.visibleTo(principal, [erasure]);
    if (visible === undefined) throw new NotFound('there is no such erasure', { field: 'erasureId' });
    return visible;
  }

  /** Newest first. */
  async list(principal: Principal): Promise<readonly Erasure[]> {
    requireRight(principal, 'erase');
    return this.visibleTo(principal, await this.ports.journal.list(principal.tenantId, this.config.listedMax));
  }

  /** The one that is not finished; there is at most one. */
  async unfinishedOf(subject: SubjectRef): Promise<Erasure | undefined> {
    const unfinished = await this.ports.journal.unfinished(this.config.unfinishedMax);
    return unfinished.find((erasure) => isOf(erasure, subject));
  }

  /** The newest, if it is among those that a list gives. */
  async lastOf(subject: SubjectRef): Promise<Erasure | undefined> {
    const listed = await this.ports.journal.list(subject.tenantId, this.config.listedMax);
    return listed.find((erasure) => isOf(erasure, subject));
  }

  /** A key that is bound to a user sees that user's alone. */
  private async visibleTo(principal: Principal, erasures: readonly Erasure[]): Promise<readonly Erasure[]> {
    const { boundUserId, tenantId } = principal;
    if (boundUserId === undefined) return erasures;
    const { indexKeys } = await this.ports.keyring.tenant(tenantId);
    const subjectId = subjectIdOf(indexKeys, boundUserId);
    return erasures.filter((erasure) => erasure.subjectId === subjectId);
  }
}

function isOf(erasure: Erasure, { tenantId, subjectId }: SubjectRef): boolean {
  return erasure.tenantId === tenantId && erasure.subjectId === subjectId;
}
