import type { CommandContent, SourceClass } from '@mneme/events';
import type { TenantPolicy } from '../policy.js';
import { isEncoded } from './encoded-text.js';
import { foldedText, hidesText } from './hidden-text.js';
import { instructs } from './instruction-phrases.js';
import { isPromptText } from './prompt-text.js';
import { textsOfCommand, textsOfTurn, type TurnTexts } from './told-texts.js';

/** Why a turn is held in quarantine, the weightiest first; the words are those of the glossary. */
export const POISON_REASONS = ['instruction', 'hidden-text', 'encoded', 'prompt-text', 'repeated-claim'] as const;
export type PoisonReason = (typeof POISON_REASONS)[number];

/** What the rules look at: what was said and by which class of source, never when or to whom. */
export type SuspectTurn = TurnTexts & { readonly sourceClass: SourceClass };

/**
 * Why a turn looks like poison by itself; empty for nearly all. What a user says is looked at for hidden text alone: a
 * user may give orders. Pure, and linear in the length of the text. Version of the rules: 1.
 */
export function poisonOf(turn: SuspectTurn, { quarantine, keepAll }: TenantPolicy): readonly PoisonReason[] {
  const { sourceClass } = turn;
  if (!quarantine.on || !quarantine.sources[sourceClass] || keepAll) return [];
  const parts = textsOfTurn(turn);
  const hidden: readonly PoisonReason[] = parts.some(hidesText) ? ['hidden-text'] : [];
  if (sourceClass === 'user') return hidden;
  const folded = parts.map(foldedText);
  // Arguments are quoted whatever they say: only in its own words does an agent quote an order to speak of it.
  const orders = folded.some((part, at) => instructs(part, sourceClass === 'agent' && at === 0));
  return [
    ...(orders ? (['instruction'] as const) : []),
    ...hidden,
    ...(parts.some(isEncoded) ? (['encoded'] as const) : []),
    ...(folded.some(isPromptText) ? (['prompt-text'] as const) : []),
  ];
}

/** The same of what a command says, as one text. */
export function poisonOfCommand(
  { sourceClass, ...content }: CommandContent & { readonly sourceClass: SourceClass },
  policy: TenantPolicy,
): readonly PoisonReason[] {
  return poisonOf({ sourceClass, content: textsOfCommand(content).join('\n') }, policy);
}
