import type { CommandContent, SourceClass } from '@mneme/events';
import {
  estimatedTokens,
  InvalidInput,
  LimitExceeded,
  type Limits,
  poisonOfCommand,
  type TenantPolicy,
  textsOfCommand,
  type Usage,
} from '@mneme/domain';
import type { CommandInput } from './command-schema.js';

/** What a command takes of the tenant's budgets: one turn, and the tokens of what it says. */
export function usageOfCommand(input: CommandInput): Usage {
  return { turns: 1, tokens: textsOf(input).reduce((sum, text) => sum + estimatedTokens(text), 0) };
}

/** A memory made by command is as long as one made by a turn. @throws LimitExceeded `turnTextBytesMax`. */
export function refuseLongCommand(input: CommandInput, { turnTextBytesMax }: Limits): void {
  const bytes = textsOf(input).reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  if (bytes <= turnTextBytesMax) return;
  const detail = { field: fieldOf(input), limit: `turnTextBytesMax=${turnTextBytesMax}`, sent: `${bytes}` };
  throw new LimitExceeded('this is more than the limit', detail);
}

interface Said {
  readonly sourceClass: SourceClass;
  readonly policy: TenantPolicy;
}

/** What would be held in quarantine as a turn is refused as a command: nobody waits for its release. @throws InvalidInput. */
export function refusePoison(input: CommandInput, { sourceClass, policy }: Said): void {
  const [reason] = poisonOfCommand({ sourceClass, ...saidBy(input) }, policy);
  if (reason === undefined) return;
  throw new InvalidInput(`this looks like poison: ${reason}`, { field: fieldOf(input), sent: reason });
}

function fieldOf({ action }: CommandInput): string {
  return action === 'record-procedure' ? 'steps' : 'text';
}

function textsOf(input: CommandInput): readonly string[] {
  return textsOfCommand(saidBy(input));
}

function saidBy(input: CommandInput): CommandContent {
  switch (input.action) {
    case 'record-procedure': {
      const { task, steps, outcome } = input;
      return { procedure: { task, steps, outcome } };
    }
    case 'correct':
      return { text: input.text, object: input.object };
    case 'retract':
    case 'confirm':
    case 'expire':
    case 'set-importance':
      return {};
  }
}
