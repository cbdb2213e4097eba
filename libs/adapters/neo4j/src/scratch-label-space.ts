import { randomBytes } from 'node:crypto';
import { dropLabelSpace } from './drop-label-space.js';
import type { Neo4jLimits, Neo4jOptions } from './neo4j-options.js';
import { type Neo4j, openNeo4j } from './open-neo4j.js';

/** For specs: a label space of a random name on a server that others use too, and what was opened in it. */
export class ScratchLabelSpace {
  readonly options: Neo4jOptions;
  private readonly opened: Neo4j[] = [];

  /** @param address with the credentials in it. */
  constructor(address: string) {
    const url = new URL(address);
    const [user, password] = [decodeURIComponent(url.username), decodeURIComponent(url.password)];
    const labelSpace = `Scratch${randomBytes(6).toString('hex')}`;
    this.options = { url: `${url.protocol}//${url.host}`, user, password, labelSpace };
  }

  /** One more opening, as another process would make it. */
  async open(limits: Partial<Neo4jLimits> = {}): Promise<Neo4j> {
    const neo4j = await openNeo4j({ ...this.options, ...limits });
    this.opened.push(neo4j);
    return neo4j;
  }

  /** Closes what was opened and leaves nothing behind. */
  async drop(): Promise<void> {
    for (const neo4j of this.opened.splice(0).reverse()) await neo4j.close();
    await dropLabelSpace(this.options);
  }
}
