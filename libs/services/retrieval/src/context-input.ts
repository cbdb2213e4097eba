import {
  CONTEXT_TOKENS_MIN,
  InvalidInput,
  LimitExceeded,
  type Limits,
  type ReadingModel,
  type TenantPolicy,
} from '@mneme/domain';
import { readCount, type RequestedRecall } from './recall-input.js';

export interface RequestedContext extends Omit<RequestedRecall, 'limit'> {
  readonly session?: string | undefined;
  readonly model?: string | undefined;
  readonly budgetTokens?: number | undefined;
  readonly memories?: number | undefined;
  readonly turns?: number | undefined;
}

export interface ContextInput {
  readonly model: ReadingModel;
  readonly budgetTokens: number;
  readonly turns: number;
}

interface InputContext {
  readonly limits: Limits;
  readonly policy: TenantPolicy;
  readonly models: readonly ReadingModel[];
}

const TURNS_DEFAULT = 20;

/** What is not the recall's to check. @throws InvalidInput or LimitExceeded naming the field. */
export function readContextRequest(request: RequestedContext, { limits, policy, models }: InputContext): ContextInput {
  const max = limits.sessionTurnsMax;
  const model = readModel(request.model, models);
  if (request.session === '') throw new InvalidInput('a session has a name', { field: 'session' });
  return {
    model,
    budgetTokens: readBudget(request.budgetTokens, model, policy),
    turns: readCount(request.turns ?? Math.min(TURNS_DEFAULT, max), { field: 'turns', limit: 'sessionTurnsMax', max }),
  };
}

function readModel(name: string | undefined, models: readonly ReadingModel[]): ReadingModel {
  const found = name === undefined ? models[0] : models.find((model) => model.name === name);
  if (found !== undefined) return found;
  const known = models.map((model) => model.name).join(', ');
  throw new InvalidInput(`the table of models has no such name; it has: ${known}`, { field: 'model' });
}

function readBudget(budgetTokens: number | undefined, { windowTokens }: ReadingModel, policy: TenantPolicy): number {
  const field = 'budgetTokens';
  if (budgetTokens === undefined) return Math.min(policy.context.budgetTokens, windowTokens);
  const sent = String(budgetTokens);
  if (budgetTokens < CONTEXT_TOKENS_MIN) {
    throw new InvalidInput(`a context has at least ${CONTEXT_TOKENS_MIN} tokens`, { field, sent });
  }
  if (budgetTokens <= windowTokens) return budgetTokens;
  throw new LimitExceeded('more than the model takes in', { field, limit: `windowTokens=${windowTokens}`, sent });
}
