import { describe, expect, it } from '@jest/globals';
import { DEFAULT_POLICY, type TenantPolicy } from '@mneme/domain';
import { explainedPolicy } from './explain-policy.js';
import { patchedPolicy, refuseLoosened } from './policy-patch.js';

const DAYS = 'a whole number from 1 to 36500, or null';
const ALIKE = 'a number from 0.5 to 1';
const RATED_TOOLS = 'at most 200 names, each with a number from 0 to 1';
const toolsRated = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`tool-${i}`, 0.5]));
const patched = (patch: object, policy: TenantPolicy = DEFAULT_POLICY) =>
  patchedPolicy({ policy, purpose: 'standard' }, JSON.stringify(patch));

describe('a change of a policy', () => {
  it('changes what it names and nothing else', () => {
    const patch = { similarityMin: 0.8, retentionDays: { episode: null }, budgets: { turnsPerDay: 10 } };
    expect(patched(patch)).toEqual({
      ...DEFAULT_POLICY,
      similarityMin: 0.8,
      retentionDays: { ...DEFAULT_POLICY.retentionDays, episode: null },
      budgets: { turnsPerDay: 10, tokensPerDay: null },
    });
    expect(patched({})).toEqual(DEFAULT_POLICY);
    expect(patched({ writeFilter: { keepAtLeast: 4 }, reviewDays: { web: null } })).toEqual({
      ...DEFAULT_POLICY,
      writeFilter: { keepAtLeast: 4 },
      reviewDays: { ...DEFAULT_POLICY.reviewDays, web: null },
    });
  });

  it('changes one field of a group within a group', () => {
    const { maintenance } = patched({ maintenance: { audit: { episode: { action: 'remove' } } } });
    const { episode } = DEFAULT_POLICY.maintenance.audit;
    expect(maintenance).toEqual({
      ...DEFAULT_POLICY.maintenance,
      audit: { ...DEFAULT_POLICY.maintenance.audit, episode: { ...episode, action: 'remove' } },
    });
    const { critical } = patched({ maintenance: { critical: { predicates: ['owns'] } } }).maintenance;
    expect(critical).toEqual({ ...DEFAULT_POLICY.maintenance.critical, predicates: ['owns'] });
  });

  it('replaces the rated tools as a whole', () => {
    const rated = patched({ toolReliability: { crm: 0.9 } });
    expect(patched({ toolReliability: { erp: 1 } }, rated).toolReliability).toEqual({ erp: 1 });
    expect(patched({ similarityMin: 0.8 }, rated).toolReliability).toEqual({ crm: 0.9 });
    expect(patched({ toolReliability: toolsRated(200) }).toolReliability).toEqual(toolsRated(200));
  });

  it('lets only evaluation keep all', () => {
    const refused = expect.objectContaining({ detail: expect.objectContaining({ field: 'policy.keepAll' }) });
    expect(() => patched({ keepAll: true })).toThrow(refused);
    expect(patchedPolicy({ policy: DEFAULT_POLICY, purpose: 'evaluation' }, '{"keepAll":true}').keepAll).toBe(true);
  });

  it.each([
    [{ similarityMin: 1.1 }, 'policy.similarityMin', 'a number from 0 to 1', '1.1'],
    [{ similarityMin: '0.5' }, 'policy.similarityMin', 'a number from 0 to 1', 'a string'],
    [{ retentionDays: { fact: 0 } }, 'policy.retentionDays.fact', 'a whole number from 1 to 36500, or null', '0'],
    [{ retentionDays: { fact: 1.5 } }, 'policy.retentionDays.fact', 'a whole number from 1 to 36500, or null', '1.5'],
    [{ decayShare: { episode: -0.1 } }, 'policy.decayShare.episode', 'a number from 0 to 1', '-0.1'],
    [{ limits: { recallHitsMax: 51 } }, 'policy.limits.recallHitsMax', 'a whole number from 1 to 50, or null', '51'],
    [
      { budgets: { turnsPerDay: -1 } },
      'policy.budgets.turnsPerDay',
      'a whole number from 0 to 1000000000000, or null',
      '-1',
    ],
    [{ writeFilter: { keepAtLeast: -1 } }, 'policy.writeFilter.keepAtLeast', 'a number from 0 to 10', '-1'],
    [{ writeFilter: { keepAtLeast: 10.5 } }, 'policy.writeFilter.keepAtLeast', 'a number from 0 to 10', '10.5'],
    [{ toolReliability: { crm: 1.1 } }, 'policy.toolReliability.crm', RATED_TOOLS, '1.1'],
    [{ sourceRetentionDays: { web: 0 } }, 'policy.sourceRetentionDays.web', DAYS, '0'],
    [{ reviewDays: { agent: 36_501 } }, 'policy.reviewDays.agent', DAYS, '36501'],
    [
      { maintenance: { audit: { episode: { action: 'burn' } } } },
      'policy.maintenance.audit.episode.action',
      'none, lower, remove',
      'a string',
    ],
    [{ maintenance: { duplicates: { cosineMin: 0.4 } } }, 'policy.maintenance.duplicates.cosineMin', ALIKE, '0.4'],
    [
      { maintenance: { critical: { predicates: ['hates'] } } },
      'policy.maintenance.critical.predicates.0',
      'a list of at most 19 names',
      'a string',
    ],
  ])('%j is refused with its field, its bounds and what was sent', (patch, field, bounds, sent) => {
    expect(() => patched(patch)).toThrow(
      expect.objectContaining({
        code: 'invalid-input',
        message: expect.stringContaining(bounds),
        detail: { field, limit: bounds, sent },
      }),
    );
  });

  it.each([
    [{ toolReliability: toolsRated(201) }, 'policy.toolReliability'],
    [{ toolReliability: { '': 0.5 } }, 'policy.toolReliability.(unnamed)'],
  ])('refuses rated tools that are too many or have no name: %#', (patch, field) => {
    const detail = expect.objectContaining({ field, limit: RATED_TOOLS });
    expect(() => patched(patch)).toThrow(expect.objectContaining({ code: 'invalid-input', detail }));
  });

  it.each([
    [{ mood: 1 }, 'policy.mood'],
    [{ retentionDays: { dream: 1 } }, 'policy.retentionDays.dream'],
    [{ writeFilter: { keepAtMost: 3 } }, 'policy.writeFilter.keepAtMost'],
    [{ reviewDays: { oracle: 3 } }, 'policy.reviewDays.oracle'],
    [{ 'no name at all': 1 }, 'policy.(unnamed)'],
  ])('%j names no field of a policy', (patch, field) => {
    expect(() => patched(patch)).toThrow(expect.objectContaining({ code: 'invalid-input', detail: { field } }));
  });

  it('changes one field of a group within a group, and leaves its neighbours', () => {
    const { quarantine } = patched({ quarantine: { sources: { web: false } } });
    expect(quarantine).toEqual({
      ...DEFAULT_POLICY.quarantine,
      sources: { ...DEFAULT_POLICY.quarantine.sources, web: false },
    });
  });

  it('is JSON, and an object', () => {
    for (const text of ['{', '[]', '1', 'null']) {
      expect(() => patchedPolicy({ policy: DEFAULT_POLICY, purpose: 'standard' }, text)).toThrow(
        expect.objectContaining({ code: 'invalid-input' }),
      );
    }
  });
});

