import { join } from 'node:path';
import { connect, type Connection } from '@mneme/client';
import { temporaryDirectory } from '@mneme/testing';
import { type Running, startStandalone } from './standalone-process.js';
import { type Column, StoreFile, type Value } from './store-file.js';

/** What a digest leaves out by design, and why. */
export const OUTSIDE: Readonly<Record<string, string>> = {
  'catalogue.row_id': 'where the row is in the file, which no reader learns',
  'catalogue.access_count': 'access statistics',
  'catalogue.last_access_ms': 'access statistics',
  'vector_entries.entry_id': 'where the row is in the file, which no reader learns',
  'facts.fact_id': 'where the row is in the file, which no reader learns',
  'facts.retired_by': 'a note of what is so in any case; a wrong one is seen, see there',
  fact_retirement: 'since when such notes hold; see there',
  projection_watermarks: 'how far a projection has come; no record',
  failed_turns: 'turns that went to the dead letters; no record',
  access_marks: 'how far accesses are counted; no record',
};

/** The tables that a digest covers, each with its store. */
export const COVERED: Readonly<Record<string, string>> = {
  catalogue: 'catalogue',
  vector_entries: 'vector-index',
  facts: 'fact-graph',
  fact_endings: 'fact-graph',
  fact_aliases: 'fact-graph',
};

/** Of them those of which each row is a record of its own. */
export const RECORDS = ['catalogue', 'vector_entries', 'facts'];

const KEYS: Readonly<Record<string, string>> = {
  catalogue: 'row_id',
  vector_entries: 'entry_id',
  facts: 'fact_id',
  fact_endings: "fact_id || '/' || slot",
  fact_aliases: "fact_id || '/' || alias || '/' || entity",
};

export const TURNS: readonly object[] = [
  { userId: 'ana', content: 'I live in Lisbon and I prefer short answers.', speakerName: 'Ana' },
  { userId: 'ana', content: 'My sister Rita lives in Porto.', occurredAt: '2026-03-14T09:26:53+01:00' },
  { userId: 'ana', content: 'I live in Coimbra now, and I work at Initech.', speakerName: 'Ana' },
  { userId: 'ana', content: 'I no longer work at Initech.', speakerName: 'Ana' },
  { userId: 'ana', role: 'assistant', content: 'Noted: short answers.' },
  { userId: 'ben', role: 'tool', content: 'The order has shipped.', toolCalls: [{ name: 'track', arguments: '{}' }] },
  { userId: 'ben', content: 'Our team meets on Mondays.', scope: 'team', teamId: 'billing' },
  { scope: 'agent', content: 'Refunds above one hundred need a second look.' },
  { scope: 'tenant', content: 'The office closes at six.' },
  ...Array.from({ length: 12 }, (_, i) => ({ userId: `user-${i}`, content: `note number ${i} of a long list` })),
];

/** A service whose stores are changed behind its back, and what it says of them. */
export class PlantedWorld {
  private constructor(
    readonly service: Running,
    readonly agent: Connection,
    readonly file: StoreFile,
  ) {}

  static async start(): Promise<PlantedWorld> {
    const directory = join(temporaryDirectory(), 'data');
    const service = await startStandalone(directory);
    for (const tenantId of ['acme', 'neighbour']) await service.operator.admin.createTenant({ tenantId });
    await service.operator.admin.setPolicy({ tenantId: 'acme', policyJson: '{"writeFilter":{"keepAtLeast":0}}' });
    const { secret } = await service.operator.admin.createKey({
      tenantId: 'acme',
      agentId: 'bot',
      departmentId: 'sales',
      teamIds: ['billing'],
      rights: ['ingest', 'recall', 'on-behalf-of', 'publish', 'admin'],
    });
    const agent = connect({ address: service.grpc, apiKey: secret });
    const turns = TURNS.map((turn) => ({ session: 's1', role: 'user', toolCalls: [], ...turn }) as never);
    const { token } = await agent.ingest.ingestTurns({ turns });
    const waitFor = { token, timeoutMs: 20_000 };
    const { freshness } = await agent.retrieval.listMemories({ userId: 'ana', filters: [], waitFor });
    if (freshness !== 'current') throw new Error(`the turns are ${freshness}`);
    const file = new StoreFile(directory);
    file.save();
    return new PlantedWorld(service, agent, file);
  }

  async stop(): Promise<void> {
    this.file.close();
    this.agent.close();
    await this.service.stop('SIGTERM');
  }

  /** Stores of which the digest says that they are not what the log says. */
  async unequal(): Promise<readonly string[]> {
    const { equal, stores } = await this.agent.admin.digest({});
    const names = stores.filter((store) => !store.equal).map(({ store }) => store);
    if (equal !== (names.length === 0)) throw new Error('a digest disagrees with its own stores');
    return names;
  }

  coveredColumns(table: string): readonly Column[] {
    return this.file.columns(table).filter(({ name }) => !(`${table}.${name}` in OUTSIDE));
  }

  keysOf(table: string): readonly Value[] {
    return this.file.values(table, KEYS[table] as string);
  }

  savedKeysOf(table: string): readonly Value[] {
    return this.file.values(`saved.${table}`, KEYS[table] as string);
  }

  /** How many rows it changed. */
  plant(table: string, column: string, { key, value }: { key: Value; value: Value }): number {
    return this.file.set({ table, column, key: KEYS[table] as string }, { key, value });
  }

  valueAt(table: string, column: string, key: Value): Value {
    return this.file.valueWhere(table, column, { key: KEYS[table.replace('saved.', '')] as string, is: key });
  }

  remove(table: string, key: Value): void {
    this.file.run(`DELETE FROM ${table} WHERE ${KEYS[table]} = ?`, key);
  }
}
