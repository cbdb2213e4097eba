import { factTextOf, type StatedFact, type StatementContext, timeIn } from '@mneme/domain';
import type { ExtractedFact } from '@mneme/ports';

/**
 * A fact as a model has read it, with its times resolved and its sentence worded by rules. What only a model has found is
 * inferred, whatever the model says of it: nobody has checked that the evidence means what the fact says.
 */
export function statedFactOf(extracted: ExtractedFact, context: StatementContext): StatedFact {
  const { evidence: _evidence, fromWords, untilWords, ...said } = extracted;
  const validFrom = fromWords === undefined ? undefined : timeIn(fromWords, context, 'past')?.instant;
  const validTo = untilWords === undefined ? undefined : timeIn(untilWords, context, 'future')?.instant;
  const isInOrder = validTo === undefined || validTo > (validFrom ?? context.occurredAt);
  return {
    ...said,
    ...(validFrom === undefined ? {} : { validFrom }),
    ...(validTo === undefined || !isInOrder ? {} : { validTo }),
    text: factTextOf(said, context.speakerName),
    certainty: 'inferred',
  };
}
