import type { Role, SubjectId, TenantId } from '@mneme/events';
import type { DataKeys, StatedFact, StatementContext } from '@mneme/domain';

/** One turn as a model is shown it: no id and no time, so that a model can neither repeat nor invent one. */
export interface ModelTurn {
  readonly role: Role;
  readonly speakerName?: string;
  readonly content: string;
  /** What rules read the turn against when no model answers; a model is never shown it. */
  readonly context?: StatementContext;
}

/** Whose turns they are. A prompt holds the text of one subject alone, and what is remembered of it dies with its keys. */
export interface ModelSubject {
  readonly tenantId: TenantId;
  readonly subjectId: SubjectId;
  readonly epoch: number;
  readonly keys: DataKeys;
}

export interface ModelRequest {
  readonly subject: ModelSubject;
  /** At most `MODEL_TURNS_MAX`. */
  readonly turns: readonly ModelTurn[];
}

/** A reason for which the write-filter keeps or drops a turn, and what it means, in words of ours. */
export interface ModelLabel {
  readonly name: string;
  readonly meaning: string;
}

export interface ClassifyRequest extends ModelRequest {
  /** All that may be answered; at most `MODEL_LABELS_MAX`. */
  readonly labels: readonly ModelLabel[];
}

export interface SummariseRequest extends ModelRequest {
  /** `extractive`: sentences are copied from turns; `abstractive`: they may be worded anew. */
  readonly style: 'extractive' | 'abstractive';
  readonly sentencesMax: number;
}

export interface Classification {
  /** Names of the request's labels, each once, in the order of the request. */
  readonly labels: readonly string[];
}

/**
 * A fact as a turn states it, with its times still in the turn's words: rules resolve them against the turn's time, and
 * word the sentence. Names, qualifier, aliases, evidence and times all occur in the turn.
 */
export interface ExtractedFact extends Omit<StatedFact, 'validFrom' | 'validTo' | 'text'> {
  /** The part of the turn that says so, word for word. */
  readonly evidence: string;
  /** "since March", as it was said. */
  readonly fromWords?: string;
  /** "until Friday", as it was said. */
  readonly untilWords?: string;
}

/** Facts in the turn's words, from a model, or facts whose times are resolved, from rules. */
export type Extraction =
  | { readonly by: 'model'; readonly facts: readonly ExtractedFact[] }
  | { readonly by: 'rules'; readonly facts: readonly StatedFact[] };

export interface SummarySentence {
  readonly text: string;
  /** Positions of the turns that it stands on, from 0, rising; never empty. */
  readonly contributors: readonly number[];
}

export interface Summary {
  readonly sentences: readonly SummarySentence[];
}

/** Why there is no answer of a model. */
export type ModelFailure =
  /** No model is configured. */
  | 'no-model'
  /** The tenant's tokens of the day do not reach. */
  | 'over-budget'
  /** One turn does not fit into a prompt. */
  | 'too-long'
  /** Too many calls run and wait already. */
  | 'busy'
  /** It failed so often that it is left alone for a while. */
  | 'circuit-open'
  /** Not reachable, cut off in the middle of its answer, overloaded, or limiting the rate. */
  | 'unavailable'
  | 'timed-out'
  /** It does not accept our key. */
  | 'unauthenticated'
  /** It does not accept our request: an unknown model, or no structured outputs. */
  | 'rejected'
  /** It would not answer. */
  | 'refused'
  /** Its content filter cut the answer. */
  | 'filtered'
  /** The answer was cut off at the limit of tokens. */
  | 'truncated'
  /** No choice, or one without content; or nothing was given to summarise. */
  | 'empty'
  /** Not JSON. */
  | 'malformed'
  /** JSON of another form than asked for, or nothing about this turn. */
  | 'wrong-form';

/** An answer and the way by which it came, or the name of the failure; a failure is never an exception. */
export type ModelOutcome<T> =
  | {
      readonly isAnswered: true;
      readonly value: T;
      readonly way: 'model' | 'cache' | 'rules';
      /** Items left out: unknown labels or predicates, names or spans that do not occur in the turn, and so on. */
      readonly itemsRefused: number;
      /** With `rules`: why the model did not answer. */
      readonly insteadOf?: ModelFailure;
    }
  | { readonly isAnswered: false; readonly failure: ModelFailure };

/** `id` of the language model of a service that has none: every outcome is `no-model`. */
export const NO_MODEL_ID = 'none';

/** Turns of one request. */
export const MODEL_TURNS_MAX = 200;
/** Labels of one request. */
export const MODEL_LABELS_MAX = 64;
/** Sentences of one summary. */
export const MODEL_SENTENCES_MAX = 50;

/**
 * Reads turns and says what is in them; chooses no ids and no times. Text goes in as data and comes out checked: what is
 * not in the closed sets, or not in the turn, is left out item by item. Two calls may answer differently: what is derived
 * from an answer is published once. Every method @throws LimitExceeded for a request over a limit, and the signal's
 * reason when it aborts; nothing else.
 */
export interface LanguageModel {
  /** Names the model and the wording of what it is asked. */
  readonly id: string;
  /** Which labels apply; one outcome a turn, in order, each turn by itself. */
  classify(request: ClassifyRequest, signal?: AbortSignal): Promise<readonly ModelOutcome<Classification>[]>;
  /** The facts that each turn states; one outcome a turn, in order. */
  extract(request: ModelRequest, signal?: AbortSignal): Promise<readonly ModelOutcome<Extraction>[]>;
  /** A summary of all the turns together. A number that is in none of its contributors refuses its sentence. */
  summarise(request: SummariseRequest, signal?: AbortSignal): Promise<ModelOutcome<Summary>>;
}

/** Tokens taken from a tenant's day for one call. */
export interface TakenTokens {
  /** Says what the call used, once it is known: the rest goes back, and more than was taken is taken as well. */
  settle(used: number): Promise<void>;
}

/** Tokens that a tenant may spend on models in a day (UTC). */
export interface TokenBudget {
  /** Takes `tokens` at once, or nothing: undefined when less is left. */
  take(tenantId: TenantId, tokens: number): Promise<TakenTokens | undefined>;
}
