import { z } from 'zod';
import { Epoch, TenantId } from './scalars.js';

export const ErasureStep = z.enum([
  'requested',
  'fenced',
  'enumerated',
  'shredded',
  'barrier-passed',
  'swept',
  'swept-again',
  'verified',
]);
export type ErasureStep = z.infer<typeof ErasureStep>;

/** Count of a subject's records in one store or topic; `goneBy` is when the sealed rest of a topic is dropped. */
export const ErasureCount = z.object({
  place: z.string(),
  count: z.int().nonnegative(),
  goneBy: z.string().optional(),
});
export type ErasureCount = z.infer<typeof ErasureCount>;

/** One step of an erasure, on `erasures`. Names the subject only by a commitment: HMAC(commitment key, subject, epoch). */
export const ErasureStepTakenV1 = z.object({
  type: z.literal('erasure-step-taken'),
  v: z.literal(1),
  erasureId: z.uuid(),
  /** Dense per erasure, from 1: a gap shows a lost record. */
  sequence: z.int().positive(),
  tenantId: TenantId,
  subjectCommitment: z.string().regex(/^[0-9a-f]{64}$/),
  epoch: Epoch,
  step: ErasureStep,
  takenAt: z.iso.datetime(),
  legalBasis: z.string(),
  /** Who asked: an API key id. */
  requestedBy: z.string(),
  dueAt: z.iso.datetime(),
  counts: z.array(ErasureCount),
  /** End offsets that every processing group had passed, `topic/partition` → offset. */
  barrier: z.record(z.string(), z.int().nonnegative()).optional(),
  /** Probes taken before and found again afterwards; `NO_BASELINE` when there were none. */
  verdict: z.enum(['clean', 'NO_BASELINE', 'incident']).optional(),
});
export type ErasureStepTaken = z.infer<typeof ErasureStepTakenV1>;
