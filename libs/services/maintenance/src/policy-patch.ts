import { DEFAULT_LIMITS, InvalidInput, KEEP_AT_LEAST_MAX, type TenantPolicy } from '@mneme/domain';
import type { Tenant } from '@mneme/ports';
import { z } from 'zod';

const DAYS_MAX = 36_500;
const RATED_TOOLS_MAX = 200;
const share = z.number().min(0).max(1);
const days = z.int().min(1).max(DAYS_MAX).nullable();
const toolName = z.string().min(1).max(DEFAULT_LIMITS.nameCharsMax);
const sources = <T extends z.ZodType>(value: T) =>
  z.strictObject({ user: value, agent: value, tool: value, web: value, system: value }).partial().optional();

// Strict throughout: a field that does nothing would be taken for one that does.
const PolicyPatch = z.strictObject({
  keepAll: z.boolean().optional(),
  similarityMin: share.optional(),
  confidenceMin: share.optional(),
  retentionDays: z.strictObject({ episode: days, fact: days, procedure: days, summary: days }).partial().optional(),
  decayShare: z.strictObject({ episode: share, fact: share, procedure: share, summary: share }).partial().optional(),
  confidence: sources(share),
  trust: sources(share),
  // Replaced as a whole, so that a tool can be taken out again.
  toolReliability: z
    .record(toolName, share)
    .refine((rated) => Object.keys(rated).length <= RATED_TOOLS_MAX, `at most ${RATED_TOOLS_MAX} tools`)
    .optional(),
  sourceRetentionDays: sources(days),
  reviewDays: sources(days),
  writeFilter: z
    .strictObject({ keepAtLeast: z.number().min(0).max(KEEP_AT_LEAST_MAX) })
    .partial()
    .optional(),
});

/** @throws InvalidInput naming the field that is unknown or out of range. */
export function patchedPolicy(
  { policy, purpose }: Pick<Tenant, 'policy' | 'purpose'>,
  patchJson: string,
): TenantPolicy {
  const parsed = PolicyPatch.safeParse(jsonOf(patchJson));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const field = ['policy', ...(issue?.path ?? [])].join('.');
    throw new InvalidInput(`the policy is not valid: ${issue?.message ?? 'unknown'}`, { field });
  }
  const patch = parsed.data;
  if (patch.keepAll === true && purpose !== 'evaluation') {
    throw new InvalidInput('only a tenant made for evaluation may keep all', { field: 'policy.keepAll' });
  }
  return {
    keepAll: patch.keepAll ?? policy.keepAll,
    similarityMin: patch.similarityMin ?? policy.similarityMin,
    confidenceMin: patch.confidenceMin ?? policy.confidenceMin,
    retentionDays: merged(policy.retentionDays, patch.retentionDays),
    decayShare: merged(policy.decayShare, patch.decayShare),
    confidence: merged(policy.confidence, patch.confidence),
    trust: merged(policy.trust, patch.trust),
    toolReliability: patch.toolReliability ?? policy.toolReliability,
    sourceRetentionDays: merged(policy.sourceRetentionDays, patch.sourceRetentionDays),
    reviewDays: merged(policy.reviewDays, patch.reviewDays),
    writeFilter: merged(policy.writeFilter, patch.writeFilter),
  };
}

function merged<T extends object>(whole: T, patch: { readonly [K in keyof T]?: T[K] | undefined } | undefined): T {
  const given = Object.entries(patch ?? {}).filter(([, value]) => value !== undefined);
  return { ...whole, ...Object.fromEntries(given) };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new InvalidInput('the policy is not JSON', { field: 'policy' });
  }
}
