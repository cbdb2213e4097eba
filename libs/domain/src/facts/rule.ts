import type { Clause } from './clause.js';
import type { EntityType, Predicate } from './predicates.js';
import type { StatedEntity, StatementContext } from './stated-fact.js';

/** What a rule found; the subject of the clause is the fact's where none is named here. */
export interface Finding {
  readonly object: string;
  readonly type?: EntityType;
  readonly aliases?: readonly string[];
  readonly qualifier?: string;
  readonly subject?: StatedEntity | 'speaker';
  /** The words that were matched say that it ended: "left", "sold". */
  readonly isEnded?: boolean;
  /** It holds whatever the tense: who once studied with somebody knows them. */
  readonly stillHolds?: true;
  /** Replaces the rule's predicate: what is denied is sometimes its opposite. */
  readonly predicate?: Predicate;
  readonly isHedged?: boolean;
}

export interface Match {
  readonly groups: Readonly<Record<string, string | undefined>>;
  readonly clause: Clause;
  readonly context: StatementContext;
}

/** One way to say a predicate. The first rule of a predicate that finds something in a clause is the one that counts. */
export interface Rule {
  readonly predicate: Predicate;
  /** What the pattern is held against: what follows the subject (the default), the clause, or the whole sentence. */
  readonly on?: 'phrase' | 'clause' | 'sentence';
  /** Which subjects it is for; rules on a clause or a sentence name theirs. */
  readonly subjects?: readonly ('speaker' | 'person' | 'pet' | 'thing')[];
  /** Anchored at the start; case does not matter. Its groups are what `read` works on. */
  readonly pattern: RegExp;
  /** Denied, it is dropped (`none`), or it ends the fact (the default); `only` matches nothing but what is denied. */
  readonly denied?: 'ends' | 'none' | 'only';
  /** A time beside it is when it began (or ended). */
  readonly isEvent?: boolean;
  readonly read: (match: Match) => Finding | readonly Finding[] | undefined;
}

export const SPEAKER_OR_PERSON = ['speaker', 'person'] as const;
export const BE = '(?:(?:am|is|are|have|has|been|be|will)\\s+)*';

export function rule(source: string): RegExp {
  return new RegExp(`^${source}`, 'iu');
}
