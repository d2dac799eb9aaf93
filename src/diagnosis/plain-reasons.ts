/** A reason that no object shows: what happened, and what to do. */
export interface PlainReason {
  readonly reason: string;
  readonly cause: string;
  readonly next: string;
}

/** Reasons beside the table's: how a step may end without one symptom to point at. */
export const plainReasons: readonly PlainReason[] = [
  {
    reason: 'progress-deadline-exceeded',
    cause:
      'The Deployment controller gave this rollout up (`progressDeadlineSeconds`), and no pod shows why.',
    next: "Look at the pods, and at the ReplicaSet's events (kubectl describe).",
  },
  {
    reason: 'timeout',
    cause: 'The timeout is over, and no pod shows why.',
    next: "Look at the pods (kubectl describe); raise the input 'timeout' if they are only slow.",
  },
  {
    reason: 'scaled-to-zero',
    cause:
      'The workload was scaled to zero during the rollout (or no node takes its pods any more), so nothing shows whether the image works.',
    next: 'Scale it, then run the step again.',
  },
  {
    reason: 'mixed-image-digests',
    cause:
      'Every pod is ready, but they run different images: what the tag stands for was changed during the rollout.',
    next: 'Deploy by digest (`image: …@sha256:…`), or by a tag that is pushed once.',
  },
  {
    reason: 'wrong-image-digest',
    cause:
      'The image was named by its digest, and pods run another one: an admission policy changed it when they were created.',
    next: 'Look for the webhook or policy that changes the images of pods in this namespace.',
  },
  {
    reason: 'users-saw-errors',
    cause: 'More requests to `watch-url` failed than `watch-max-errors` allows.',
    next: 'See in the summary when they failed, and how. 5xx right after a new pod is ready: its readiness probe says so too early. Connections refused or closed: old pods end before they get no more requests; give them a preStop pause.',
  },
  {
    reason: 'superseded',
    cause: 'Somebody else changed the workload during the rollout. Nothing was undone.',
    next: 'Look at that change; run the step again if its image is still wanted.',
  },
  {
    reason: 'deleted',
    cause: 'The workload was deleted, or another of its name has taken its place.',
    next: 'Find out who deleted it, and why; there is nothing to undo.',
  },
  {
    reason: 'changed-meanwhile',
    cause: 'Somebody else changed the workload after it had been checked; the image was not set.',
    next: 'Look at that change; if this deploy is still wanted, run it again.',
  },
  {
    reason: 'watch-failed',
    cause: 'The API server refused to go on showing the workload.',
    next: "Check the credentials' permissions and lifetime.",
  },
  {
    reason: 'revision-gone',
    cause: 'The revision to go back to is no longer in the history.',
    next: 'Set the image that ran before by hand; raise `revisionHistoryLimit`.',
  },
  {
    reason: 'undo-error',
    cause: 'The API server did not let the undo be done.',
    next: 'See what its message says, and undo by hand.',
  },
  {
    reason: 'migration-failed',
    cause: 'The migration ended with an error; its last log lines say which.',
    next: 'Correct the migration, and run the step again. The workload was not touched.',
  },
  {
    reason: 'migration-timeout',
    cause: 'The migration did not end within `migration-timeout`.',
    next: "See in its log what it waits for; raise 'migration-timeout' if it is only slow.",
  },
  {
    reason: 'migration-deleted',
    cause: 'The Job was deleted by somebody else before it had ended.',
    next: 'Find out how far it came before it is run again.',
  },
  {
    reason: 'verify-job-failed',
    cause: 'The `verify-job` ended with an error, or could not start.',
    next: 'Read its last log lines; mend the image, or the Job.',
  },
  {
    reason: 'verify-job-timeout',
    cause: 'The `verify-job` did not end within `verify-timeout`.',
    next: "See in its log what it waits for; raise 'verify-timeout' if it is only slow.",
  },
  {
    reason: 'verify-job-deleted',
    cause: 'The `verify-job` was deleted by somebody else before it had ended.',
    next: 'Run the step again.',
  },
  {
    reason: 'verify-command-failed',
    cause: 'The `verify-command` ended with another exit code than 0.',
    next: 'Read what it printed last; mend the image, or the command.',
  },
  {
    reason: 'verify-command-timeout',
    cause: 'The `verify-command` did not end within `verify-timeout`, and was ended.',
    next: "See in its output what it waits for; raise 'verify-timeout' if it is only slow.",
  },
  {
    reason: 'verify-port-failed',
    cause: 'There is no way to the `verify-port`: no such port or Service, or no pod is ready.',
    next: "Correct the input 'verify-port', or the Service.",
  },
  {
    reason: 'restarted-after-rollout',
    cause: 'A container ended after the rollout was complete, while it was verified or baked.',
    next: 'Mend what its last log lines say, and deploy again.',
  },
  {
    reason: 'unready-after-rollout',
    cause: 'A pod was no longer ready, for more than three seconds, while the rollout was verified or baked.',
    next: 'See what its readiness probe answers, and why, in its last log lines.',
  },
  {
    reason: 'evicted-after-rollout',
    cause:
      'The kubelet evicted a pod, for what it uses or its node lacks, while the rollout was verified or baked.',
    next: "Look at the node's conditions, and at the pod's requests and ephemeral-storage limits.",
  },
  {
    reason: 'unavailable-after-rollout',
    cause:
      'Pods were taken away while the rollout was verified or baked, and not replaced within `timeout` after that.',
    next: 'Look at the pods (kubectl describe), and at the nodes.',
  },
  {
    reason: 'locked',
    cause: 'Another run deploys the same workload, and still did after `lock-timeout`.',
    next: "Wait for that run, then run this again; or raise 'lock-timeout'.",
  },
  {
    reason: 'migration-running',
    cause:
      'A migration of the workload still runs, and still did after `lock-timeout`; two must not run at once.',
    next: 'Run the step again once it has ended.',
  },
  {
    reason: 'lock-lost',
    cause: 'Another run took the lock over, since this one did not renew it in time.',
    next: 'See what that run makes of it; this one has stopped changing things.',
  },
  {
    reason: 'interrupted',
    cause: 'The workflow was cancelled, or the step was killed.',
    next: 'The summary says how the workload stands.',
  },
  {
    reason: 'invalid-input',
    cause: 'An input cannot be used. No request was sent.',
    next: 'Correct the inputs in the workflow (with: …).',
  },
  {
    reason: 'invalid-kubeconfig',
    cause: 'The kubeconfig, or a credential that it names, cannot be used.',
    next: "Check the inputs 'kubeconfig' and 'context'.",
  },
  {
    reason: 'api-server-unreachable',
    cause: 'The API server does not answer.',
    next: "Check the runner's way to it: its address, a proxy, a VPN or the cluster's allow-list.",
  },
  {
    reason: 'unauthorised',
    cause: 'The cluster does not, or no longer, accept the credentials.',
    next: 'Renew the credentials.',
  },
  { reason: 'api-error', cause: 'The API server refused a request.', next: 'Its message says why.' },
  { reason: 'internal-error', cause: 'A fault of this action.', next: 'Report it with its message.' },
];

/** What to do about a reason that no object shows; nothing for those of the table. */
export function adviceOn(reason: string): string[] {
  return plainReasons.filter((each) => each.reason === reason).map(({ next }) => next);
}
