import type { MemoryKind } from '@mneme/events';

/** What an audit does with the memories of a kind that are old and little used. */
export interface AuditRule {
  readonly action: AuditAction;
  /** Days since the memory was last written: when it was kept, confirmed, corrected or lowered. */
  readonly olderThanDays: number;
  /** Memories with fewer recalls than this within `withinDays` are little used. */
  readonly accessesBelow: number;
  readonly withinDays: number;
  /** Share of its confidence that a lowered memory loses. */
  readonly lowerBy: number;
}

export const AUDIT_ACTIONS = ['none', 'lower', 'remove'] as const;
export type AuditAction = (typeof AUDIT_ACTIONS)[number];

/** What keeps a tenant's memories true after they were written. */
export interface MaintenancePolicy {
  readonly audit: Readonly<Record<MemoryKind, AuditRule>>;
  readonly review: {
    /** A memory that nobody has reviewed for so long after its time loses confidence, and again each time; null: never. */
    readonly graceDays: number | null;
    readonly lowerBy: number;
  };
  /** What is critical when it is written: exempt from audits, verified again when it is recalled past its review. */
  readonly critical: {
    readonly flags: readonly string[];
    readonly predicates: readonly string[];
  };
  readonly duplicates: {
    /** Least cosine of the stored vectors of two memories that may be one. */
    readonly cosineMin: number;
    /** Least share of their words that two memories have in common. */
    readonly agreementMin: number;
  };
  readonly verification: {
    /** Whether the text of a critical memory goes to the tenant's webhook; otherwise ids and a hash do. */
    readonly sendsText: boolean;
  };
}

const LOWER: AuditRule = { action: 'lower', olderThanDays: 45, accessesBelow: 1, withinDays: 45, lowerBy: 0.3 };
const KEEP: AuditRule = { ...LOWER, action: 'none', olderThanDays: 365, withinDays: 365 };

export const DEFAULT_MAINTENANCE: MaintenancePolicy = {
  audit: { episode: LOWER, fact: KEEP, procedure: KEEP, summary: LOWER },
  review: { graceDays: 30, lowerBy: 0.2 },
  critical: { flags: [], predicates: ['constrained_by', 'account_is', 'plan_is'] },
  duplicates: { cosineMin: 0.9, agreementMin: 0.8 },
  verification: { sendsText: false },
};

const KIND_FIELDS = {
  action: 'what an audit does with what is old and little used: none, lower its confidence, or remove it',
  olderThanDays: 'an audit looks at memories last written so many days ago or more',
  accessesBelow: 'memories recalled fewer times than this within withinDays are little used',
  withinDays: 'the last days in which recalls count for an audit',
  lowerBy: 'share of its confidence that an audit takes from a memory',
} as const satisfies Record<keyof AuditRule, string>;

/** What each field does, by its name below `maintenance`. */
export const MAINTENANCE_ABOUT: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    Object.keys(DEFAULT_MAINTENANCE.audit).flatMap((kind) =>
      Object.entries(KIND_FIELDS).map(([field, about]) => [`maintenance.audit.${kind}.${field}`, about]),
    ),
  ),
  'maintenance.review.graceDays': 'days after its review was due from which a memory loses confidence; null: never',
  'maintenance.review.lowerBy': 'share of its confidence that a memory loses when nobody reviewed it',
  'maintenance.critical.flags': 'what is kept from now on with one of these flags is critical; replaced as a whole',
  'maintenance.critical.predicates': 'facts of these predicates are critical from now on; replaced as a whole',
  'maintenance.duplicates.cosineMin': 'least cosine of two memories that may be one',
  'maintenance.duplicates.agreementMin': 'least share of their words that two memories that may be one have in common',
  'maintenance.verification.sendsText': 'the webhook is sent the text of what it verifies, not ids and a hash alone',
};
