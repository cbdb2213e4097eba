import { Unavailable } from '@mneme/domain';
import { AssignerProtocol, type Cluster } from 'kafkajs';
import { committedOf } from './kafka-reads.js';
import type { GroupBroker, KafkaConnection } from './kafka-connection.js';
import { isLostMembership, typeOf } from './kafka-errors.js';
import type { KafkaLimits } from './kafka-limits.js';

const { MemberAssignment, MemberMetadata } = AssignerProtocol;
const PROTOCOL = { name: 'mneme-round-robin', version: 0 };

export interface GroupPlace {
  readonly groupId: string;
  /** As Kafka names it. */
  readonly topic: string;
  readonly partitionCount: number;
}

/** One generation of the group, and what of it is this member's. */
export interface Membership {
  readonly memberId: string;
  readonly generationId: number;
  readonly partitions: readonly number[];
}

/** A member of a consumer group, by Kafka's own protocol. Errors are those of kafkajs. */
export class GroupMember {
  private memberId = '';
  private coordinator: { readonly cluster: Cluster; readonly broker: GroupBroker } | undefined;

  constructor(
    private readonly connection: KafkaConnection,
    private readonly place: GroupPlace,
    private readonly limits: KafkaLimits,
  ) {}

  /** Waits until all members are there, at most `rebalanceTimeoutMs`. */
  async join(): Promise<Membership> {
    const { groupId, topic } = this.place;
    const metadata = MemberMetadata.encode({ version: PROTOCOL.version, topics: [topic], userData: Buffer.of() });
    return this.ask(async (broker) => {
      const joined = await broker.joinGroup({
        groupId,
        sessionTimeout: this.limits.sessionTimeoutMs,
        rebalanceTimeout: this.limits.rebalanceTimeoutMs,
        memberId: this.memberId,
        groupProtocols: [{ name: PROTOCOL.name, metadata }],
      });
      const { memberId, generationId, leaderId, members } = joined;
      this.memberId = memberId;
      const groupAssignment = memberId === leaderId ? this.assign(members.map((member) => member.memberId)) : [];
      const synced = await broker.syncGroup({ groupId, generationId, memberId, groupAssignment });
      const decoded = MemberAssignment.decode(synced.memberAssignment);
      return { memberId, generationId, partitions: decoded?.assignment[topic] ?? [] };
    }, this.limits.rebalanceTimeoutMs);
  }

  async heartbeat({ memberId, generationId: groupGenerationId }: Membership): Promise<void> {
    const { groupId } = this.place;
    await this.ask((broker) => broker.heartbeat({ groupId, groupGenerationId, memberId }));
  }

  /** Refused by Kafka when the generation is over. */
  async commit(
    { memberId, generationId: groupGenerationId }: Membership,
    offsets: ReadonlyMap<number, number>,
  ): Promise<void> {
    const { groupId, topic } = this.place;
    const partitions = [...offsets].map(([partition, offset]) => ({ partition, offset: String(offset) }));
    await this.ask((broker) =>
      broker.offsetCommit({ groupId, groupGenerationId, memberId, topics: [{ topic, partitions }] }),
    );
  }

  /** By partition; undefined where the group never committed. */
  async committed(): Promise<readonly (number | undefined)[]> {
    const { groupId, topic, partitionCount } = this.place;
    const partitions = Array.from({ length: partitionCount }, (_, partition) => ({ partition }));
    return this.ask(async (broker) => {
      const { responses } = await broker.offsetFetch({ groupId, topics: [{ topic, partitions }] });
      return committedOf(responses, partitionCount);
    });
  }

  /** Frees this member's partitions for the others at once. */
  async leave(): Promise<void> {
    const { memberId } = this;
    if (memberId === '') return;
    this.memberId = '';
    await this.ask((broker) => broker.leaveGroup({ groupId: this.place.groupId, memberId }));
  }

  private assign(memberIds: readonly string[]) {
    // Kafka begins a member's id with its client's, so a process has the same partitions in each of its groups.
    const sorted = [...memberIds].sort();
    return sorted.map((memberId, at) => {
      const partitions = Array.from({ length: this.place.partitionCount }, (_, partition) => partition);
      const own = partitions.filter((partition) => partition % sorted.length === at);
      const assignment = own.length === 0 ? {} : { [this.place.topic]: own };
      return {
        memberId,
        memberAssignment: MemberAssignment.encode({ version: PROTOCOL.version, assignment, userData: Buffer.of() }),
      };
    });
  }

  private async ask<T>(request: (broker: GroupBroker) => Promise<T>, waitMs = 0): Promise<T> {
    return this.connection.use(async (cluster) => {
      try {
        return await request(await this.coordinatorOf(cluster));
      } catch (error) {
        if (typeOf(error) === 'UNKNOWN_MEMBER_ID') this.memberId = '';
        // Also after an answer such as "not the coordinator": it is looked for anew.
        if (!isLostMembership(error)) this.coordinator = undefined;
        throw error;
      }
    }, waitMs);
  }

  private async coordinatorOf(cluster: Cluster): Promise<GroupBroker> {
    if (this.coordinator?.cluster === cluster) return this.coordinator.broker;
    const found = await cluster.findGroupCoordinator({ groupId: this.place.groupId });
    if (found === undefined) throw new Unavailable('the group has no coordinator');
    const broker = found as unknown as GroupBroker;
    this.coordinator = { cluster, broker };
    return broker;
  }
}
