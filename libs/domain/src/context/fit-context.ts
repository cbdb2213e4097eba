import type { ContextItem, ContextPartName } from './context-item.js';

/** An item with what its line costs. */
export interface PricedItem extends ContextItem {
  readonly tokens: number;
}

export interface ContextSupply {
  /** Each part in the order of its worth, but for the turns: those in the order of time. */
  readonly items: Readonly<Record<ContextPartName, readonly PricedItem[]>>;
  /** For the lines of all items together. */
  readonly budgetTokens: number;
  /** Share that the profile may take before everything else. */
  readonly profileShare: number;
  /** Share that is kept for the last turns while memories are chosen. */
  readonly turnsShare: number;
}

export interface LeftOutItem {
  readonly item: PricedItem;
  readonly reason: 'over-budget' | 'said-already';
}

export interface FittedContext {
  /** In the order of the text: profile, facts, memories, turns. */
  readonly items: readonly PricedItem[];
  readonly leftOut: readonly LeftOutItem[];
}

/**
 * Chooses what goes into a budget, whole items only: the profile up to its share, the last turns up to theirs, then facts
 * and memories by worth, then with what is left the rest of the profile and older turns. What one part says, another does
 * not say again: a memory of a turn that stands there as a turn, a fact that the profile or its own episode has.
 */
export function fitContext({ items, budgetTokens, profileShare, turnsShare }: ContextSupply): FittedContext {
  const box = new Box(budgetTokens);
  const profile = box.fill(items.profile, budgetTokens * profileShare);
  const newestFirst = [...items.turn].reverse();
  const turns = box.fillUntilFull(newestFirst, budgetTokens * turnsShare);
  box.fill(items.fact, Infinity);
  box.fill(items.memory, Infinity);
  box.takeBackCovered(items.fact);
  box.fill(profile, Infinity);
  box.fillUntilFull(turns, Infinity);
  const all = [...items.profile, ...items.fact, ...items.memory, ...items.turn];
  return {
    items: all.filter((item) => box.placed.has(item)),
    leftOut: all
      .filter((item) => !box.placed.has(item))
      .map((item) => ({ item, reason: box.repeated.has(item) ? 'said-already' : 'over-budget' })),
  };
}

class Box {
  readonly placed = new Set<PricedItem>();
  readonly repeated = new Set<PricedItem>();
  private readonly ids = new Set<string>();
  private readonly turnIds = new Set<string>();

  constructor(private left: number) {}

  /** Takes what fits, passing over what does not; gives what did not fit. */
  fill(items: readonly PricedItem[], share: number): readonly PricedItem[] {
    const rest: PricedItem[] = [];
    let shareLeft = share;
    for (const item of items) {
      if (this.isSaid(item)) this.repeated.add(item);
      else if (item.tokens > Math.min(shareLeft, this.left)) rest.push(item);
      else {
        shareLeft -= item.tokens;
        this.place(item);
      }
    }
    return rest;
  }

  /** The same, but stops at the first that does not fit: a conversation with a hole in it says something else. */
  fillUntilFull(items: readonly PricedItem[], share: number): readonly PricedItem[] {
    let shareLeft = share;
    for (const [at, item] of items.entries()) {
      if (this.isSaid(item)) this.repeated.add(item);
      else if (item.tokens > Math.min(shareLeft, this.left)) return items.slice(at);
      else {
        shareLeft -= item.tokens;
        this.place(item);
      }
    }
    return [];
  }

  /** Facts that a memory or a turn says in whole: their room goes to what comes after. */
  takeBackCovered(facts: readonly PricedItem[]): void {
    for (const fact of facts) {
      if (!this.placed.has(fact) || !fact.turnIds.some((turnId) => this.ids.has(turnId))) continue;
      this.placed.delete(fact);
      this.repeated.add(fact);
      this.left += fact.tokens;
    }
  }

  private isSaid({ id, part, turnIds }: PricedItem): boolean {
    if (this.ids.has(id)) return true;
    // Several facts come from one turn and say different things; a memory says what its turns say.
    return part === 'memory' && turnIds.length > 0 && turnIds.every((turnId) => this.turnIds.has(turnId));
  }

  private place(item: PricedItem): void {
    this.left -= item.tokens;
    this.placed.add(item);
    this.ids.add(item.id);
    if (item.part === 'turn') this.turnIds.add(item.id);
    // An episode that was recalled is its turn: the turn is not said again after it.
    if (item.part === 'memory') for (const turnId of item.turnIds) this.ids.add(turnId);
  }
}
