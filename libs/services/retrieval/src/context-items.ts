import type { ContextItem, ContextPartName } from '@mneme/domain';
import type { SourceClass } from '@mneme/events';
import type { Fact, Hit, Memory } from '@mneme/proto';
import type { Profile } from './read-graph.js';
import type { OpenedTurn } from './session-turns.js';

/** In order of worth: what must be kept to, what they like, what they work on, who it is. */
export function itemsOfProfile({ constraints, about, preferences, projects }: Profile): readonly ContextItem[] {
  return itemsOfFacts('profile', [...constraints, ...preferences, ...projects, ...about]);
}

export function itemsOfFacts(part: 'profile' | 'fact', facts: readonly Fact[]): readonly ContextItem[] {
  // A fact's sentence names who it is about; who said it is its source.
  return facts.flatMap(({ memory }) => (memory === undefined ? [] : [itemOf(part, memory)]));
}

/** What no longer holds comes last: it is the first to go when there is no room. */
export function itemsOfHits(hits: readonly Hit[]): readonly ContextItem[] {
  const inOrder = [...hits.filter(({ superseded }) => !superseded), ...hits.filter(({ superseded }) => superseded)];
  return inOrder.flatMap(({ memory, superseded }) =>
    memory === undefined ? [] : [{ ...itemOf('memory', memory), by: memory.speakerName, superseded }],
  );
}

/** Oldest first. */
export function itemsOfTurns(turns: readonly OpenedTurn[]): readonly ContextItem[] {
  return turns.map(({ turn, content }) => ({
    part: 'turn',
    id: turn.turnId,
    text: textOfTurn(content),
    by: content.speakerName ?? turn.role,
    source: turn.sourceClass,
    trust: turn.trust,
    occurredAtMs: Date.parse(turn.occurredAt),
    turnIds: [turn.turnId],
  }));
}

/** A turn as a replay of the conversation would send it. */
export function textOfTurn({ content, toolCalls = [] }: OpenedTurn['content']): string {
  const calls = toolCalls.map((call) => `[called ${call.name} with ${call.arguments}]`);
  return [content, ...calls].filter((line) => line !== '').join('\n');
}

function itemOf(part: ContextPartName, memory: Memory): ContextItem {
  const { memoryId, text, sourceClass, trust, occurredAt, turnIds } = memory;
  const source = sourceClass as SourceClass;
  return { part, id: memoryId, text, source, trust, occurredAtMs: Date.parse(occurredAt), turnIds };
}
