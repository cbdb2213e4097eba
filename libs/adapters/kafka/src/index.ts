/**
 * The event log on Kafka, over kafkajs: topics that many processes share, groups whose partitions are spread over their
 * members, and what rests of a person in the topics.
 */
export { type KafkaOptions, type KafkaPorts, openKafka } from './open-kafka.js';
export { DEFAULT_KAFKA_LIMITS, type KafkaLimits } from './kafka-limits.js';
export type { KafkaLog } from './kafka-log.js';
