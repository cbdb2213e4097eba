import { describe, expect, it } from '@jest/globals';
import { classifyTask } from './classify-task.js';

const task = classifyTask([
  { name: 'fact', meaning: 'something holds' },
  { name: 'decision', meaning: 'something was settled' },
]);

describe('the labels of an answer', () => {
  it('are those that were asked about, once each and in that order', () => {
    const checked = task.check(['urgent', 'decision', 7, null, 'fact', 'fact'], { role: 'user', content: 'x' });
    expect(checked).toEqual({ value: { labels: ['fact', 'decision'] }, itemsRefused: 3 });
  });

  it('are explained in the instructions, and closed in the form of the answer', () => {
    expect(task.instructions).toContain('- fact: something holds');
    expect(JSON.stringify(task.schema)).toContain('"enum":["fact","decision"]');
  });
});
