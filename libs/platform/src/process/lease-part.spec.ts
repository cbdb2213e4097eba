import { describe, expect, it } from '@jest/globals';
import type { LeaseOptions, Leases } from '@mneme/ports';
import { LeasePart } from './lease-part.js';

function world() {
  const state = { ended: 0, released: 0, options: undefined as LeaseOptions | undefined };
  let give: () => void = () => undefined;
  const given = new Promise<void>((resolve) => (give = resolve));
  const leases: Leases = {
    acquire: async (_name, options) => {
      state.options = options;
      await given;
      options.signal.throwIfAborted();
      return { release: async () => void (state.released += 1) };
    },
  };
  const logger = { info: () => undefined, error: () => undefined };
  const part = new LeasePart({ leases, logger }, 'erasure', () => void (state.ended += 1));
  return { state, part, give: () => give() };
}

describe('the turn of a process', () => {
  it('is waited for at the start, and given back at the stop', async () => {
    const { state, part, give } = world();
    let isActive = false;
    const started = Promise.resolve(part.start()).then(() => (isActive = true));
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(isActive).toBe(false);
    give();
    await started;
    await part.stop();
    expect(state).toMatchObject({ released: 1, ended: 0 });
  });

  it('ends the process when it is lost', async () => {
    const { state, part, give } = world();
    give();
    await part.start();
    state.options?.lost();
    expect(state.ended).toBe(1);
  });

  it('is no longer waited for when the process stops', async () => {
    const { part, give } = world();
    const started = Promise.resolve(part.start());
    await part.stop();
    give();
    await expect(started).rejects.toMatchObject({ name: 'AbortError' });
  });
});
