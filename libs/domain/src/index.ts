/** Pure types and decisions: no I/O, clock, env or promises. */
export * from './calibration.js';
export * from './context/context-item.js';
export * from './context/fit-context.js';
export * from './context/reading-models.js';
export * from './context/render-context.js';
export * from './commands/cascade.js';
export * from './commands/command-fit.js';
export * from './commands/command-wish.js';
export * from './commands/commanded-version.js';
export * from './commands/corrected-fact.js';
export * from './commands/may-change.js';
export * from './digest.js';
export * from './episode.js';
export * from './erasure.js';
export * from './errors.js';
export * from './facts/fact-text.js';
export * from './facts/facts-of.js';
export * from './facts/normalised-name.js';
export * from './facts/predicates.js';
export { timeIn } from './facts/spoken-time.js';
export * from './facts/stated-fact.js';
export * from './facts/united-facts.js';
export * from './fit-calibration.js';
export * from './graph/fact-edge.js';
export * from './graph/fact-memory.js';
export * from './graph/fact-walk.js';
export * from './graph/graph-fact.js';
export * from './graph/graph-score.js';
export * from './graph/in-force.js';
export * from './graph/question-names.js';
export * from './graph/question-relations.js';
export * from './ids.js';
export * from './index-keys.js';
export * from './indexed-text.js';
export * from './lexical.js';
export * from './limits.js';
export * from './maintenance/importance.js';
export * from './maintenance/judge-age.js';
export * from './maintenance/memory-audit.js';
export * from './maintenance/near-duplicates.js';
export * from './maintenance/policy-problems.js';
export * from './maintenance/statement.js';
export type * from './maintenance/surveyed-memory.js';
export * from './maintenance/webhook-signature.js';
export * from './partitions.js';
export * from './policy.js';
export * from './policy/budgets.js';
export * from './policy/complete-policy.js';
export * from './policy/maintenance-policy.js';
export * from './policy/facts-policy.js';
export * from './policy/policy-about.js';
export * from './policy/sessions-policy.js';
export * from './policy/context-policy.js';
export * from './policy/echo-policy.js';
export * from './policy/recall-policy.js';
export * from './policy/models-policy.js';
export * from './policy/quarantine-policy.js';
export * from './policy/tenant-limits.js';
export {
  POISON_REASONS,
  type PoisonReason,
  poisonOf,
  poisonOfCommand,
  type SuspectTurn,
} from './poisoning/suspect-turn.js';
export * from './poisoning/told-texts.js';
export * from './principal.js';
export * from './procedures/procedure-memory.js';
export * from './procedures/run-confidence.js';
export * from './projections.js';
export * from './ranking.js';
export * from './sealing.js';
export * from './sessions/resume-token.js';
export * from './sessions/session-limits.js';
export * from './sessions/shared-place.js';
export * from './sessions/summarise-turns.js';
export * from './sessions/summary-memory.js';
export * from './time.js';
export * from './wrapping.js';
export * from './worth.js';
export {
  type DropReason,
  explainTurn,
  type JudgedTurn,
  type Judgement,
  judgeTurn,
  type Verdict,
} from './write-filter/judge-turn.js';
export { isForModel, TURN_LABELS, verdictOfLabels } from './write-filter/model-labels.js';
export { echoHashesOf, echoShareOf } from './write-filter/echo.js';
export type { TurnFlag } from './write-filter/flag-phrases.js';
export { type Feature, FEATURES, type Weight, WEIGHTS } from './write-filter/weights.js';
export type { Weighed } from './write-filter/weigh-turn.js';
