import { existsSync, writeFileSync } from 'node:fs';
import { fitKnots } from '../../libs/domain/dist/index.js';
import { jsonOf, measurePairs, reportOf } from '../calibration/measure.mjs';

/**
 * Fits the table that turns a cosine into a similarity, on two thirds of the pairs, and reports on the last third.
 * Needs the built library: npx tsc -b libs/adapters/static-embedder && node tools/static-table/calibrate.mjs
 */
const LIBRARY = new URL('../../libs/adapters/static-embedder/', import.meta.url);
const CALIBRATION = new URL('data/calibration.json', LIBRARY);

/** The library refuses to open without a calibration; any will do to measure cosines. */
if (!existsSync(CALIBRATION)) writeFileSync(CALIBRATION, jsonOf(fitKnots([])));
const { openStaticEmbedder } = await import(new URL('dist/index.js', LIBRARY));
const embedder = openStaticEmbedder();

const { fitted, heldOut } = await measurePairs(embedder);
writeFileSync(CALIBRATION, jsonOf(fitKnots(fitted)));

const calibrated = openStaticEmbedder();
console.log(`${embedder.model.id}: fitted on ${fitted.length} pairs, measured on ${heldOut.length}`);
for (const line of reportOf(heldOut, (cosine) => calibrated.similarity(cosine))) console.log(line);
