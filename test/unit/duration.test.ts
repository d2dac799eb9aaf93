import { describe, expect, it } from 'vitest';
import { parseDuration, sayDuration } from '../../src/duration.ts';

describe('parseDuration', () => {
  it.each([
    ['90s', 90],
    ['10m', 600],
    ['1h30m', 5400],
    ['1h0m0s', 3600],
    ['1.5h', 5400],
    ['500ms', 0.5],
    ['0', 0],
    ['0s', 0],
    ['2m30.5s', 150.5],
    ['1us', 1e-6],
    ['1µs', 1e-6],
    ['1ns', 1e-9],
  ])('reads %s', (text, seconds) => {
    expect(parseDuration(text)).toBeCloseTo(seconds, 12);
  });

  it.each(['', '10', '10 m', ' 10m', '10m ', '-5m', '10M', '10min', '1d', 'm', '1e3s', '1,5h', '5m!', '٥m'])(
    'refuses %j',
    (text) => {
      expect(parseDuration(text)).toBeUndefined();
    },
  );
});

describe('sayDuration', () => {
  it.each([
    [0, '0 s'],
    [-1, '0 s'],
    [0.04, '0 s'],
    [0.44, '0.4 s'],
    [0.99, '1 s'],
    [7.2, '7 s'],
    [59.4, '59 s'],
    [59.6, '1 min'],
    [60, '1 min'],
    [125, '2 min 5 s'],
    [600, '10 min'],
    [3599.7, '1 h'],
    [3600, '1 h'],
    [3780, '1 h 3 min'],
    [7199, '1 h 59 min'],
  ])('says %d as %s', (seconds, text) => {
    expect(sayDuration(seconds)).toBe(text);
  });
});
