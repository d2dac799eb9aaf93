import { controllerCases } from './cases/controller.ts';
import { crashCases } from './cases/crash.ts';
import { creationCases } from './cases/creation.ts';
import { imageCases } from './cases/image.ts';
import { jobCases } from './cases/job.ts';
import { placementCases } from './cases/placement.ts';
import { readinessCases } from './cases/readiness.ts';
import { startCases } from './cases/start.ts';
import type { Case } from './support/case.ts';

/** Every way for a deploy to go wrong that a cluster of one node can bring about, by what is wrong. */
export const cases: Readonly<Record<string, readonly Case[]>> = {
  image: imageCases,
  start: startCases,
  crash: crashCases,
  readiness: readinessCases,
  placement: placementCases,
  creation: creationCases,
  controller: controllerCases,
  job: jobCases,
};
