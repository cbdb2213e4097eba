/** Injection tokens of the ports, for the modules that ask for them and the wiring that provides them. */
export const ACCEPTED_TURNS = Symbol('AcceptedTurns');
export const AUDIT_JOURNAL = Symbol('AuditJournal');
export const ACCESS_COUNTS = Symbol('AccessCounts');
export const CATALOGUE = Symbol('Catalogue');
export const CLOCK = Symbol('Clock');
export const CONTROL_STORE = Symbol('ControlStore');
export const EMBEDDER = Symbol('Embedder');
export const ERASURE_JOURNAL = Symbol('ErasureJournal');
export const EVENT_LOG = Symbol('EventLog');
export const FACT_GRAPH = Symbol('FactGraph');
export const ISSUER_STORE = Symbol('IssuerStore');
export const KEY_VAULT = Symbol('KeyVault');
export const LANGUAGE_MODEL = Symbol('LanguageModel');
/** `MemorySurvey`; for maintenance alone. */
export const MEMORY_SURVEY = Symbol('MemorySurvey');
export const MEMORY_VERSIONS = Symbol('MemoryVersions');
export const ORGANISATION_STORE = Symbol('OrganisationStore');
export const SESSION_ENDS = Symbol('SessionEnds');
export const SESSION_STORE = Symbol('SessionStore');
export const SUBJECT_REGISTRY = Symbol('SubjectRegistry');
/** `SubjectTopics`; the plain name is that of the list of topics in `@mneme/events`. */
export const SUBJECT_TOPICS_INDEX = Symbol('SubjectTopics');
export const USAGE_STORE = Symbol('UsageStore');
export const VECTOR_INDEX = Symbol('VectorIndex');
/** `VectorSurvey`; for maintenance alone. */
export const VECTOR_SURVEY = Symbol('VectorSurvey');
export const WEBHOOK_CALLER = Symbol('WebhookCaller');
export const WEBHOOK_STORE = Symbol('WebhookStore');
/** `readonly ErasableStore[]`: every store that can hold a subject's records. */
export const ERASABLE_STORES = Symbol('ErasableStores');
/** `readonly AuditableStore[]`: every store that a digest covers. */
export const AUDITABLE_STORES = Symbol('AuditableStores');
/** `ShadowStores`: makes fresh stores beside the live ones. */
export const SHADOW_STORES = Symbol('ShadowStores');
