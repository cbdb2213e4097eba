/** The event log on Kafka, over kafkajs. */
export {};
