import type { LabelSpace } from './label-space.js';

export type WriteStatements = ReturnType<typeof writeStatements>;

/** Every pattern names the tenant; every row comes as a parameter. */
export function writeStatements({ fact, alias, entity, value }: LabelSpace) {
  const ofKey = (name: string, type: string) => `USING INDEX SEEK ${name}:${type}(memoryId, version, tenantId)
      WHERE ${name}.memoryId = key.memoryId AND ${name}.version = key.version AND ${name}.tenantId = key.tenantId`;
  const create = (object: string) => `UNWIND $p.facts AS row
    MATCH (s:${entity}) USING INDEX SEEK s:${entity}(tenantId, entity)
      WHERE s.tenantId = row.tenantId AND s.entity = row.subjectEntity
    ${object}
    CREATE (s)-[f:${fact}]->(o)
    SET f = row`;
  // What is taken away is returned by its nodes, of which some may have nothing left.
  const taken = `elementId(startNode(r)) AS one, elementId(endNode(r)) AS other`;
  const taking = (where: string) => `MATCH ()-[r:${fact}]->() ${where}
    WITH r, ${taken}, r.memoryId AS memoryId, r.version AS version, r.tenantId AS tenantId LIMIT toInteger($p.limit)
    DELETE r
    RETURN one, other, memoryId, version, tenantId`;
  const ofSubject = 'r.tenantId = $p.tenantId AND r.subjectId = $p.subjectId AND r.epoch < $p.belowEpoch';
  return {
    /** What is there under the keys. */
    existing: `UNWIND $p.keys AS key MATCH ()-[f:${fact}]->() ${ofKey('f', fact)} RETURN properties(f) AS properties`,
    /** Under an id and a version, in whatever tenant they are. */
    keysOf: `UNWIND $p.versions AS key MATCH ()-[f:${fact}]->()
      USING INDEX SEEK f:${fact}(memoryId, version, tenantId)
      WHERE f.memoryId = key.memoryId AND f.version = key.version AND f.tenantId IS NOT NULL
      RETURN f.memoryId AS memoryId, f.version AS version, f.tenantId AS tenantId`,
    entities: `UNWIND $p.nodes AS node MERGE (:${entity} {tenantId: node.tenantId, entity: node.key})`,
    values: `UNWIND $p.nodes AS node MERGE (:${value} {tenantId: node.tenantId, value: node.key})`,
    factsToEntities: create(`MATCH (o:${entity}) USING INDEX SEEK o:${entity}(tenantId, entity)
      WHERE o.tenantId = row.tenantId AND o.entity = row.objectEntity`),
    factsToValues: create(`MATCH (o:${value}) USING INDEX SEEK o:${value}(tenantId, value)
      WHERE o.tenantId = row.tenantId AND o.value = coalesce(row.valueHash, '')`),
    aliases: `UNWIND $p.aliases AS row
      MATCH (a:${entity}) USING INDEX SEEK a:${entity}(tenantId, entity)
        WHERE a.tenantId = row.tenantId AND a.entity = row.alias
      MATCH (e:${entity}) USING INDEX SEEK e:${entity}(tenantId, entity)
        WHERE e.tenantId = row.tenantId AND e.entity = row.entity
      CREATE (a)-[r:${alias}]->(e)
      SET r = row`,
    deleteKeys: `UNWIND $p.keys AS key MATCH ()-[r:${fact}]->() ${ofKey('r', fact)}
      WITH r, ${taken} DELETE r RETURN one, other`,
    deleteAliases: `UNWIND $p.keys AS key MATCH ()-[r:${alias}]->() ${ofKey('r', alias)}
      WITH r, ${taken} DELETE r RETURN one, other`,
    // A node that others are at is locked before it is looked at: a change that another one takes back leaves no trace.
    deleteOrphans: `MATCH (n) WHERE elementId(n) IN $p.ids
      SET n.isLooked = true REMOVE n.isLooked
      WITH n WHERE NOT EXISTS { (n)--() }
      DELETE n`,
    takeSubject: taking(`USING INDEX SEEK r:${fact}(tenantId, subjectId, memoryId, version)
      WHERE ${ofSubject} AND r.memoryId IS NOT NULL AND r.version IS NOT NULL`),
    takeSources: taking(`USING INDEX SEEK r:${fact}(tenantId, sourceId)
      WHERE ${ofSubject} AND r.sourceId IN $p.sourceIds`),
  };
}
