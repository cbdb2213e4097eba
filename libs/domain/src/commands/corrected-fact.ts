import type { MemoryContent, MemoryDerived, SourceId } from '@mneme/events';
import type { UnsealedMemory } from '../episode.js';
import { Corrupt } from '../errors.js';
import { correctedEdgeOf } from '../graph/fact-edge.js';
import { memoryIdOf } from '../ids.js';
import type { IndexKeys } from '../index-keys.js';
import type { DataKeys } from '../sealing.js';
import { instantOf } from '../time.js';
import { confidenceOf, lifespanOf } from '../worth.js';
import type { CommandContext } from './commanded-version.js';

export interface FactCommandContext extends CommandContext {
  readonly indexKeys: IndexKeys;
  readonly dataKeys: DataKeys;
}

/**
 * The fact that takes the place of one that was wrong: the same relation with another object, for the same time, said by
 * who corrects. It is a memory of its own with the command as its source, so that it outlives the turn that was wrong.
 */
export function correctedFactOf(newest: MemoryDerived, context: FactCommandContext): UnsealedMemory {
  const { command, policy } = context;
  const { sealed: _sealed, reviewBy: _reviewBy, expiresAt: _expiresAt, ...fields } = newest;
  const { tenantId, subjectId, commandId, recordedAt, sourceClass } = command;
  const sourceId = commandId as string as SourceId;
  const { object } = context.commanded;
  if (newest.fact === undefined || object === undefined) throw new Corrupt('half a correction', { field: 'object' });
  return {
    ...fields,
    memoryId: memoryIdOf({ tenantId, subjectId, sourceId, kind: 'fact', ordinal: 0 }),
    version: recordedAt,
    sourceId,
    sourceClass,
    trust: Math.min(newest.trust, command.trust),
    confidence: confidenceOf(policy, { sourceClass }),
    occurredAt: instantOf(Math.floor(recordedAt / 1_000)),
    recordedAt,
    ...lifespanOf(policy, { kind: 'fact', sourceClass, recordedAt }),
    derivedFrom: [newest.memoryId],
    fact: correctedEdgeOf(newest.fact, object, context),
    content: correctedContentOf(context, object),
  };
}

function correctedContentOf({ content, commanded }: FactCommandContext, object: string): MemoryContent {
  const { names = { subject: '', object: '' } } = content;
  return {
    ...content,
    text: commanded.text ?? replaced(content.text, names.object, object),
    names: { ...names, object },
  };
}

/** The sentence with its object exchanged; one that does not hold its object word for word gets it behind. */
function replaced(text: string, from: string, to: string): string {
  const at = from === '' ? -1 : text.lastIndexOf(from);
  return at === -1 ? `${text} (${to})` : `${text.slice(0, at)}${to}${text.slice(at + from.length)}`;
}
