import { randomBytes } from 'node:crypto';
import { Metadata } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Test, type TestingModule } from '@nestjs/testing';
import type { AgentId } from '@mneme/events';
import { type Right, secretHashOf } from '@mneme/domain';
import { ErasureController, ErasureModule, RunErasures } from '@mneme/erasure-service';
import { Readiness } from '@mneme/platform';
import { eventually } from '@mneme/testing';
import { EnginesModule } from '@mneme/wiring';
import { ErasureWorld, QUICK } from './erasure-world.js';

describe('the erasure module', () => {
  let world: ErasureWorld;
  let app: TestingModule;

  beforeAll(async () => {
    world = await ErasureWorld.open();
    const { metrics, logger, engines } = world;
    const surroundings = EnginesModule.register(engines, { metrics, logger, readiness: new Readiness() });
    app = await Test.createTestingModule({ imports: [surroundings, ErasureModule.register(QUICK)] }).compile();
    app.get(RunErasures).start();
  });

  afterAll(async () => {
    await app.get(RunErasures).stop();
    await app.close();
    await world.close();
  });

  /** Metadata of a call with a new key of the tenant. */
  async function keyWith(...rights: readonly Right[]): Promise<Metadata> {
    const { controlStore } = world.engines.stores;
    const { tenantId } = world;
    const agentId = 'officer' as AgentId;
    const keyId = randomBytes(8).toString('hex');
    const secret = randomBytes(32).toString('base64url');
    await controlStore.putAgent({ tenantId, agentId, teamIds: [] });
    const createdAt = '2026-01-01T00:00:00.000Z';
    const key = { keyId, secretHash: secretHashOf(secret), tenantId, agentId, rights, minTrust: 0, createdAt };
    await controlStore.createApiKey(key);
    const metadata = new Metadata();
    metadata.set('authorization', `Bearer mneme_${keyId}_${secret}`);
    return metadata;
  }

  it('serves every call on the ports that wiring gives it', async () => {
    await world.populate('ada');
    const controller = app.get(ErasureController);
    const metadata = await keyWith('erase', 'admin');
    const { erasureId } = await controller.eraseUser({ userId: 'ada', legalBasis: 'gdpr-17' }, metadata);
    await eventually('it is done', async () => (await controller.getErasure({ erasureId }, metadata)).done);
    expect(await controller.getErasure({ erasureId }, metadata)).toMatchObject({ verdict: 'clean' });
    expect((await controller.listErasures({}, metadata)).erasures).toHaveLength(1);
    expect(await controller.enrolUser({ userId: 'ada' }, metadata)).toEqual({ epoch: 3 });
    expect(await controller.setLegalHold({ userId: 'ada', name: 'case 7' }, metadata)).toEqual({});
    const held = controller.eraseUser({ userId: 'ada', legalBasis: 'gdpr-17' }, metadata);
    await expect(held).rejects.toMatchObject({ code: 'legal-hold' });
  });

  it('hears nobody without a key', async () => {
    const refused = app.get(ErasureController).listErasures({}, new Metadata());
    await expect(refused).rejects.toMatchObject({ code: 'unauthenticated' });
  });
});
