import { type MemoryId, MemoryId as MemoryIdSchema, type TenantId } from '@mneme/events';
import { InvalidInput, LimitExceeded, type SurveyedMemory, tenantRef } from '@mneme/domain';
import type { Clock, MemorySurvey, SurveyPlace } from '@mneme/ports';
import { z } from 'zod';
import { decodedCursor, encodedCursor } from '../cursors.js';

export interface ReviewsPage {
  readonly reviews: readonly SurveyedMemory[];
  readonly nextCursor?: string | undefined;
}

const PAGE_SIZE = 50;
const PAGE_SIZE_MAX = 200;
const Place = z.strictObject({ at: z.int(), memoryId: MemoryIdSchema });

/** Memories of a tenant whose review is due, the longest due first. */
export class DueReviews {
  constructor(private readonly ports: { readonly survey: MemorySurvey; readonly clock: Clock }) {}

  /** @throws InvalidInput for a cursor that is none; LimitExceeded `pageSizeMax`. */
  async list(
    tenantId: TenantId,
    { pageSize = PAGE_SIZE, cursor }: { readonly pageSize?: number | undefined; readonly cursor?: string | undefined },
  ): Promise<ReviewsPage> {
    refuseSize(pageSize);
    const after = cursor === undefined ? undefined : decodedCursor(Place, cursor);
    const page = { limit: pageSize, nowMs: this.ports.clock.nowMs(), ...(after === undefined ? {} : { after }) };
    const reviews = await this.ports.survey.surveyDue(tenantRef(tenantId), page);
    const last = reviews.at(-1);
    const isLast = last === undefined || reviews.length < pageSize;
    return { reviews, nextCursor: isLast ? undefined : encodedCursor(placeOf(last)) };
  }
}

function placeOf({ reviewByMs = 0, memoryId }: { reviewByMs?: number; memoryId: MemoryId }): SurveyPlace {
  return { at: reviewByMs, memoryId };
}

function refuseSize(pageSize: number): void {
  const detail = { field: 'pageSize', limit: `pageSizeMax=${PAGE_SIZE_MAX}`, sent: String(pageSize) };
  if (pageSize > PAGE_SIZE_MAX) throw new LimitExceeded('a page is no longer than the limit', detail);
  if (pageSize < 1) throw new InvalidInput('a page has at least one memory', detail);
}
