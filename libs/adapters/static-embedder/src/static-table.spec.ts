import { cp, mkdtemp, open, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openStaticEmbedder } from './open-static-embedder.js';
import { readStaticTable } from './static-table.js';

const OWN_DATA = new URL('../data/', import.meta.url);
const TABLE = 'all-minilm-l6-v2-static-256.bin';

describe('readStaticTable', () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'static-table-'));
    await cp(fileURLToPath(OWN_DATA), directory, { recursive: true });
  });

  afterEach(() => rm(directory, { recursive: true, force: true }));

  it('reads rows, scales and pieces of the same number', () => {
    const table = readStaticTable(OWN_DATA);
    expect(table.pieces).toHaveLength(29_525);
    expect(table.scales).toHaveLength(29_525);
    expect(table.rows).toHaveLength(29_525 * 256);
    expect(table.scales.every((scale) => scale > 0 && Number.isFinite(scale))).toBe(true);
  });

  it('gives a copy in another folder the same id', () => {
    expect(openStaticEmbedder(directory).model).toEqual(openStaticEmbedder().model);
  });

  it('gives other preprocessing another id', async () => {
    await editManifest((manifest) => ({ ...manifest, preprocessing: 'another' }));
    const { model } = openStaticEmbedder(directory);
    expect(model.id).toMatch(/^all-minilm-l6-v2-static-256@[0-9a-f]{8}$/);
    expect(model.id).not.toBe(openStaticEmbedder().model.id);
  });

  it('refuses a table with one bit turned', async () => {
    const file = await open(join(directory, TABLE), 'r+');
    const { buffer } = await file.read(Buffer.alloc(1), 0, 1, 1_000_000);
    await file.write(Buffer.from([(buffer[0] ?? 0) ^ 1]), 0, 1, 1_000_000);
    await file.close();
    expectCorrupt(TABLE);
  });

  it('refuses a table cut short', async () => {
    await truncate(join(directory, TABLE), 1_000);
    expectCorrupt(TABLE);
  });

  it('refuses a vocabulary with a piece changed', async () => {
    const file = join(directory, 'vocabulary.txt');
    await writeFile(file, (await readFile(file, 'utf8')).replace('\ncoffee\n', '\ntea!!!\n'));
    expectCorrupt('vocabulary.txt');
  });

  it.each([TABLE, 'vocabulary.txt', 'manifest.json', 'calibration.json'])(
    'refuses a folder without %s',
    async (name) => {
      await rm(join(directory, name));
      expectCorrupt(name);
    },
  );

  it.each(['manifest.json', 'calibration.json'])('refuses a %s that is not of its form', async (name) => {
    await writeFile(join(directory, name), '{"knots": [[0, 0]], "rows": -1}');
    expectCorrupt(name);
  });

  it('refuses a manifest that counts other rows than the files have', async () => {
    await editManifest((manifest) => ({ ...manifest, rows: 29_524 }));
    expectCorrupt('29524 rows');
  });

  async function editManifest(edit: (manifest: Record<string, unknown>) => Record<string, unknown>): Promise<void> {
    const file = new URL('manifest.json', pathToFileURL(`${directory}/`));
    const manifest = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
    await writeFile(file, JSON.stringify(edit(manifest)));
  }

  function expectCorrupt(named: string): void {
    expect(() => openStaticEmbedder(directory)).toThrow(
      expect.objectContaining({ code: 'corrupt', message: expect.stringContaining(named) }),
    );
  }
});
