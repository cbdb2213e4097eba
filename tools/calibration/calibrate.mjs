import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fitKnots, interpolate } from '../../libs/domain/dist/index.js';
import { runMain } from '../../libs/platform/dist/index.js';
import { calibrationFileOf, openUncalibratedEmbedder, parseEnginesConfig } from '../../libs/wiring/dist/index.js';
import { jsonOf, measurePairs, reportOf } from './measure.mjs';

/**
 * Calibrates the embedder that the environment chooses, as the service would: sends the pairs of its own to the server,
 * fits, and writes the table where the service looks for it. `npm run calibrate`.
 */
await runMain(async () => {
  const { embedder: choice, dataDirectory } = parseEnginesConfig(process.env);
  if (choice.engine === 'static') {
    console.log('the static table is calibrated already; set MNEME_EMBEDDER=openai and its settings first');
    return;
  }
  const embedder = await openUncalibratedEmbedder(choice);
  const { fitted, heldOut } = await measurePairs(embedder);
  const knots = fitKnots(fitted);
  const file = calibrationFileOf(choice, dataDirectory);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(file, jsonOf(knots, { model: embedder.model.id }));
  console.log(`${embedder.model.id}: fitted on ${fitted.length} pairs, measured on ${heldOut.length}`);
  for (const line of reportOf(heldOut, (cosine) => interpolate(knots, cosine))) console.log(line);
  console.log(`written to ${file}`);
});
