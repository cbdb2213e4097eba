import { randomUUID } from 'node:crypto';
import {
  Conflict,
  type Erasure,
  instantOf,
  isMemoryError,
  NotFound,
  type Principal,
  requireRight,
  type SubjectRef,
} from '@mneme/domain';
import type { SubjectRow } from '@mneme/ports';
import type { ErasurePorts } from './erasure-ports.js';
import type { ErasureConfig } from './erasure.config.js';
import type { ReadErasures } from './read-erasures.js';
import type { RunErasures } from './run-erasures.js';
import { requireText, subjectOfUser } from './subject-of-user.js';

export interface ErasureRequest {
  readonly userId: string;
  readonly legalBasis: string;
}

type StartErasurePorts = Pick<ErasurePorts, 'registry' | 'keyring' | 'clock'> & {
  readonly erasures: ReadErasures;
  readonly runs: RunErasures;
};

/** Takes the request for an erasure. Asked again while it runs, it answers with the erasure that runs. */
export class StartErasure {
  constructor(
    private readonly ports: StartErasurePorts,
    private readonly config: ErasureConfig,
  ) {}

  /**
   * Resolves once the request is in the journal and, as a rule, the fence is up.
   * @throws NotFound for a user never seen; Conflict `legal-hold` naming the hold; Conflict `subject-erased`.
   */
  async erase(principal: Principal, { userId, legalBasis }: ErasureRequest): Promise<Erasure> {
    requireRight(principal, 'erase');
    const { requestCharsMax, userIdCharsMax } = this.config;
    requireText('legalBasis', legalBasis, { name: 'legalBasisCharsMax', charsMax: requestCharsMax });
    const subject = await subjectOfUser(this.ports.keyring, { principal, userId, userIdCharsMax });
    const running = await this.ports.erasures.unfinishedOf(subject);
    if (running !== undefined) return running;
    const row = await this.requireErasable(subject);
    try {
      return await this.ports.runs.begin(this.erasureOf(row, { principal, legalBasis }));
    } catch (error) {
      if (!isMemoryError(error) || error.code !== 'conflict') throw error;
      // The same request, sent twice at once: the other one was first.
      const begun = await this.ports.erasures.unfinishedOf(subject);
      if (begun === undefined) throw error;
      return begun;
    }
  }

  private async requireErasable(subject: SubjectRef): Promise<SubjectRow> {
    const [row] = await this.ports.registry.read(subject.tenantId, [subject.subjectId]);
    if (row === undefined) throw new NotFound('there is no such user', { field: 'userId' });
    if (row.state === 'fenced') throw await this.erasedBefore(subject);
    if (row.legalHold === undefined) return row;
    const detail = { field: 'userId', limit: `legalHold=${row.legalHold}` };
    throw new Conflict(`the legal hold "${row.legalHold}" forbids an erasure`, detail, 'legal-hold');
  }

  private async erasedBefore(subject: SubjectRef): Promise<Conflict> {
    const last = await this.ports.erasures.lastOf(subject);
    const by = last === undefined ? '' : ` by erasure ${last.erasureId}`;
    return new Conflict(`this user is erased already${by}`, { field: 'userId' }, 'subject-erased');
  }

  private erasureOf(
    { tenantId, subjectId, epoch }: SubjectRow,
    { principal, legalBasis }: { readonly principal: Principal; readonly legalBasis: string },
  ): Erasure {
    const nowMs = this.ports.clock.nowMs();
    const requestedAt = instantOf(nowMs);
    return {
      erasureId: randomUUID(),
      tenantId,
      subjectId,
      epoch: epoch + 1,
      legalBasis,
      requestedBy: principal.keyId,
      requestedAt,
      dueAt: instantOf(nowMs + this.config.dueAfterMs),
      step: 'requested',
      steps: [{ step: 'requested', takenAt: requestedAt, counts: [] }],
    };
  }
}
