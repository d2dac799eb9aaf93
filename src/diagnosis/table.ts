import type { ContainerSubject, CreatorSubject, PodSubject, Row, WorkloadSubject } from './row.ts';
import { workloadRows } from './rows/controller.ts';
import { crashRows } from './rows/crash.ts';
import { creatorRows } from './rows/creation.ts';
import { imageRows } from './rows/image.ts';
import { type JobSubject, jobRows } from './rows/job.ts';
import { logRows } from './rows/log.ts';
import { disruptionRows, placementRows } from './rows/placement.ts';
import { podReadinessRows, readinessRows } from './rows/readiness.ts';
import { startRows } from './rows/start.ts';

// The table of reasons. Within a list the first row that recognises a subject is taken.

/** Symptoms of a container. */
export const containerRows: readonly Row<ContainerSubject>[] = [
  ...imageRows,
  ...startRows,
  ...crashRows,
  ...readinessRows,
];

/** Symptoms of a whole pod, looked for where none of its containers shows any. */
export const podRows: readonly Row<PodSubject>[] = [...disruptionRows, ...placementRows, ...podReadinessRows];

export { creatorRows, disruptionRows, jobRows, logRows, startRows, workloadRows };

/** The reasons in the order of the docs, with their rows; a reason that has several rows is one of several symptoms. */
export const table: readonly {
  readonly title: string;
  readonly rows: readonly Pick<Row<never>, 'reason' | 'symptom' | 'cause' | 'next' | 'patience'>[];
}[] = [
  { title: 'The image', rows: imageRows },
  { title: 'Starting a container', rows: [...startRows, ...logRows] },
  { title: 'Crashes', rows: crashRows },
  { title: 'Readiness', rows: [...readinessRows, ...podReadinessRows] },
  { title: 'Placement', rows: placementRows },
  { title: 'Creating pods', rows: creatorRows },
  { title: 'Disruption', rows: disruptionRows },
  { title: 'The controller', rows: workloadRows },
  { title: 'Jobs', rows: jobRows },
];

export type { ContainerSubject, CreatorSubject, JobSubject, PodSubject, WorkloadSubject };