describe('a tenant', () => {
  const limited = patched({ budgets: { turnsPerDay: 10 }, limits: { recallHitsMax: 5 }, models: { tokensPerDay: 7 } });

  it('tightens limits and budgets', () => {
    expect(() => refuseLoosened(DEFAULT_POLICY, limited)).not.toThrow();
    expect(() => refuseLoosened(limited, patched({ budgets: { turnsPerDay: 9 } }, limited))).not.toThrow();
    expect(() => refuseLoosened(limited, patched({ similarityMin: 0 }, limited))).not.toThrow();
  });

  it.each([
    [{ budgets: { turnsPerDay: 11 } }, 'policy.budgets.turnsPerDay'],
    [{ budgets: { turnsPerDay: null } }, 'policy.budgets.turnsPerDay'],
    [{ limits: { recallHitsMax: 6 } }, 'policy.limits.recallHitsMax'],
    [{ models: { tokensPerDay: 8 } }, 'policy.models.tokensPerDay'],
  ])('does not loosen them: %j', (patch, field) => {
    expect(() => refuseLoosened(limited, patched(patch, limited))).toThrow(
      expect.objectContaining({ code: 'forbidden', detail: expect.objectContaining({ field }) }),
    );
  });
});

describe('an explained policy', () => {
  const fields = explainedPolicy({ policy: patched({ similarityMin: 0.8 }), purpose: 'standard' });
  const isGroup = (value: unknown): value is object =>
    typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0;
  const leaves = (whole: object): readonly string[] =>
    Object.entries(whole).flatMap(([name, value]: [string, unknown]) =>
      isGroup(value) ? leaves(value).map((leaf) => `${name}.${leaf}`) : [name],
    );

  it('has every field of the policy, each with bounds and what it does', () => {
    expect(fields.map(({ name }) => name).sort()).toEqual([...leaves(DEFAULT_POLICY)].sort());
    expect(fields.filter(({ about, bounds }) => about === '' || bounds === '')).toEqual([]);
  });

  it('gives values beside defaults', () => {
    expect(fields.find(({ name }) => name === 'similarityMin')).toMatchObject({ value: '0.8', defaultValue: '0.75' });
    expect(fields.find(({ name }) => name === 'retentionDays.fact')).toMatchObject({ value: 'null' });
  });
});
