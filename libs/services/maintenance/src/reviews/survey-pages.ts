import type { SurveyedMemory } from '@mneme/domain';
import type { SurveyPage } from '@mneme/ports';
import type { MaintenanceConfig } from '../maintenance.config.js';

export interface SurveyedInPages {
  readonly read: (page: SurveyPage) => Promise<readonly SurveyedMemory[]>;
  /** What the order begins with. */
  readonly placeOf: (memory: SurveyedMemory) => number;
}

/** Pages of a survey, until its end or the limit of a round. */
export async function* inPages(
  { pageMemoriesMax: limit, roundMemoriesMax }: Pick<MaintenanceConfig, 'pageMemoriesMax' | 'roundMemoriesMax'>,
  { read, placeOf }: SurveyedInPages,
): AsyncGenerator<readonly SurveyedMemory[]> {
  let after: SurveyPage['after'];
  for (let count = 0; count < roundMemoriesMax;) {
    const page = await read({ limit, ...(after === undefined ? {} : { after }) });
    if (page.length > 0) yield page;
    const last = page.at(-1);
    if (last === undefined || page.length < limit) return;
    after = { at: placeOf(last), memoryId: last.memoryId };
    count += page.length;
  }
}
