import { pathToFileURL } from 'node:url';
import { calibrationSchema } from './calibration.js';
import { StaticEmbedder } from './static-embedder.js';
import { readJson, readStaticTable } from './static-table.js';

/** The same folder from `src` and from `dist`. */
const OWN_DATA = new URL('../data/', import.meta.url);

/**
 * Reads the table, its vocabulary and its calibration once, 8 MB in all, and checks them against their hashes.
 * @param directory a folder with the files of `data/`; the library's own without it.
 * @throws Corrupt when a file is missing, changed or misshapen.
 */
export function openStaticEmbedder(directory?: string): StaticEmbedder {
  const data = directory === undefined ? OWN_DATA : pathToFileURL(`${directory}/`);
  const table = readStaticTable(data);
  const { knots } = readJson(new URL('calibration.json', data), calibrationSchema);
  return new StaticEmbedder({ table, knots });
}
