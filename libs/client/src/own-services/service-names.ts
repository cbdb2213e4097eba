/** The services of the distributed profile, each a process; the order in which they are stopped. */
export const SERVICE_NAMES = [
  'ingest',
  'retrieval',
  'maintenance',
  'erasure',
  'write-filter',
  'graph-extractor',
  'embedder',
] as const;

export type ServiceName = (typeof SERVICE_NAMES)[number];

/** How many processes of each are started when nothing else is said. */
export const PROCESS_COUNTS: Readonly<Record<ServiceName, number>> = {
  ingest: 1,
  retrieval: 1,
  maintenance: 1,
  erasure: 1,
  'write-filter': 2,
  'graph-extractor': 2,
  embedder: 2,
};
