import type { V1ControllerRevision, V1Pod, V1PodTemplateSpec } from '@kubernetes/client-node';
import type { JsonPatchOperation } from '../client.ts';
import { ownMarks } from '../marks.ts';
import type { Revision, WorkloadObject, WorkloadView } from './kind.ts';
import { annotationPatch } from './patch.ts';
import { equalIgnoringHash } from './template.ts';

// What StatefulSets and DaemonSets have in common: their revisions are ControllerRevisions, and their pods are their
// own, without anything in between.

/** Label of a pod, and of a DaemonSet's ControllerRevision, that says which revision it is of. */
export const revisionHash = 'controller-revision-hash';

/**
 * The workload's revisions, newest first.
 *
 * @param hashOf the value of {@link revisionHash} that the revision's pods carry.
 */
export function revisionsOf(
  view: WorkloadView,
  hashOf: (revision: V1ControllerRevision) => string,
): Revision[] {
  const { uid } = view.workload.metadata ?? {};
  const available = new Map<string | undefined, number>();
  for (const { metadata } of ownPods(view).filter(serves)) {
    const hash = metadata?.labels?.[revisionHash];
    available.set(hash, (available.get(hash) ?? 0) + 1);
  }
  return (view.holders as V1ControllerRevision[])
    .filter(({ metadata }) =>
      metadata?.ownerReferences?.some((owner) => owner.controller && owner.uid === uid),
    )
    .map((holder): Revision => {
      const hash = hashOf(holder);
      return {
        number: holder.revision,
        holder: holder.metadata?.name ?? '',
        holderUid: holder.metadata?.uid ?? '',
        template: templateIn(holder),
        hash,
        annotations: holder.metadata?.annotations ?? {},
        available: available.get(hash) ?? 0,
      };
    })
    .sort((a, b) => b.number - a.number);
}

/** A revision's data is a strategic merge patch; `$patch: replace` in its template is the patch's, not the template's. */
function templateIn({ data }: V1ControllerRevision): V1PodTemplateSpec {
  const patch = data as { spec?: { template?: V1PodTemplateSpec & { $patch?: string } } } | undefined;
  const { $patch: _, ...template } = patch?.spec?.template ?? {};
  return template;
}

/**
 * The newest revision with the template that the workload bears. It is answered with that very template: after an
 * upgrade of the cluster, a revision written before may lack fields that are defaulted now.
 */
export function currentOf(
  { workload }: WorkloadView,
  revisions: readonly Revision[],
  isNamed: (revision: Revision) => boolean = () => false,
): Revision | undefined {
  const template = workload.spec?.template;
  if (template === undefined) return undefined;
  const current =
    revisions.find(isNamed) ?? revisions.find((each) => equalIgnoringHash(each.template, template));
  return current && { ...current, template };
}

/** The workload's pods that carry the hash. */
export function podsWith(view: WorkloadView, hash: string): V1Pod[] {
  return ownPods(view).filter(({ metadata }) => metadata?.labels?.[revisionHash] === hash);
}

/** All of the workload's pods. */
export function ownPods({ workload, pods }: WorkloadView): V1Pod[] {
  return pods.filter(({ metadata }) =>
    metadata?.ownerReferences?.some(({ uid }) => uid === workload.metadata?.uid),
  );
}

/** Whether the pod is ready, and is to stay. */
export function serves({ metadata, status }: V1Pod): boolean {
  return (
    metadata?.deletionTimestamp === undefined &&
    (status?.conditions?.some((each) => each.type === 'Ready' && each.status === 'True') ?? false)
  );
}

/**
 * The controller's last word on creating pods, where that is a refusal.
 *
 * Only events are compared with each other: their times are whole seconds of one clock, which is not ours.
 */
export function refusal({ events = [] }: WorkloadView): string | undefined {
  const latest = (reason: string) =>
    events
      .filter((event) => event.reason === reason)
      .reduce<(typeof events)[number] | undefined>(
        (last, each) => (last && last.lastSeen >= each.lastSeen ? last : each),
        undefined,
      );
  const [failed, made] = [latest('FailedCreate'), latest('SuccessfulCreate')];
  return failed && (made === undefined || made.lastSeen < failed.lastSeen) ? failed.message : undefined;
}

/**
 * kubectl's undo (the revision's template replaces the present one), but for two points: it applies only while the
 * template is the one in `workload`, and what this program wrote goes back to what it had written for the revision.
 * https://github.com/kubernetes/kubectl/blob/master/pkg/polymorphichelpers/rollback.go
 */
export function undoPatch(workload: WorkloadObject, revision: Revision): JsonPatchOperation[] {
  return [
    { op: 'test', path: '/metadata/uid', value: workload.metadata?.uid },
    { op: 'test', path: '/spec/template', value: workload.spec?.template },
    { op: 'replace', path: '/spec/template', value: revision.template },
    ...annotationPatch(
      workload.metadata?.annotations,
      Object.fromEntries(ownMarks.map((mark) => [mark, revision.annotations[mark]])),
    ),
  ];
}
