import type { ModelFailure, ModelOutcome, ModelRequest, ModelSubject, ModelTurn } from '@mneme/ports';
import { batchesOf } from './batches.js';
import { dataOf } from './prompt-data.js';
import type { SealedCache } from './sealed-cache.js';
import type { StructuredChat } from './structured-chat.js';
import { tokensOf } from './text-chunks.js';
import { turnItemsOf } from './turn-items.js';
import type { Checked, TurnTask } from './turn-task.js';

export interface PromptLimits {
  /** Turns of one prompt. */
  readonly promptTurnsMax: number;
  /** Estimated tokens of one prompt's turns. */
  readonly promptTokensMax: number;
}

export interface AskTurnsParts {
  readonly chat: StructuredChat;
  readonly cache: SealedCache;
  readonly limits: PromptLimits;
  readonly modelId: string;
}

/** Failures that one turn can bring over all the others of its prompt. */
const SPOILT_BY_ONE: readonly ModelFailure[] = ['truncated', 'refused', 'filtered'];

/** Asks the same of many turns: what is known from the cache, and the rest in as few prompts as the limits allow. */
export class AskTurns {
  constructor(private readonly parts: AskTurnsParts) {}

  async ask<T>(
    task: TurnTask<T>,
    { subject, turns }: ModelRequest,
    signal?: AbortSignal,
  ): Promise<readonly ModelOutcome<T>[]> {
    signal?.throwIfAborted();
    const outcomes = turns.map((turn) => this.#known(task, subject, turn));
    const open = turns.map((turn, at) => ({ turn, at })).filter(({ at }) => outcomes[at] === undefined);
    const { promptTurnsMax, promptTokensMax } = this.parts.limits;
    const weightOf = ({ turn }: (typeof open)[number]) => tokensOf(dataOf([turn]));
    const fitting = open.filter((one) => weightOf(one) <= promptTokensMax);
    const limits = { itemsMax: promptTurnsMax, weightMax: promptTokensMax };
    const batches = batchesOf(fitting, weightOf, limits);
    const asked: Asked<T> = { task, subject, ...(signal === undefined ? {} : { signal }) };
    const answers = await Promise.all(
      batches.map((batch) =>
        this.#askBatch(
          asked,
          batch.map(({ turn }) => turn),
        ),
      ),
    );
    for (const [i, { at }] of fitting.entries()) outcomes[at] = answers.flat()[i];
    return outcomes.map((outcome) => outcome ?? { isAnswered: false, failure: 'too-long' });
  }

  #known<T>(task: TurnTask<T>, subject: ModelSubject, turn: ModelTurn): ModelOutcome<T> | undefined {
    const known = this.parts.cache.get(subject, this.#askedOf(task, turn));
    return known === undefined ? undefined : { isAnswered: true, way: 'cache', ...(JSON.parse(known) as Checked<T>) };
  }

  async #askBatch<T>(asked: Asked<T>, turns: readonly ModelTurn[]): Promise<readonly ModelOutcome<T>[]> {
    const { task, subject, signal } = asked;
    const { instructions, schema, name: schemaName } = task;
    const prompt = { instructions, schema, schemaName, data: dataOf(turns) };
    const answer = await this.parts.chat.ask(prompt, subject.tenantId, signal);
    if ('json' in answer) return this.#checked(asked, turns, answer.json);
    if (turns.length === 1 || !SPOILT_BY_ONE.includes(answer.failure)) {
      return turns.map(() => ({ isAnswered: false, failure: answer.failure }));
    }
    const half = Math.ceil(turns.length / 2);
    const halves = [turns.slice(0, half), turns.slice(half)];
    return (await Promise.all(halves.map((some) => this.#askBatch(asked, some)))).flat();
  }

  #checked<T>({ task, subject }: Asked<T>, turns: readonly ModelTurn[], json: unknown): readonly ModelOutcome<T>[] {
    const items = turnItemsOf(json, task.field, turns.length);
    if (items === undefined) return turns.map(() => ({ isAnswered: false, failure: 'wrong-form' }));
    let { strays } = items;
    return turns.map((turn, i) => {
      const ofTurn = items.ofTurn[i];
      if (ofTurn === undefined) return { isAnswered: false, failure: 'wrong-form' };
      const checked = task.check(ofTurn, turn);
      this.parts.cache.set(subject, this.#askedOf(task, turn), JSON.stringify(checked));
      // Nobody's items are counted once, with the first turn that was answered.
      const itemsRefused = checked.itemsRefused + strays;
      strays = 0;
      return { isAnswered: true, way: 'model', value: checked.value, itemsRefused };
    });
  }

  #askedOf<T>(task: TurnTask<T>, turn: ModelTurn): string {
    return JSON.stringify([this.parts.modelId, task.name, task.instructions, dataOf([turn])]);
  }
}

interface Asked<T> {
  readonly task: TurnTask<T>;
  readonly subject: ModelSubject;
  readonly signal?: AbortSignal;
}
