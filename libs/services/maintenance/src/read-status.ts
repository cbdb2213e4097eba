import { TOPICS, type TopicName } from '@mneme/events';
import type { Embedder, EventLog } from '@mneme/ports';
import type { Metrics } from '@mneme/platform';
import type { GetStatusResponse, GroupLag } from '@mneme/proto';

export interface StatusSources {
  readonly log: EventLog;
  readonly embedder: Embedder;
  /** Models of which the live stores have vectors. */
  readonly vectorModels: () => readonly string[];
  readonly metrics: Metrics;
  readonly version: string;
  /** Where the data is, and how many bytes it takes now; absent where no disk of this process has it. */
  readonly dataDirectory: string;
  readonly diskBytes?: (() => Promise<number>) | undefined;
}

export const GROUPS: readonly (readonly [group: string, topic: TopicName])[] = [
  ['write-filter', TOPICS.turns.name],
  ['graph-extractor', TOPICS.memories.name],
  ['catalogue', TOPICS.memories.name],
  ['embedder', TOPICS.memories.name],
  ['fact-graph', TOPICS.memories.name],
  ['access-counts', TOPICS.recalls.name],
];

/** How the service is: memory, disk, and how far each consumer group is behind. */
export class ReadStatus {
  constructor(private readonly sources: StatusSources) {}

  async read(): Promise<GetStatusResponse> {
    const { metrics, embedder, version, dataDirectory, diskBytes, vectorModels } = this.sources;
    const others = vectorModels().filter((model) => model !== embedder.model.id);
    return {
      version,
      uptimeS: process.uptime(),
      rssBytes: process.memoryUsage.rss(),
      dataDirectory,
      diskBytes: (await diskBytes?.()) ?? 0,
      lags: await Promise.all(GROUPS.map(([group, topic]) => this.lagOf(group, topic))),
      embeddingModels: [embedder.model.id, ...others],
      counters: [...(await metrics.totalsOfAll())],
    };
  }

  private async lagOf(group: string, topic: TopicName): Promise<GroupLag> {
    const ends = await this.sources.log.endOffsets(topic);
    const committed = await this.sources.log.committedOffsets(group, topic);
    const behind = ends.map((end, partition) => Math.max(0, end - (committed[partition] ?? 0)));
    return { group, topic, recordsBehind: behind.reduce((sum, records) => sum + records, 0) };
  }
}
