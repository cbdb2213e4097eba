import { describe, expect, it } from '@jest/globals';
import { Secret } from './config.js';
import { packConfig, unpackConfig } from './thread-config.js';

const config = {
  name: 'mneme',
  limit: 5,
  none: undefined,
  model: { engine: 'openai', apiKey: new Secret('hunter2'), keys: [new Secret('a'), 'b'] },
};

describe('a configuration for a thread', () => {
  it('arrives with its secrets, and they still do not print', () => {
    const arrived = unpackConfig<typeof config>(structuredClone(packConfig(config)));
    expect(arrived).toEqual(config);
    expect(arrived.model.apiKey.reveal()).toBe('hunter2');
    expect((arrived.model.keys[0] as Secret).reveal()).toBe('a');
    expect(JSON.stringify(arrived)).not.toContain('hunter2');
  });
});
