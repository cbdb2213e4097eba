/** Pure types and decisions: no I/O, clock, env or promises. */
export * from './calibration.js';
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
export * from './graph/graph-fact.js';
export * from './graph/in-force.js';
export * from './ids.js';
export * from './index-keys.js';
export * from './indexed-text.js';
export * from './lexical.js';
export * from './limits.js';
export * from './partitions.js';
export * from './policy.js';
export * from './policy/budgets.js';
export * from './policy/complete-policy.js';
export * from './policy/facts-policy.js';
export * from './policy/models-policy.js';
export * from './policy/policy-about.js';
export * from './policy/quarantine-policy.js';
export * from './policy/tenant-limits.js';
export { POISON_REASONS, type PoisonReason, poisonOf, type SuspectTurn } from './poisoning/suspect-turn.js';
export * from './principal.js';
export * from './procedures/procedure-memory.js';
export * from './procedures/run-confidence.js';
export * from './projections.js';
export * from './ranking.js';
export * from './sealing.js';
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
export { summarySentencesOf, type SummarySource } from './write-filter/summary-sentences.js';
export { echoHashesOf, echoShareOf } from './write-filter/echo.js';
export type { TurnFlag } from './write-filter/flag-phrases.js';
export { type Feature, FEATURES, type Weight, WEIGHTS } from './write-filter/weights.js';
export type { Weighed } from './write-filter/weigh-turn.js';
