import type { CommandContent, TurnContent } from '@mneme/events';

/** What of a turn is text, as far as one has it. */
export type TurnTexts = Pick<TurnContent, 'content' | 'toolCalls' | 'task' | 'speakerName'> &
  Partial<Pick<TurnContent, 'session'>>;

/**
 * Every text of a turn that can reach a model or an answer: in the episode, its facts, the procedure of a run, the session.
 * What was said comes first, each text by itself.
 */
export function textsOfTurn({ content, toolCalls = [], task, speakerName, session }: TurnTexts): readonly string[] {
  const calls = toolCalls.flatMap((call) => [call.arguments, call.name, call.id]);
  return [content, task, ...calls, speakerName, session].filter((text) => text !== undefined);
}

/** Every text of a command that can reach a model or an answer. */
export function textsOfCommand({ text, object, procedure }: CommandContent): readonly string[] {
  const steps = (procedure?.steps ?? []).flatMap((step) => [step.tool, step.arguments, step.note]);
  return [text, object, procedure?.task, procedure?.outcome, ...steps].filter((one) => one !== undefined);
}
