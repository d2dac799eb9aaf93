import { type AuditedRequest, auditMark, requestsSince } from '../support/audit-log.ts';
import type { Bench, Figure } from './figure.ts';
import { median } from './statistics.ts';
import { createWorkload } from './workload.ts';

/** What a deploy asks of the API server. */
export async function requests(bench: Bench): Promise<Figure[]> {
  const cluster = await bench.cluster();
  if (cluster.auditLog === '') {
    bench.progress("requests are not counted: this cluster's audit log is not known");
    return [];
  }
  const images = [await cluster.image('good'), await cluster.image('good-2')] as const;
  const workload = await createWorkload(bench, cluster, 'bench-requests', images[0]);
  const deploys: AuditedRequest[][] = [];
  for (let run = 0; run < bench.runs; run++) {
    bench.progress(`requests, ${run + 1} of ${bench.runs}`);
    const mark = auditMark(cluster.auditLog);
    await workload.deploy(images[run % 2 === 0 ? 1 : 0], 'deployed');
    deploys.push(requestsSince(cluster.auditLog, mark));
    await workload.settle();
  }
  const note = 'without a migration, from the audit log';
  return [
    { what: 'requests of a good deploy', value: median(deploys.map(({ length }) => length)), unit: '', note },
    ...byKind(deploys),
  ];
}

/** The median of each verb and resource. */
function byKind(deploys: readonly AuditedRequest[][]): Figure[] {
  const say = ({ verb, resource, dryRun }: AuditedRequest) =>
    `${verb} ${resource}${dryRun ? ' (dry run)' : ''}`;
  const kinds = [...new Set(deploys.flat().map(say))].sort();
  return kinds.map((kind) => ({
    what: `  ${kind}`,
    value: median(deploys.map((all) => all.filter((request) => say(request) === kind).length)),
    unit: '',
    note: '',
  }));
}
