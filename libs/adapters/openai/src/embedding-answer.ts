import { Corrupt } from '@mneme/domain';
import { z } from 'zod';

/** Servers answer in either encoding, whichever was asked for. */
const embeddingAnswer = z.object({
  data: z.array(z.object({ index: z.int().nonnegative(), embedding: z.union([z.array(z.number()), z.base64()]) })),
});

const FLOAT_BYTES = Float32Array.BYTES_PER_ELEMENT;

/**
 * The unit vectors of an answer, in the order of the inputs.
 * @throws Corrupt when one is missing, is there twice, has other dimensions than configured, or has no direction.
 */
export function vectorsOf(answer: unknown, count: number, dimensions: number): readonly Float32Array[] {
  const parsed = embeddingAnswer.safeParse(answer);
  if (!parsed.success) throw new Corrupt('the answer of the embedding server has another form than the protocol says');
  const byIndex = new Map(parsed.data.data.map(({ index, embedding }) => [index, embedding]));
  if (parsed.data.data.length !== count || byIndex.size !== count) {
    throw new Corrupt('the embedding server did not answer each text once', { sent: String(parsed.data.data.length) });
  }
  return Array.from({ length: count }, (_, index) => unitVectorOf(byIndex.get(index), dimensions));
}

function unitVectorOf(embedding: readonly number[] | string | undefined, dimensions: number): Float32Array {
  const values = typeof embedding === 'string' ? decoded(embedding) : (embedding ?? []);
  if (values.length !== dimensions) {
    throw new Corrupt(`the embedding model does not give ${dimensions} dimensions as configured`, {
      field: 'dimensions',
      sent: String(values.length),
    });
  }
  const length = Math.hypot(...values);
  if (!Number.isFinite(length) || length === 0)
    throw new Corrupt('the embedding model gave a vector without direction');
  return Float32Array.from(values, (value) => value / length);
}

/** Little-endian on every machine. */
function decoded(base64: string): readonly number[] {
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.length % FLOAT_BYTES !== 0) return [];
  return Array.from({ length: bytes.length / FLOAT_BYTES }, (_, i) => bytes.readFloatLE(i * FLOAT_BYTES));
}
