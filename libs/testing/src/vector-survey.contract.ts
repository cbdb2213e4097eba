import { beforeAll, describe, expect, it } from '@jest/globals';
import { subjectRef } from '@mneme/domain';
import type { VectorIndex, VectorSurvey } from '@mneme/ports';
import { randomMemoryId, randomSubjectId, randomTenantId } from './builders.js';
import { A_MODEL, anIndexedMemory, unitVector } from './indexed-memory.js';

export interface VectorSurveyFixture {
  readonly survey: VectorSurvey;
  readonly index: Pick<VectorIndex, 'upsert'>;
}

/** What every survey of vectors must do. */
export function vectorSurveyContract(make: () => Promise<VectorSurveyFixture>): void {
  describe('vector survey', () => {
    let fixture: VectorSurveyFixture;
    beforeAll(async () => {
      fixture = await make();
    });

    it('gives the vectors of a subject as they were stored, chunk by chunk', async () => {
      const owner = { tenantId: randomTenantId(), subjectId: randomSubjectId() };
      const vectors = [unitVector(1, 2, 3, 4), unitVector(0, 0, 1, 0)];
      const memory = anIndexedMemory('red kite over hills', { memory: owner, vectors });
      await fixture.index.upsert([memory]);
      const found = await fixture.survey.surveyVectors(subjectRef(owner.tenantId, owner.subjectId), {
        model: A_MODEL,
        memoryIds: [memory.memoryId, randomMemoryId()],
      });
      expect([...found]).toEqual([[memory.memoryId, { version: memory.version, vectors }]]);
    });

    it("gives nothing of another subject's, tenant's or model's", async () => {
      const owner = { tenantId: randomTenantId(), subjectId: randomSubjectId() };
      const memory = anIndexedMemory('red kite', { memory: owner });
      await fixture.index.upsert([memory]);
      const memoryIds = [memory.memoryId];
      for (const [tenantId, subjectId, model] of [
        [owner.tenantId, randomSubjectId(), A_MODEL],
        [randomTenantId(), owner.subjectId, A_MODEL],
        [owner.tenantId, owner.subjectId, 'another-model'],
      ] as const) {
        expect((await fixture.survey.surveyVectors(subjectRef(tenantId, subjectId), { model, memoryIds })).size).toBe(
          0,
        );
      }
    });
  });
}
