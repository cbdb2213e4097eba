import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Corrupt } from '@mneme/domain';
import type { z } from 'zod';
import { manifestSchema, modelIdOf, type Manifest } from './manifest.js';

/** A vocabulary and one quantised vector for each of its pieces. */
export interface StaticTable {
  readonly modelId: string;
  readonly dimensions: number;
  /** One WordPiece a row. */
  readonly pieces: readonly string[];
  /** All rows after each other; a value is multiplied by its row's scale. */
  readonly rows: Int8Array;
  readonly scales: Float32Array;
}

const SCALE_BYTES = Float32Array.BYTES_PER_ELEMENT;
const VOCABULARY = 'vocabulary.txt';

/** Reads a table and proves it against the manifest beside it. @throws Corrupt when a file is missing, changed or misshapen. */
export function readStaticTable(directory: URL): StaticTable {
  const manifest = readJson(new URL('manifest.json', directory), manifestSchema);
  const table = readProven(directory, manifest, `${manifest.model}.bin`);
  const vocabulary = readProven(directory, manifest, VOCABULARY).toString('utf8');
  const pieces = vocabulary.trimEnd().split('\n');
  const bytes = manifest.rows * (manifest.dimensions + SCALE_BYTES);
  if (table.length !== bytes || pieces.length !== manifest.rows) {
    throw new Corrupt(`the static table does not have ${manifest.rows} rows of ${manifest.dimensions} dimensions`);
  }
  return { modelId: modelIdOf(manifest), dimensions: manifest.dimensions, pieces, ...split(table, manifest) };
}

/** Reads and checks one JSON file. @throws Corrupt when it is missing or not of the schema's form. */
export function readJson<T>(file: URL, schema: z.ZodType<T>): T {
  try {
    return schema.parse(JSON.parse(readFile(file).toString('utf8')));
  } catch (cause) {
    throw new Corrupt(`${nameOf(file)} cannot be used`, { cause });
  }
}

function readProven(directory: URL, manifest: Manifest, name: string): Buffer {
  const bytes = readFile(new URL(name, directory));
  const found = createHash('sha256').update(bytes).digest('hex');
  if (found !== manifest.files[name]?.sha256) throw new Corrupt(`${name} is not the file that the manifest names`);
  return bytes;
}

function readFile(file: URL): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new Corrupt(`${nameOf(file)} cannot be read`, { cause });
  }
}

function split(table: Buffer, { rows, dimensions }: Manifest): Pick<StaticTable, 'rows' | 'scales'> {
  const values = rows * dimensions;
  // Read one by one: the scales may lie unaligned in the buffer and are little-endian on every machine.
  const scales = Float32Array.from({ length: rows }, (_, row) => table.readFloatLE(values + row * SCALE_BYTES));
  return { rows: new Int8Array(table.buffer, table.byteOffset, values), scales };
}

function nameOf(file: URL): string {
  return file.pathname.slice(file.pathname.lastIndexOf('/') + 1);
}
