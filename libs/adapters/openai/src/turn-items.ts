import { z } from 'zod';

/** Of each turn of a prompt the items that the answer has for it, unchecked; undefined: nothing was said about the turn. */
export interface TurnItems {
  readonly ofTurn: readonly (readonly unknown[] | undefined)[];
  /** Items for a turn that was not asked about, or was answered already. */
  readonly strays: number;
}

const perTurn = z.object({ turns: z.array(z.unknown()) });

/** Sorts an answer `{turns: [{turn, <field>: [...]}]}` by turn; undefined when it has another form. */
export function turnItemsOf(json: unknown, field: string, count: number): TurnItems | undefined {
  const answer = perTurn.safeParse(json);
  if (!answer.success) return undefined;
  const entry = z.object({ turn: z.int().nonnegative(), [field]: z.array(z.unknown()) });
  const ofTurn: (readonly unknown[] | undefined)[] = new Array(count).fill(undefined);
  let strays = 0;
  for (const one of answer.data.turns) {
    const parsed = entry.safeParse(one);
    const turn = parsed.success ? (parsed.data['turn'] as number) : count;
    if (turn >= count || ofTurn[turn] !== undefined) strays += 1;
    else ofTurn[turn] = parsed.data?.[field] as readonly unknown[];
  }
  return { ofTurn, strays };
}

/** The form of such an answer for servers that hold a model to it. */
export function turnItemsSchema(field: string, item: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const turn = objectSchema({ turn: { type: 'integer' }, [field]: { type: 'array', items: item } });
  return objectSchema({ turns: { type: 'array', items: turn } });
}

/** An object with exactly these properties, as structured outputs ask for. */
export function objectSchema(properties: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return { type: 'object', properties, required: Object.keys(properties), additionalProperties: false };
}
