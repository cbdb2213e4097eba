import { join } from 'node:path';
import type { Embedder } from '@mneme/ports';
import { type Metrics, patientEmbedder } from '@mneme/platform';
import { openStaticEmbedder } from '@mneme/static-embedder';
import type { EmbedderChoice } from './models.config.js';

/** Bytes of one answer: 2,048 vectors of 3,072 dimensions as text fit in. */
const ANSWER_BYTES_MAX = 128 * 1_048_576;
const CALIBRATION_FILE = 'embedding-calibration.json';
type Knots = readonly (readonly [number, number])[];

/** Similarities are cosines, cut off at 0: for measuring only. */
const UNCALIBRATED: Knots = [
  [-1, 0],
  [0, Number.EPSILON],
  [1, 1],
];

/**
 * The embedder that was chosen. What speaks to a server is loaded only when it is.
 * @throws InvalidInput when there is no calibration of this very model: without one no threshold means anything.
 */
export async function openEmbedder(choice: EmbedderChoice, dataDirectory: string, metrics: Metrics): Promise<Embedder> {
  if (choice.engine === 'static') return openStaticEmbedder();
  const { embeddingModelOf, readCalibration } = await import('@mneme/openai');
  const knots = readCalibration(calibrationFileOf(choice, dataDirectory), embeddingModelOf(choice).id);
  return patientEmbedder(await connectEmbedder(choice, knots), metrics);
}

/** The same without a calibration, to make one by. */
export async function openUncalibratedEmbedder(choice: EmbedderChoice): Promise<Embedder> {
  return choice.engine === 'static' ? openStaticEmbedder() : connectEmbedder(choice, UNCALIBRATED);
}

/** Where the calibration is looked for. */
export function calibrationFileOf(choice: EmbedderChoice & { engine: 'openai' }, dataDirectory: string): string {
  return choice.calibration ?? join(dataDirectory, CALIBRATION_FILE);
}

async function connectEmbedder(choice: EmbedderChoice & { engine: 'openai' }, knots: Knots): Promise<Embedder> {
  const { ModelConnection, OpenAiEmbedder } = await import('@mneme/openai');
  const { url, apiKey, timeoutMs, retriesMax } = choice;
  const key = apiKey === undefined ? {} : { apiKey: apiKey.reveal() };
  const connection = new ModelConnection({ url, ...key, timeoutMs, retriesMax, answerBytesMax: ANSWER_BYTES_MAX });
  return new OpenAiEmbedder(connection, { ...choice, knots });
}
