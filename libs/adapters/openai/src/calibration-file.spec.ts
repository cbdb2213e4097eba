import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { removeTemporaryDirectories, temporaryDirectory } from '@mneme/testing';
import { readCalibration } from './calibration-file.js';

removeTemporaryDirectories();

const knots = [
  [-1, 0],
  [0.5, 0.6],
  [1, 1],
];

function fileOf(text: string): string {
  const file = join(temporaryDirectory(), 'calibration.json');
  writeFileSync(file, text);
  return file;
}

describe('readCalibration', () => {
  it('reads the knots of its model', () => {
    expect(readCalibration(fileOf(JSON.stringify({ model: 'm-8@1', knots })), 'm-8@1')).toEqual(knots);
  });

  it.each([
    ['of another model', JSON.stringify({ model: 'm-9@1', knots }), /is the calibration of m-9@1, not of m-8@1/],
    ['that is no JSON', '{', /is not a calibration/],
    ['that falls', JSON.stringify({ model: 'm-8@1', knots: [...knots].reverse() }), /is not a calibration/],
  ])('refuses one %s in one line that says what to run', (_, text, message) => {
    expect(() => readCalibration(fileOf(text), 'm-8@1')).toThrow(message);
    expect(() => readCalibration(fileOf(text), 'm-8@1')).toThrow(/^[^\n]*npm run calibrate$/);
  });

  it('says where it looked for one that is missing', () => {
    expect(() => readCalibration('/nowhere/calibration.json', 'm-8@1')).toThrow(
      'there is no calibration of m-8@1 at /nowhere/calibration.json; make one with: npm run calibrate',
    );
  });
});
