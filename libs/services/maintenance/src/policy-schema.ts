import { DEFAULT_LIMITS, KEEP_AT_LEAST_MAX, MODEL_USES, TENANT_LIMITS, UNCLEAR_POINTS_MAX } from '@mneme/domain';
import { z } from 'zod';

const DAYS_MAX = 36_500;
const BUDGET_MAX = 1_000_000_000_000;
const RATED_TOOLS_MAX = 200;
const REPEATS_MAX = 1_000_000;
const share = z.number().min(0).max(1);
const days = z.int().min(1).max(DAYS_MAX).nullable();
const budget = z.int().min(0).max(BUDGET_MAX).nullable();
const toolName = z.string().min(1).max(DEFAULT_LIMITS.nameCharsMax);
const sources = <T extends z.ZodType>(value: T) =>
  z.strictObject({ user: value, agent: value, tool: value, web: value, system: value }).partial().optional();
const limits = Object.fromEntries(
  TENANT_LIMITS.map((name) => [name, z.int().min(1).max(DEFAULT_LIMITS[name]).nullable()]),
) as Record<(typeof TENANT_LIMITS)[number], z.ZodNullable<z.ZodInt>>;

const modelsPatch = z
  .strictObject({
    classify: z.enum(MODEL_USES),
    unclearPoints: z.number().min(0).max(UNCLEAR_POINTS_MAX),
    extract: z.enum(MODEL_USES),
    tokensPerDay: budget,
  })
  .partial();
const quarantinePatch = z
  .strictObject({
    on: z.boolean(),
    sources: sources(z.boolean()),
    repeatsPerHourMax: z.int().min(1).max(REPEATS_MAX).nullable(),
  })
  .partial();

/** Fields of a policy to change. Strict throughout: a field that does nothing would be taken for one that does. */
export const PolicyPatch = z.strictObject({
  keepAll: z.boolean().optional(),
  similarityMin: share.optional(),
  confidenceMin: share.optional(),
  retentionDays: z.strictObject({ episode: days, fact: days, procedure: days, summary: days }).partial().optional(),
  decayShare: z.strictObject({ episode: share, fact: share, procedure: share, summary: share }).partial().optional(),
  confidence: sources(share),
  trust: sources(share),
  // Replaced as a whole, so that a tool can be taken out again.
  toolReliability: z
    .record(toolName, share)
    .refine((rated) => Object.keys(rated).length <= RATED_TOOLS_MAX)
    .meta({ maxProperties: RATED_TOOLS_MAX })
    .optional(),
  sourceRetentionDays: sources(days),
  reviewDays: sources(days),
  writeFilter: z
    .strictObject({ keepAtLeast: z.number().min(0).max(KEEP_AT_LEAST_MAX) })
    .partial()
    .optional(),
  facts: z.strictObject({ inferredShare: share, inferredDays: days }).partial().optional(),
  limits: z.strictObject(limits).partial().optional(),
  budgets: z.strictObject({ turnsPerDay: budget, tokensPerDay: budget }).partial().optional(),
  models: modelsPatch.optional(),
  quarantine: quarantinePatch.optional(),
});

interface JsonSchema {
  readonly type?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | false;
  readonly maxProperties?: number;
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

function boundsOf(schema: JsonSchema): string {
  const { type, minimum, maximum, anyOf, enum: choices, additionalProperties, maxProperties } = schema;
  if (additionalProperties) return `at most ${maxProperties} names, each with ${boundsOf(additionalProperties)}`;
  if (anyOf !== undefined) return anyOf.map(boundsOf).join(', or ');
  if (choices !== undefined) return choices.map(String).join(', ');
  if (type === 'boolean') return 'true or false';
  if (minimum === undefined || maximum === undefined) return type ?? 'any';
  return `${type === 'integer' ? 'a whole number' : 'a number'} from ${minimum} to ${maximum}`;
}
