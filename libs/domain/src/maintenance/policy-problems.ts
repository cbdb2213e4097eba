import type { TenantPolicy } from '../policy.js';

/** A policy that does something its owner will hardly want, though each of its fields is allowed. */
export interface PolicyProblem {
  readonly field: string;
  readonly problem: string;
}

const CALIBRATED_HIGH = 0.9;

/** What does not fit together in a policy; empty for the default one. */
export function policyProblems(policy: TenantPolicy): readonly PolicyProblem[] {
  return [...hiddenSources(policy), ...neverAudited(policy), ...neverReviewed(policy), ...tooFarThreshold(policy)];
}

function hiddenSources({ confidence, confidenceMin }: TenantPolicy): readonly PolicyProblem[] {
  return Object.entries(confidence)
    .filter(([, value]) => value < confidenceMin)
    .map(([source, value]) => ({
      field: `confidence.${source}`,
      problem: `what this source says is kept at ${value} and never recalled: confidenceMin is ${confidenceMin}`,
    }));
}

function neverAudited({ maintenance, retentionDays }: TenantPolicy): readonly PolicyProblem[] {
  return Object.entries(maintenance.audit).flatMap(([kind, { action, olderThanDays }]) => {
    const livesDays = retentionDays[kind as keyof typeof retentionDays];
    if (action === 'none' || livesDays === null || olderThanDays < livesDays) return [];
    const field = `maintenance.audit.${kind}.olderThanDays`;
    return [{ field, problem: `an audit never finds any: they expire after ${livesDays} days` }];
  });
}

function neverReviewed({ maintenance, reviewDays }: TenantPolicy): readonly PolicyProblem[] {
  const { flags, predicates } = maintenance.critical;
  const isReviewed = Object.values(reviewDays).some((days) => days !== null);
  if (isReviewed || flags.length + predicates.length === 0) return [];
  return [{ field: 'reviewDays', problem: 'critical memories are never due for review, so none is verified' }];
}

function tooFarThreshold({ similarityMin }: TenantPolicy): readonly PolicyProblem[] {
  if (similarityMin <= CALIBRATED_HIGH) return [];
  return [{ field: 'similarityMin', problem: `above ${CALIBRATED_HIGH} few questions find anything` }];
}
