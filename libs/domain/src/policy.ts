import type { MemoryKind, SourceClass } from '@mneme/events';
import { type Budgets, NO_BUDGETS } from './policy/budgets.js';
import { DEFAULT_FACTS_POLICY, type FactsPolicy } from './policy/facts-policy.js';
import { DEFAULT_MODELS_POLICY, type ModelsPolicy, NO_MODELS_POLICY } from './policy/models-policy.js';
import { DEFAULT_QUARANTINE_POLICY, type QuarantinePolicy } from './policy/quarantine-policy.js';
import { NO_TENANT_LIMITS, type TenantLimits } from './policy/tenant-limits.js';

const DAY_MS = 86_400_000;

/** What a tenant may set; every number has its unit in its name. */
export interface TenantPolicy {
  /** Keep every turn that has content, whatever the write-filter thinks of it; nothing else changes. */
  readonly keepAll: boolean;
  /** Hits whose calibrated similarity is below are dropped, whatever their rank. */
  readonly similarityMin: number;
  readonly confidenceMin: number;
  /** How long a kind is kept, counted from `recordedAt`; null: no limit, and no decay. Decay runs over the same span. */
  readonly retentionDays: Readonly<Record<MemoryKind, number | null>>;
  /** Share of the score that a memory as old as its retention has lost. */
  readonly decayShare: Readonly<Record<MemoryKind, number>>;
  /** Confidence at write by source. */
  readonly confidence: Readonly<Record<SourceClass, number>>;
  readonly trust: Readonly<Record<SourceClass, number>>;
  /** Confidence of what a tool says, by its name; a tool that is not named has `confidence.tool`. */
  readonly toolReliability: Readonly<Record<string, number>>;
  /** A memory lives no longer than its source allows, whatever its kind; null: the kind alone says. */
  readonly sourceRetentionDays: Readonly<Record<SourceClass, number | null>>;
  /** When a memory is due for review, counted from `recordedAt`, by source; null: never. */
  readonly reviewDays: Readonly<Record<SourceClass, number | null>>;
  readonly writeFilter: WriteFilterPolicy;
  readonly facts: FactsPolicy;
  /** Lower than the service's own. */
  readonly limits: TenantLimits;
  readonly budgets: Budgets;
  readonly models: ModelsPolicy;
  readonly quarantine: QuarantinePolicy;
}

export interface WriteFilterPolicy {
  /** Turns with fewer points are dropped; 0 keeps all that no rule refuses outright. */
  readonly keepAtLeast: number;
}

export const KEEP_AT_LEAST_MAX = 10;

export const DEFAULT_POLICY: TenantPolicy = {
  keepAll: false,
  similarityMin: 0.75,
  confidenceMin: 0.3,
  retentionDays: { episode: 90, fact: null, procedure: null, summary: 90 },
  decayShare: { episode: 0.3, fact: 0.3, procedure: 0.3, summary: 0.3 },
  confidence: { user: 0.9, agent: 0.6, tool: 0.8, web: 0.5, system: 0.7 },
  trust: { user: 0.9, agent: 0.7, tool: 0.8, web: 0.4, system: 0.9 },
  toolReliability: {},
  sourceRetentionDays: { user: null, agent: 45, tool: null, web: 30, system: null },
  reviewDays: { user: 60, agent: 14, tool: 30, web: 7, system: 60 },
  writeFilter: { keepAtLeast: 2 },
  facts: DEFAULT_FACTS_POLICY,
  limits: NO_TENANT_LIMITS,
  budgets: NO_BUDGETS,
  models: DEFAULT_MODELS_POLICY,
  quarantine: DEFAULT_QUARANTINE_POLICY,
};

/** Measuring: nothing expires in a corpus of the past, and nothing is filtered. */
export const EVALUATION_POLICY: TenantPolicy = {
  ...DEFAULT_POLICY,
  retentionDays: { episode: 3650, fact: null, procedure: null, summary: 3650 },
  sourceRetentionDays: { user: null, agent: null, tool: null, web: null, system: null },
  reviewDays: { user: null, agent: null, tool: null, web: null, system: null },
  models: NO_MODELS_POLICY,
};

/** Milliseconds, or null for no limit. */
export function retentionMsOf(policy: TenantPolicy, kind: MemoryKind): number | null {
  const days = policy.retentionDays[kind];
  return days === null ? null : days * DAY_MS;
}
