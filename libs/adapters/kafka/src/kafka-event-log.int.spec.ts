import { afterAll, describe } from '@jest/globals';
import { engineAddress, eventLogContract, subjectTopicsContract } from '@mneme/testing';
import { OwnTopics } from './own-topics.js';

const topics = new OwnTopics(engineAddress('kafka').split(','));
afterAll(() => topics.remove());

describe('on Kafka', () => {
  eventLogContract(async () => (await topics.open({ partitionCount: 4 })).log, { compaction: 'later' });
  subjectTopicsContract(async () => topics.open({ partitionCount: 4 }));
});
