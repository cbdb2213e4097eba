import { Conflict, isMemoryError, type MemoryError, NotFound } from '@mneme/domain';
import type { SubjectRow } from '@mneme/ports';
import type { ErasureRun } from '../erasure-run.js';
import { type Step, type StepOutcome, TAKEN } from './step.js';

/**
 * Raises the epoch: nothing is read or written from now on. The journal names the epoch before the registry has it,
 * so a fence that stands at that epoch after a crash is this erasure's own.
 */
export const fence: Step = {
  async take(run) {
    const row = await rowOf(run);
    if (row === undefined) return withdraw(run, new NotFound('there is no such user', { field: 'userId' }));
    if (row.state === 'enrolled') return raise(run, row);
    return row.epoch === run.erasure.epoch ? TAKEN : withdraw(run, erasedBefore());
  },
};

export async function rowOf({ ports, subject }: ErasureRun): Promise<SubjectRow | undefined> {
  const [row] = await ports.registry.read(subject.tenantId, [subject.subjectId]);
  return row;
}

async function raise(run: ErasureRun, row: SubjectRow): Promise<StepOutcome> {
  // Another erasure and an enrolment can have come between the request and the journal.
  if (run.erasure.epoch !== row.epoch + 1) await run.save({ epoch: row.epoch + 1 });
  try {
    await run.ports.registry.fence(run.subject);
  } catch (error) {
    if (isMemoryError(error) && error.code === 'legal-hold') return withdraw(run, error);
    throw error;
  }
  run.ports.keyring.forget(run.subject.tenantId, run.subject.subjectId);
  return TAKEN;
}

async function withdraw(run: ErasureRun, because: MemoryError): Promise<StepOutcome> {
  const { tenantId, erasureId } = run.erasure;
  await run.ports.journal.withdraw(tenantId, erasureId);
  return { state: 'withdrawn', because };
}

function erasedBefore(): Conflict {
  return new Conflict('this user is erased already', { field: 'userId' }, 'subject-erased');
}
