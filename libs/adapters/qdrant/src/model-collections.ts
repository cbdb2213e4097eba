import { createHash } from 'node:crypto';
import { Corrupt, InvalidInput, Unavailable } from '@mneme/domain';
import { collectionSchemaOf, DENSE, PAYLOAD_INDEXES, SCHEMA_VERSION } from './collection-schema.js';
import type { QdrantConnection } from './qdrant-connection.js';
import { isAlreadyThere, isNotFound, memoryErrorOf } from './qdrant-errors.js';
import type { QdrantLimits } from './qdrant-limits.js';

/** The vectors of one model, by the alias that all requests go through. */
export interface ModelCollection {
  readonly alias: string;
  readonly model: string;
  readonly dimensions: number;
}

interface Described extends ModelCollection {
  readonly indexed: ReadonlySet<string>;
}

const PREFIX = /^[A-Za-z0-9]+([_-][A-Za-z0-9]+)*$/;
const PREFIX_CHARS_MAX = 64;
const SLUG_CHARS_MAX = 64;
const HASH_CHARS = 12;

/**
 * The collections below one prefix: one for each embedding model, behind an alias, so that another one can be built
 * beside it and take its place at once.
 */
export class ModelCollections {
  private readonly known = new Map<string, Promise<ModelCollection>>();

  /** @throws InvalidInput for a prefix that collections could not be told apart by. */
  constructor(
    private readonly connection: QdrantConnection,
    private readonly prefix: string,
    private readonly limits: QdrantLimits,
  ) {
    if (PREFIX.test(prefix) && prefix.length <= PREFIX_CHARS_MAX) return;
    const rule = `letters and digits, with - and _ between them, at most ${PREFIX_CHARS_MAX}`;
    throw new InvalidInput('this prefix of collections cannot be used', { field: 'collectionPrefix', limit: rule });
  }

  /** Undefined when nothing was ever written for the model. */
  async find(model: string): Promise<ModelCollection | undefined> {
    const known = this.known.get(model);
    if (known !== undefined) return known;
    const described = await this.describe(this.aliasOf(model));
    if (described === undefined) return undefined;
    this.known.set(model, Promise.resolve(described));
    return described;
  }

  /** Made when it is not there, by whichever process comes first. */
  make(model: string, dimensions: number): Promise<ModelCollection> {
    const known = this.known.get(model);
    if (known !== undefined) return known;
    const made = this.makeWhole(model, dimensions);
    this.known.set(model, made);
    made.catch(() => this.known.delete(model));
    return made;
  }

  /** Works on a collection that was known. When it is gone, it is looked for again the next time. */
  async use<T>({ model }: ModelCollection, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (isNotFound((error as Error).cause)) this.known.delete(model);
      throw error;
    }
  }

  /** Aliases of all models as they are now. */
  async aliases(signal?: AbortSignal): Promise<readonly string[]> {
    const { aliases } = await this.connection.ask((api, init) => api.getCollectionsAliases({}, init), {
      ...(signal === undefined ? {} : { signal }),
    });
    return aliases.map(({ alias_name: name }) => name).filter((name) => name.startsWith(`${this.prefix}.`));
  }

  /** All models' as they are now, with what is known of each. */
  async list(signal?: AbortSignal): Promise<readonly ModelCollection[]> {
    const described = await Promise.all((await this.aliases(signal)).map((alias) => this.describe(alias, signal)));
    return described.filter((one) => one !== undefined);
  }

  /** Completes what another process may have left half made. @throws Corrupt `newer-version`. */
  async prepare(): Promise<void> {
    for (const alias of await this.aliases()) {
      const described = await this.describe(alias);
      if (described !== undefined) await this.index(described);
    }
  }

  /** Removes all collections below the prefix, with what is in them. */
  async drop(): Promise<void> {
    const { collections } = await this.connection.ask((api, init) => api.getCollections({}, init));
    for (const { name } of collections.filter(({ name }) => name.startsWith(`${this.prefix}.`))) {
      await this.connection.ask((api, init) => api.deleteCollection({ collection_name: name }, init), this.slow);
    }
    this.known.clear();
  }

  private get slow() {
    return { timeoutMs: this.limits.sweepTimeoutMs };
  }

  // The prefix has no dot, so that no prefix begins like another one.
  private aliasOf(model: string): string {
    const slug = model
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .slice(0, SLUG_CHARS_MAX);
    const hash = createHash('sha256').update(model).digest('hex').slice(0, HASH_CHARS);
    return `${this.prefix}.${slug}.${hash}`;
  }

  private async describe(alias: string, signal?: AbortSignal): Promise<Described | undefined> {
    try {
      const { config, payload_schema: fields } = await this.connection.tryAsking(
        (api, init) => api.getCollection({ collection_name: alias }, init),
        { ...(signal === undefined ? {} : { signal }) },
      );
      const vectors = config.params.vectors as Record<string, { readonly size?: number }> | undefined;
      const { schemaVersion, model } = (config.metadata ?? {}) as Record<string, unknown>;
      const dimensions = vectors?.[DENSE]?.size;
      requireSchema(alias, schemaVersion);
      if (typeof model !== 'string' || dimensions === undefined) throw new Corrupt(`collection ${alias} is not ours`);
      return { alias, model, dimensions, indexed: new Set(Object.keys(fields ?? {})) };
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw memoryErrorOf(error, this.connection.address);
    }
  }

  private async makeWhole(model: string, dimensions: number): Promise<ModelCollection> {
    const alias = this.aliasOf(model);
    const there = await this.describe(alias);
    if (there !== undefined) return there;
    const collection = `${alias}.1`;
    const schema = collectionSchemaOf(model, dimensions, this.limits);
    await this.unlessThere((api, init) => api.createCollection({ collection_name: collection, ...schema }, init));
    const made = await this.describe(collection);
    if (made === undefined) throw new Unavailable(`collection ${collection} went as it was made`);
    await this.index(made);
    // Last, so that nobody finds it before it is whole.
    const create_alias = { alias_name: alias, collection_name: collection };
    await this.unlessThere((api, init) => api.updateAliases({ actions: [{ create_alias }] }, init));
    return { alias, model, dimensions: made.dimensions };
  }

  private async index({ alias, indexed }: Described): Promise<void> {
    const missing = Object.entries(PAYLOAD_INDEXES).filter(([field]) => !indexed.has(field));
    await Promise.all(
      missing.map(([field_name, field_schema]) =>
        this.connection.change(
          (api, init) => api.createFieldIndex({ collection_name: alias, wait: true, field_name, field_schema }, init),
          this.slow,
        ),
      ),
    );
  }

  private async unlessThere(call: Parameters<QdrantConnection['ask']>[0]): Promise<void> {
    try {
      await this.connection.tryAsking(call, this.slow);
    } catch (error) {
      if (!isAlreadyThere(error)) throw memoryErrorOf(error, this.connection.address);
    }
  }
}

function requireSchema(alias: string, schemaVersion: unknown): void {
  if (schemaVersion === SCHEMA_VERSION) return;
  const detail = { limit: `schemaVersion=${SCHEMA_VERSION}`, sent: String(schemaVersion) };
  if (typeof schemaVersion === 'number' && schemaVersion > SCHEMA_VERSION) {
    throw new Corrupt(`collection ${alias} was made by a newer version`, detail, 'newer-version');
  }
  throw new Corrupt(`collection ${alias} is not ours`, detail);
}
