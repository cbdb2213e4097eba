import { DEFAULT_LIMITS, TENANT_LIMITS } from '@mneme/domain';
import { z } from 'zod';

const DAYS_MAX = 36_500;
const BUDGET_MAX = 1_000_000_000_000;
const share = z.number().min(0).max(1);
const days = z.int().min(1).max(DAYS_MAX).nullable();
const budget = z.int().min(0).max(BUDGET_MAX).nullable();
const limits = Object.fromEntries(
  TENANT_LIMITS.map((name) => [name, z.int().min(1).max(DEFAULT_LIMITS[name]).nullable()]),
) as Record<(typeof TENANT_LIMITS)[number], z.ZodNullable<z.ZodInt>>;

/** Fields of a policy to change. Strict throughout: a field that does nothing would be taken for one that does. */
export const PolicyPatch = z.strictObject({
  keepAll: z.boolean().optional(),
  similarityMin: share.optional(),
  confidenceMin: share.optional(),
  retentionDays: z.strictObject({ episode: days, fact: days, procedure: days, summary: days }).partial().optional(),
  decayShare: z.strictObject({ episode: share, fact: share, procedure: share, summary: share }).partial().optional(),
  confidence: z
    .strictObject({ user: share, agent: share, tool: share, web: share, system: share })
    .partial()
    .optional(),
  trust: z.strictObject({ user: share, agent: share, tool: share, web: share, system: share }).partial().optional(),
  limits: z.strictObject(limits).partial().optional(),
  budgets: z.strictObject({ turnsPerDay: budget, tokensPerDay: budget }).partial().optional(),
});

interface JsonSchema {
  readonly type?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
}

/** Every field by its whole name, with what it may be in words: read from the schema, so that the two cannot differ. */
export function policyBounds(): ReadonlyMap<string, string> {
  return new Map(leavesOf(z.toJSONSchema(PolicyPatch) as JsonSchema, ''));
}

function leavesOf(schema: JsonSchema, prefix: string): readonly (readonly [string, string])[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) =>
    field.properties === undefined
      ? [[`${prefix}${name}`, boundsOf(field)] as const]
      : leavesOf(field, `${prefix}${name}.`),
  );
}

function boundsOf({ type, minimum, maximum, anyOf, enum: choices }: JsonSchema): string {
  if (anyOf !== undefined) return anyOf.map(boundsOf).join(', or ');
  if (choices !== undefined) return choices.map(String).join(', ');
  if (type === 'boolean') return 'true or false';
  if (minimum === undefined || maximum === undefined) return type ?? 'any';
  return `${type === 'integer' ? 'a whole number' : 'a number'} from ${minimum} to ${maximum}`;
}
