import { z } from 'zod';

/** One step of a procedure: a call of a tool. */
export const ProcedureStep = z.object({
  tool: z.string(),
  /** JSON text of one object. */
  arguments: z.string().optional(),
  note: z.string().optional(),
});
export type ProcedureStep = z.infer<typeof ProcedureStep>;

/** A way to do a task, as somebody tells it. */
export const ToldProcedure = z.object({ task: z.string(), steps: z.array(ProcedureStep), outcome: z.string() });
export type ToldProcedure = z.infer<typeof ToldProcedure>;

/** A procedure as its memory has it, with the runs that were seen to end. */
export const KnownProcedure = ToldProcedure.extend({
  succeeded: z.int().nonnegative(),
  failed: z.int().nonnegative(),
  /** What it was worth before any run, 0 to 1. */
  prior: z.number().min(0).max(1),
});
export type KnownProcedure = z.infer<typeof KnownProcedure>;
