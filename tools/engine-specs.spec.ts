import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { engineSpecs } from './engine-specs.mjs';

const made: string[] = [];
afterAll(() => made.forEach((directory) => rmSync(directory, { recursive: true, force: true })));

describe('specs of engines', () => {
  it('are known by the engines that they ask for, also by way of what they import', () => {
    const project = mkdtempSync(join(tmpdir(), 'mneme-specs-'));
    made.push(project);
    mkdirSync(join(project, 'src', 'deep'), { recursive: true });
    const write = (file: string, text: string) => writeFileSync(join(project, 'src', file), text);
    write('one.int.spec.ts', `const url = engineAddress('redis');`);
    write('two.int.spec.ts', `import { fresh } from './deep/fresh.js';\nengineAddress("kafka");`);
    write('deep/fresh.ts', `import { two } from '../two.int.spec.js';\nexport const fresh = engineAddress('qdrant');`);
    write('three.spec.ts', `engineAddress('neo4j');`);
    const found = engineSpecs([project]).map(({ file, engines }) => [file.slice(project.length), engines]);
    expect(found).toEqual([
      ['/src/one.int.spec.ts', ['redis']],
      ['/src/two.int.spec.ts', ['kafka', 'qdrant']],
    ]);
  });

  it.each(['kafka', 'neo4j', 'postgres', 'qdrant', 'redis'])('are there for the adapter of %s', (engine) => {
    const own = engineSpecs().filter(({ file }) => file.includes(`/libs/adapters/${engine}/`));
    expect(own.filter(({ engines }) => engines.includes(engine))).not.toEqual([]);
  });
});
