import { MODELS_ABOUT } from './models-policy.js';
import { QUARANTINE_ABOUT } from './quarantine-policy.js';

/** What each field of the policy does, by its name or that of its group. */
export const POLICY_ABOUT: Readonly<Record<string, string>> = {
  keepAll: 'keep every turn that has content, whatever the write-filter thinks; evaluation tenants only',
  similarityMin: 'recall drops hits whose calibrated similarity is below, whatever their rank',
  confidenceMin: 'recall drops memories whose confidence is below',
  retentionDays: 'how long a kind is kept, in days from when it was recorded; null: without end, and without decay',
  decayShare: 'share of its score that a memory as old as its retention has lost',
  confidence: 'confidence of what is kept from now on, by the class of its source',
  trust: 'trust of what is kept from now on, by the class of its source',
  toolReliability:
    'confidence of what single tools say from now on, by name; replaced as a whole; others: confidence.tool',
  sourceRetentionDays: 'how long a source is kept at most, in days, whatever the kind; null: as the kind says',
  reviewDays: 'when what a source said is due for review, in days from when it was recorded; null: never',
  'writeFilter.keepAtLeast': 'the write-filter drops turns with fewer points; 0 keeps all that no rule refuses',
  'facts.inferredShare': 'confidence of a fact that nobody said outright, as a share of what a stated one has',
  'facts.inferredDays': 'how long such a fact is kept at most, in days; null: as long as a stated one',
  'limits.turnTextBytesMax': "bytes of a turn's text; null: as the service has it",
  'limits.batchTurnsMax': 'turns of a request or chunk; null: as the service has it',
  'limits.recallHitsMax': 'hits of a recall; null: as the service has it',
  'limits.questionBytesMax': 'bytes of a question; null: as the service has it',
  'limits.pageSizeMax': 'memories of a page; null: as the service has it',
  'limits.sessionTurnsMax': 'last turns of a session; null: as the service has it',
  'budgets.turnsPerDay': 'turns taken in on one day (UTC); null: without limit',
  'budgets.tokensPerDay': 'tokens of text taken in on one day (UTC), four bytes each; null: without limit',
  ...MODELS_ABOUT,
  ...QUARANTINE_ABOUT,
};
