import { expect, it } from 'vitest';
import type { Diagnosis } from '../../../src/diagnosis/diagnosis.ts';
import { TakenAway } from '../../../src/diagnosis/taken-away.ts';
import { diagnosisOf } from '../builders.ts';

const evicted = diagnosisOf({ reason: 'evicted', about: 'ended-pod', object: 'pod/web-1', hopeless: false });
const unready = diagnosisOf({ reason: 'not-ready', object: 'pod/web-2', hopeless: false });
const crash = diagnosisOf({ reason: 'crash', object: 'pod/web-3' });
const scaled = diagnosisOf({ reason: 'scaled', about: 'workload', hopeless: false });

/** What stands in which order at the last of some looks, each at a second. */
function toldAfter(...looks: readonly (readonly [number, readonly Diagnosis[]])[]): string[] {
  const takenAway = new TakenAway();
  let told: readonly Diagnosis[] = [];
  for (const [second, diagnoses] of looks) {
    takenAway.note({ diagnoses, hopeless: false }, second * 1000);
    told = takenAway.among({ diagnoses, hopeless: false }, second * 1000).diagnoses;
  }
  return told.map(({ reason, count }) => (count > 1 ? `${count} ${reason}` : reason));
}

const twice = { ...evicted, count: 2 };

it.each<[string, string[], string[]]>([
  ['before what may heal', toldAfter([0, [evicted]], [5, [unready]]), ['evicted', 'not-ready']],
  [
    'after what is hopeless',
    toldAfter([0, [evicted]], [5, [crash, unready]]),
    ['crash', 'evicted', 'not-ready'],
  ],
  ['for a minute', toldAfter([0, [evicted]], [60, [unready]]), ['evicted', 'not-ready']],
  ['and no longer', toldAfter([0, [evicted]], [61, [unready]]), ['not-ready', 'evicted']],
  [
    'and no longer, though its remains are still there',
    toldAfter([0, [evicted]], [61, [evicted, unready]]),
    ['not-ready', 'evicted'],
  ],
  [
    'for a minute after the last',
    toldAfter([0, [evicted]], [50, [twice]], [100, [twice, unready]]),
    ['2 evicted', 'not-ready'],
  ],
  ['where nothing else is wrong', toldAfter([0, [evicted]], [300, [scaled]]), ['evicted', 'scaled']],
  ['never where none was', toldAfter([0, [unready]], [5, [unready, scaled]]), ['not-ready', 'scaled']],
])('a pod that was taken away is told %s', (_, told, expected) => {
  expect(told).toEqual(expected);
});
