const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** How a topic keeps its records: by age, for ever, or the newest of each key. */
export type Retention =
  | { readonly policy: 'delete'; readonly retentionMs: number }
  | { readonly policy: 'keep' }
  | { readonly policy: 'compact'; readonly tombstoneRetentionMs: number };

export interface TopicDefinition {
  readonly name: string;
  readonly retention: Retention;
}

/** Every topic is keyed by subject: one person's records share a partition and stay in order. */
export const TOPICS = {
  turns: { name: 'mneme.turns.v1', retention: { policy: 'delete', retentionMs: 72 * HOUR_MS } },
  memories: { name: 'mneme.memories.v1', retention: { policy: 'compact', tombstoneRetentionMs: 14 * DAY_MS } },
  discarded: { name: 'mneme.discarded.v1', retention: { policy: 'delete', retentionMs: 7 * DAY_MS } },
  quarantine: { name: 'mneme.quarantine.v1', retention: { policy: 'delete', retentionMs: 30 * DAY_MS } },
  deadLetters: { name: 'mneme.dead-letters.v1', retention: { policy: 'delete', retentionMs: 14 * DAY_MS } },
  recalls: { name: 'mneme.recalls.v1', retention: { policy: 'delete', retentionMs: 90 * DAY_MS } },
  erasures: { name: 'mneme.erasures.v1', retention: { policy: 'keep' } },
} as const satisfies Record<string, TopicDefinition>;

export type TopicName = (typeof TOPICS)[keyof typeof TOPICS]['name'];

/** Topics in which a subject's records can rest, in the order in which an erasure looks at them. */
export const SUBJECT_TOPICS: readonly TopicName[] = [
  TOPICS.turns.name,
  TOPICS.memories.name,
  TOPICS.discarded.name,
  TOPICS.quarantine.name,
  TOPICS.deadLetters.name,
  TOPICS.recalls.name,
];
