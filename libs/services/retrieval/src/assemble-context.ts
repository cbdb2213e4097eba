import {
  CONTEXT_PARTS,
  type ContextItem,
  type ContextPartName,
  type ContextPolicy,
  contextTokensFor,
  fitContext,
  type FittedContext,
  lineOf,
  priceOf,
  type PricedItem,
  type ReadingModel,
  renderContext,
  renderedItemOf,
  tokensFor,
} from '@mneme/domain';
import type { BuildContextResponse, ContextCost, ContextPart, RecallResponse } from '@mneme/proto';
import type { ContextInput } from './context-input.js';
import { itemsOfFacts, itemsOfHits, itemsOfProfile, itemsOfTurns, textOfTurn } from './context-items.js';
import type { Profile } from './read-graph.js';
import type { OpenedTurn } from './session-turns.js';

/** What came of reading one part. */
export interface Part<T> {
  readonly state: 'answered' | 'timed-out' | 'failed' | 'not-asked';
  readonly value: T | undefined;
  readonly tookMs: number;
}

export interface ContextParts {
  readonly profile: Part<Profile>;
  readonly recall: Part<RecallResponse>;
  readonly turns: Part<readonly OpenedTurn[]>;
}

interface Assembly extends ContextInput {
  readonly nowMs: number;
  readonly policy: ContextPolicy;
  /** Turns of a session that are kept at hand. */
  readonly sessionTurnsMax: number;
}

export interface AssembledContext {
  readonly response: Omit<BuildContextResponse, 'freshness' | 'failedTurnIds' | 'recallId'>;
  /** Memories that the text has. */
  readonly used: readonly { readonly memoryId: string; readonly text: string }[];
}

/** Items with at most so many in one context: the widest number that a line is priced with. */
const WIDEST_N = 999;

/** Chooses, renders and prices; pure. */
export function assembleContext(parts: ContextParts, assembly: Assembly): AssembledContext {
  const { model, nowMs } = assembly;
  const supply = suppliedBy(parts, assembly);
  const frameTokens = contextTokensFor(model, renderContext([]));
  const { profileShare, turnsShare } = assembly.policy;
  const budgetTokens = Math.max(0, assembly.budgetTokens - frameTokens);
  const fitted = fitContext({ items: supply, budgetTokens, profileShare, turnsShare });
  const text = renderContext(fitted.items.map((item, i) => renderedItemOf(item, i + 1, nowMs)));
  const recalled = parts.recall.value;
  const response = {
    text,
    role: 'user',
    items: fitted.items.map(({ part, id, tokens }) => ({ part, id, tokens })),
    parts: CONTEXT_PARTS.map((name) => partView(name, { parts, supply, fitted })),
    leftOut: fitted.leftOut.map(({ item: { part, id, tokens }, reason }) => ({ part, id, reason, tokens })),
    cost: costOf(text, parts.turns.value, assembly),
    legs: recalled?.legs ?? [],
    dropped: recalled?.dropped ?? [],
  };
  const used = fitted.items
    .filter(({ part }) => part !== 'turn')
    .map((item) => ({ memoryId: item.id, text: item.text }));
  return { response, used };
}

type Supply = Readonly<Record<ContextPartName, readonly PricedItem[]>>;

function suppliedBy({ profile, recall, turns }: ContextParts, assembly: Assembly): Supply {
  const { model, nowMs } = assembly;
  const priced = (items: readonly ContextItem[]) =>
    items.map((item) => ({
      ...item,
      tokens: contextTokensFor(model, `${lineOf(renderedItemOf(item, WIDEST_N, nowMs))}\n`),
    }));
  return {
    profile: priced(profile.value === undefined ? [] : itemsOfProfile(profile.value)),
    fact: priced(itemsOfFacts('fact', recall.value?.facts ?? [])),
    memory: priced(itemsOfHits(recall.value?.hits ?? [])),
    turn: priced(itemsOfTurns((turns.value ?? []).slice(-assembly.turns))),
  };
}

interface Made {
  readonly parts: ContextParts;
  readonly supply: Supply;
  readonly fitted: FittedContext;
}

function partView(name: ContextPartName, { parts, supply, fitted }: Made): ContextPart {
  const { profile, recall, turns } = parts;
  const { state, tookMs } = { profile, fact: recall, memory: recall, turn: turns }[name];
  const placed = fitted.items.filter(({ part }) => part === name);
  const tokens = placed.reduce((sum, item) => sum + item.tokens, 0);
  return { name, state, tokens, items: placed.length, found: supply[name].length, tookMs };
}

function costOf(text: string, turns: readonly OpenedTurn[] = [], assembly: Assembly): ContextCost {
  const { model, budgetTokens, sessionTurnsMax } = assembly;
  const tokens = contextTokensFor(model, text);
  const replayTokens = turns.reduce((sum, turn) => sum + replayTokensOf(model, turn), 0);
  return {
    model: model.name,
    countedBy: 'estimate',
    tokens,
    budgetTokens,
    priceUsd: priceOf(model, tokens),
    replayTurns: turns.length,
    replayTokens,
    replayPriceUsd: priceOf(model, replayTokens),
    replayIsWhole: turns.length < sessionTurnsMax,
    savedShare: replayTokens === 0 ? undefined : 1 - tokens / replayTokens,
    pricedOn: model.pricedOn,
  };
}

function replayTokensOf(model: ReadingModel, { turn, content }: OpenedTurn): number {
  return tokensFor(model, `${turn.role}: ${textOfTurn(content)}\n`);
}
