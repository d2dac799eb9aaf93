import type { CreatorSubject, Patience, Row } from '../row.ts';

/** What a controller says of pods that it cannot create, where `pattern` is in them. */
function refusal(
  reason: string,
  pattern: RegExp,
  patience: Patience,
  message: string,
  docs: Pick<Row<CreatorSubject>, 'symptom' | 'cause' | 'next' | 'needsRoom' | 'backsOff'>,
): Row<CreatorSubject> {
  return {
    reason,
    patience,
    ...docs,
    recognise: ({ words }) => (pattern.test(words) ? words : undefined),
    message: () => message,
    hasLog: false,
  };
}

/** ReplicaSets, StatefulSets, DaemonSets and Jobs that cannot create pods: there is no pod to look at. */
export const creatorRows: readonly Row<CreatorSubject>[] = [
  refusal(
    'quota-exceeded',
    /exceeded quota/,
    { seconds: 10 },
    "the namespace's quota does not allow another pod",
    {
      symptom: '`FailedCreate`, "exceeded quota"',
      cause: "The namespace's ResourceQuota is used up; a rolling update needs room for its surge pods.",
      next: "Raise the ResourceQuota, lower the pod's requests or maxSurge, or remove what is not needed.",
      needsRoom: true,
      // The ReplicaSet controller doubles its pause after each refusal: 5 ms, … 10 s, 20 s, 41 s.
      backsOff: true,
    },
  ),
  refusal(
    'service-account-missing',
    /service ?account .*not found/i,
    { seconds: 5 },
    'its service account does not exist',
    {
      symptom: '`FailedCreate`, "error looking up service account"',
      cause: 'The pod names a service account that is not in the namespace.',
      next: 'Create the service account, or correct serviceAccountName.',
    },
  ),
  refusal(
    'pod-security',
    /violates PodSecurity/,
    { seconds: 5 },
    "the namespace's Pod Security level forbids its pods",
    {
      symptom: '`FailedCreate`, "violates PodSecurity"',
      cause: 'The pod asks for more than the Pod Security Standard of the namespace allows.',
      next: "Set what the message lists in the pod's securityContext.",
    },
  ),
  refusal(
    'webhook-denied',
    /admission webhook .* denied the request|ValidatingAdmissionPolicy/,
    { seconds: 5 },
    'an admission policy forbids its pods',
    {
      symptom: '`FailedCreate`, "admission webhook … denied the request"',
      cause: 'A policy of the cluster forbids something about the pod; its message says what.',
      next: 'Change what the policy objects to, or talk to those who run it.',
    },
  ),
  refusal(
    'webhook-unreachable',
    /failed calling webhook/,
    { seconds: 60 },
    'an admission webhook does not answer',
    {
      symptom: '`FailedCreate`, "failed calling webhook"',
      cause: 'The service behind an admission webhook is down.',
      next: "Look at the webhook's pods; the image is not at fault.",
    },
  ),
  refusal(
    'limit-range',
    /(maximum|minimum) .* usage per|max limit to request ratio|is forbidden: \[?(maximum|minimum)/,
    { seconds: 5 },
    "its requests or limits are outside the namespace's LimitRange",
    {
      symptom: '`FailedCreate`, "maximum cpu usage per Container is …"',
      cause: 'The LimitRange of the namespace does not allow the requests or limits of the pod.',
      next: "Bring the container's resources within the LimitRange.",
    },
  ),
  refusal('creation-refused', /./, { seconds: 10 }, 'the cluster refuses to create its pods', {
    symptom: '`FailedCreate` for another reason',
    cause: "The API server's message says.",
    next: "Read the cluster's words: they are the API server's.",
  }),
];
