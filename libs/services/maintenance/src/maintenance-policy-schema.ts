import { AUDIT_ACTIONS, type Predicate, PREDICATES } from '@mneme/domain';
import { z } from 'zod';

const DAYS_MAX = 36_500;
const ACCESSES_MAX = 1_000_000;
const FLAGS_MAX = 32;
const FLAG_CHARS_MAX = 64;
// Below it, words and vectors say "about the same thing", not "the same".
const ALIKE_MIN = 0.5;
const share = z.number().min(0).max(1);
const alike = z.number().min(ALIKE_MIN).max(1);
const predicates = Object.keys(PREDICATES) as Predicate[];
const days = z.int().min(1).max(DAYS_MAX);

const rule = z
  .strictObject({
    action: z.enum(AUDIT_ACTIONS),
    olderThanDays: days,
    accessesBelow: z.int().min(1).max(ACCESSES_MAX),
    withinDays: days,
    lowerBy: share,
  })
  .partial();

/** Fields of `maintenance` in a policy to change. */
export const MaintenancePatch = z
  .strictObject({
    audit: z.strictObject({ episode: rule, fact: rule, procedure: rule, summary: rule }).partial(),
    review: z.strictObject({ graceDays: days.nullable(), lowerBy: share }).partial(),
    critical: z
      .strictObject({
        flags: z.array(z.string().min(1).max(FLAG_CHARS_MAX)).max(FLAGS_MAX),
        predicates: z.array(z.enum(predicates)).max(predicates.length),
      })
      .partial(),
    duplicates: z.strictObject({ cosineMin: alike, agreementMin: alike }).partial(),
    verification: z.strictObject({ sendsText: z.boolean() }).partial(),
  })
  .partial();
