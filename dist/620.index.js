export const id = 620;
export const ids = [620];
export const modules = {

/***/ 1992:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   $Q: () => (/* binding */ clip),
/* harmony export */   e9: () => (/* binding */ clipMiddle),
/* harmony export */   pC: () => (/* binding */ wholeWords)
/* harmony export */ });
const mark = '…';
function clip(text, longest) {
    if (text.length <= longest)
        return text;
    return `${wholeWords(text.slice(0, longest))}${mark}`;
}
function clipMiddle(text, longest) {
    if (text.length <= longest)
        return text;
    const half = Math.floor(longest / 2);
    return `${wholeWords(text.slice(0, half))}${mark} ${text.slice(-half).replace(/^\S*\s?/, '')}`;
}
function wholeWords(beginning) {
    return beginning.replace(/\S*$/, '');
}


/***/ }),

/***/ 7094:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   m: () => (/* binding */ systemClock)
/* harmony export */ });
/* harmony import */ var node_timers_promises__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(8500);

const systemClock = {
    now: () => Math.round(performance.timeOrigin + performance.now()),
    async sleep(seconds, signal) {
        signal.throwIfAborted();
        try {
            await (0,node_timers_promises__WEBPACK_IMPORTED_MODULE_0__.setTimeout)(seconds * 1000, undefined, { signal });
        }
        catch (error) {
            signal.throwIfAborted();
            throw error;
        }
    },
};


/***/ }),

/***/ 4690:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   D: () => (/* binding */ decoded)
/* harmony export */ });
function decoded(text) {
    try {
        return decodeURIComponent(text);
    }
    catch {
        return text;
    }
}


/***/ }),

/***/ 6215:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  lL: () => (/* binding */ Sightings),
  h4: () => (/* binding */ diagnose),
  i_: () => (/* binding */ isReady),
  JB: () => (/* binding */ judgeJob),
  hb: () => (/* binding */ whyNotStarted),
  it: () => (/* binding */ whyTakenAway),
  qe: () => (/* binding */ worthAsking)
});

// UNUSED EXPORTS: patientFactor

// EXTERNAL MODULE: ./build/kubernetes/workloads/ended.js
var workloads_ended = __webpack_require__(7056);
;// CONCATENATED MODULE: ./build/diagnosis/alike.js
const sharedReasons = new Set([
    'FailedMount',
    'FailedAttachVolume',
    'FailedCreatePodSandBox',
    'TriggeredScaleUp',
]);
function eventsOfAlike(pods, events) {
    const shared = new Map();
    for (const pod of pods) {
        const state = waitingState(pod);
        const told = events.get(uidOf(pod))?.filter(({ reason }) => sharedReasons.has(reason)) ?? [];
        if (state !== undefined && told.length > 0 && !shared.has(state))
            shared.set(state, told);
    }
    return (pod) => events.get(uidOf(pod)) ?? shared.get(waitingState(pod) ?? '') ?? [];
}
function waitingState({ status, spec }) {
    if (status?.phase !== 'Pending')
        return undefined;
    const containers = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
    const reasons = new Set(containers.map(({ state }) => state?.waiting?.reason));
    if (containers.length > 0 && [...reasons].some((each) => !creating.has(each)))
        return undefined;
    const conditions = (status.conditions ?? [])
        .filter(({ type }) => type === 'PodScheduled' || type === 'PodReadyToStartContainers')
        .map(({ type, status: value }) => `${type}=${value}`)
        .sort();
    const node = conditions.some((each) => each.startsWith('PodReady')) ? '' : (spec?.nodeName ?? '');
    return `${conditions.join()} ${node}`;
}
const creating = new Set(['ContainerCreating', 'PodInitializing']);
function uidOf({ metadata }) {
    return metadata?.uid ?? '';
}

// EXTERNAL MODULE: ./build/diagnosis/row.js
var row = __webpack_require__(5458);
// EXTERNAL MODULE: ./build/duration.js
var duration = __webpack_require__(3110);
;// CONCATENATED MODULE: ./build/diagnosis/rows/controller.js


const usualEnding = 10;
function endingSlowly({ ending, now }) {
    return ending.filter((pod) => {
        if ((0,workloads_ended/* hasEnded */.h)(pod))
            return false;
        const { metadata } = pod;
        const end = new Date(metadata?.deletionTimestamp ?? now).getTime();
        const began = end - (metadata?.deletionGracePeriodSeconds ?? 0) * 1000;
        return now - began > usualEnding * 1000;
    });
}
const workloadRows = [
    {
        reason: 'paused',
        symptom: 'the rollout stands still; `spec.paused: true`',
        cause: 'Somebody paused the Deployment during the rollout.',
        next: 'Resume it (kubectl rollout resume), or find out who paused it and why.',
        patience: 'timeout',
        recognise: ({ paused }) => (paused ? '' : undefined),
        message: () => 'it was paused during the rollout, so nothing goes on',
        hasLog: false,
    },
    {
        reason: 'old-pods-ending',
        symptom: '`Recreate`, a StatefulSet, or a DaemonSet without surge: old pods `Terminating` for long',
        cause: 'The old program ignores SIGTERM, has a long grace period, or its node does not answer; new pods come only after it.',
        next: 'Let the program end on SIGTERM, shorten terminationGracePeriodSeconds, or look at the node.',
        patience: 'timeout',
        recognise: (subject) => {
            const [pod] = subject.recreates ? endingSlowly(subject) : [];
            return pod && `node: ${pod.spec?.nodeName ?? 'none'}`;
        },
        message: (subject) => {
            const [pod] = endingSlowly(subject);
            const grace = pod?.metadata?.deletionGracePeriodSeconds ?? 0;
            return `pod/${pod?.metadata?.name} is still ending (it may take ${(0,duration/* sayDuration */.k)(grace)}), and new pods wait for it`;
        },
        hasLog: false,
    },
    {
        reason: 'scaled',
        symptom: '`spec.replicas`, or the number of nodes that a DaemonSet is for, changes during the rollout',
        cause: 'An autoscaler or a person scaled the workload, or nodes came or went; the rollout goes on with the new number.',
        next: 'Nothing, if that was meant; the number is kept, also by an undo.',
        patience: 'timeout',
        recognise: ({ replicas, replicasBefore }) => replicasBefore !== undefined && replicas !== replicasBefore ? '' : undefined,
        message: ({ object, replicas, replicasBefore }) => object.startsWith('daemonset/')
            ? `the number of nodes that it is for changed from ${replicasBefore} to ${replicas} during the rollout`
            : `it was scaled from ${replicasBefore} to ${replicas} during the rollout`,
        hasLog: false,
    },
];

// EXTERNAL MODULE: ./build/diagnosis/rows/crash.js
var crash = __webpack_require__(3609);
;// CONCATENATED MODULE: ./build/diagnosis/rows/creation.js
function refusal(reason, pattern, patience, message, docs) {
    return {
        reason,
        patience,
        ...docs,
        recognise: ({ words }) => (pattern.test(words) ? words : undefined),
        message: () => message,
        hasLog: false,
    };
}
const creatorRows = [
    refusal('quota-exceeded', /exceeded quota/, { seconds: 10 }, "the namespace's quota does not allow another pod", {
        symptom: '`FailedCreate`, "exceeded quota"',
        cause: "The namespace's ResourceQuota is used up; a rolling update needs room for its surge pods.",
        next: "Raise the ResourceQuota, lower the pod's requests or maxSurge, or remove what is not needed.",
        needsRoom: true,
        backsOff: true,
    }),
    refusal('service-account-missing', /service ?account .*not found/i, { seconds: 5 }, 'its service account does not exist', {
        symptom: '`FailedCreate`, "error looking up service account"',
        cause: 'The pod names a service account that is not in the namespace.',
        next: 'Create the service account, or correct serviceAccountName.',
    }),
    refusal('pod-security', /violates PodSecurity/, { seconds: 5 }, "the namespace's Pod Security level forbids its pods", {
        symptom: '`FailedCreate`, "violates PodSecurity"',
        cause: 'The pod asks for more than the Pod Security Standard of the namespace allows.',
        next: "Set what the message lists in the pod's securityContext.",
    }),
    refusal('webhook-denied', /admission webhook .* denied the request|ValidatingAdmissionPolicy/, { seconds: 5 }, 'an admission policy forbids its pods', {
        symptom: '`FailedCreate`, "admission webhook … denied the request"',
        cause: 'A policy of the cluster forbids something about the pod; its message says what.',
        next: 'Change what the policy objects to, or talk to those who run it.',
    }),
    refusal('webhook-unreachable', /failed calling webhook/, { seconds: 60 }, 'an admission webhook does not answer', {
        symptom: '`FailedCreate`, "failed calling webhook"',
        cause: 'The service behind an admission webhook is down.',
        next: "Look at the webhook's pods; the image is not at fault.",
    }),
    refusal('limit-range', /(maximum|minimum) .* usage per|max limit to request ratio|is forbidden: \[?(maximum|minimum)/, { seconds: 5 }, "its requests or limits are outside the namespace's LimitRange", {
        symptom: '`FailedCreate`, "maximum cpu usage per Container is …"',
        cause: 'The LimitRange of the namespace does not allow the requests or limits of the pod.',
        next: "Bring the container's resources within the LimitRange.",
    }),
    refusal('creation-refused', /./, { seconds: 10 }, 'the cluster refuses to create its pods', {
        symptom: '`FailedCreate` for another reason',
        cause: "The API server's message says.",
        next: "Read the cluster's words: they are the API server's.",
    }),
];

;// CONCATENATED MODULE: ./build/diagnosis/rows/image.js

const pullReasons = new Set(['ErrImagePull', 'ImagePullBackOff', 'RegistryUnavailable']);
function pullFailure({ status }, pattern) {
    const waiting = status.state?.waiting;
    if (waiting === undefined || !pullReasons.has(waiting.reason ?? ''))
        return undefined;
    const words = waiting.message ?? '';
    return pattern.test(words) ? words : undefined;
}
const notFound = /^(?!.*\b(?:lookup|dial|x509|media type)\b).*(?:: not found|manifest unknown|name unknown|repository \S* ?not found|code = NotFound)/is;
const imageRows = [
    {
        reason: 'wrong-architecture',
        symptom: '`ErrImagePull`, "no match for platform"; or a crash with "exec format error" in the log',
        cause: "The image was not built for the nodes' processor.",
        next: 'Build the image for the platform of the nodes (docker buildx build --platform …).',
        patience: { seconds: 0 },
        recognise: (subject) => pullFailure(subject, /no match for platform|no matching manifest/i),
        message: ({ status }) => `the image ${status.image} is not built for this node's platform`,
        hasLog: false,
    },
    {
        reason: 'image-not-found',
        symptom: '`ErrImagePull` or `ImagePullBackOff`, "not found"',
        cause: 'The tag or digest was never pushed, or the repository is misspelt.',
        next: 'Check that the build pushed this tag, and to this registry.',
        patience: { seconds: 0 },
        recognise: (subject) => pullFailure(subject, notFound),
        message: ({ status }) => `the image ${status.image} does not exist in its registry`,
        hasLog: false,
    },
    {
        reason: 'image-unauthorised',
        symptom: '`ErrImagePull` or `ImagePullBackOff`, "unauthorized", "denied"',
        cause: 'The cluster has no, or no longer valid, credentials for the registry.',
        next: "Check the pod's imagePullSecrets, or the nodes' access to the registry.",
        patience: { seconds: 20 },
        recognise: (subject) => pullFailure(subject, /unauthorized|forbidden|denied|authentication required|no basic auth/i),
        message: ({ status }) => `the cluster may not pull the image ${status.image}`,
        hasLog: false,
    },
    {
        reason: 'image-registry-unreachable',
        symptom: '`ErrImagePull` or `ImagePullBackOff`, "connection refused", "i/o timeout", "no such host"',
        cause: 'The registry is down, or the nodes do not reach it.',
        next: "Check the registry's state and the nodes' way to it, then run this again.",
        patience: { seconds: 60 },
        recognise: (subject) => pullFailure(subject, /dial tcp|connection refused|timeout|no such host|lookup|x509|TLS handshake|EOF|status: 5\d\d|: 5\d\d |service unavailable|bad gateway|gateway time-?out|too many requests/i),
        message: ({ status }) => `the registry of ${status.image} cannot be reached`,
        hasLog: false,
    },
    {
        reason: 'image-pull-failed',
        symptom: '`ErrImagePull` or `ImagePullBackOff` for another reason',
        cause: "The registry's answer says.",
        next: "Read the cluster's words: they are the registry's answer.",
        patience: { seconds: 60 },
        recognise: (subject) => pullFailure(subject, /(?:)/),
        message: ({ status }) => `the image ${status.image} cannot be pulled`,
        hasLog: false,
    },
    {
        reason: 'image-name-invalid',
        symptom: '`InvalidImageName`',
        cause: 'What stands as the image is no image reference, such as one with upper-case letters.',
        next: 'Correct the image name.',
        patience: { seconds: 0 },
        recognise: ({ status }) => (0,row/* waitingFor */.Fz)(status, 'InvalidImageName'),
        message: ({ status }) => `${status.image} is no valid image name`,
        hasLog: false,
    },
    {
        reason: 'image-unreadable',
        symptom: '`ImageInspectError`',
        cause: "The node's container runtime cannot read the image that it has, or does not take its short name.",
        next: "Read the cluster's words; look at the node's disk and container runtime, and name the registry in the image.",
        patience: { seconds: 60 },
        recognise: ({ status }) => (0,row/* waitingFor */.Fz)(status, 'ImageInspectError'),
        message: ({ status }) => `the node cannot read the image ${status.image}`,
        hasLog: false,
    },
    {
        reason: 'image-never-pulled',
        symptom: '`ErrImageNeverPull`',
        cause: '`imagePullPolicy: Never`, and the node does not have the image.',
        next: 'Set imagePullPolicy to IfNotPresent, or load the image onto the nodes.',
        patience: { seconds: 0 },
        recognise: ({ status }) => (0,row/* waitingFor */.Fz)(status, 'ErrImageNeverPull'),
        message: ({ status }) => `the image ${status.image} is not on the node, and imagePullPolicy: Never forbids to pull it`,
        hasLog: false,
    },
];

;// CONCATENATED MODULE: ./build/diagnosis/rows/job.js
function lingering({ job, pods }) {
    const named = new Set(job.spec?.template.spec?.containers.map(({ name }) => name));
    return pods.flatMap((pod) => {
        const statuses = pod.status?.containerStatuses ?? [];
        const done = statuses
            .filter(({ name }) => named.has(name))
            .every(({ state }) => state?.terminated?.exitCode === 0);
        return done ? statuses.filter(({ state }) => state?.running !== undefined).map(({ name }) => name) : [];
    });
}
const jobRows = [
    {
        reason: 'job-suspended',
        symptom: 'condition `Suspended`; `spec.suspend: true`',
        cause: 'The manifest suspends the Job, or a queueing controller does.',
        next: 'Take `suspend` out of the manifest, or see that the queue lets the Job run.',
        patience: { seconds: 60 },
        recognise: ({ job }) => (job.spec?.suspend ? '' : undefined),
        message: () => 'it is suspended, so it does not run',
        hasLog: false,
    },
    {
        reason: 'sidecar-running',
        symptom: 'all containers of the manifest have ended, another of the pod runs on',
        cause: 'A sidecar that was injected, mostly by a service mesh, does not end by itself, so the Job never does.',
        next: 'Make it a native sidecar (an init container with restartPolicy: Always), or keep it out of this pod.',
        patience: { seconds: 30 },
        recognise: (subject) => (lingering(subject).length > 0 ? '' : undefined),
        message: (subject) => `the migration has ended, but ${lingering(subject).join(', ')} keeps its pod alive`,
        hasLog: false,
    },
];

// EXTERNAL MODULE: ./build/diagnosis/rows/log.js
var log = __webpack_require__(2016);
// EXTERNAL MODULE: ./build/diagnosis/rows/placement.js
var placement = __webpack_require__(717);
// EXTERNAL MODULE: ./build/kubernetes/workloads/init-containers.js
var init_containers = __webpack_require__(881);
// EXTERNAL MODULE: ./build/diagnosis/last-end.js
var last_end = __webpack_require__(9420);
// EXTERNAL MODULE: ./build/diagnosis/probe.js
var diagnosis_probe = __webpack_require__(5844);
;// CONCATENATED MODULE: ./build/diagnosis/rows/readiness.js




function mayEnd({ init, container }) {
    return init && container?.restartPolicy !== 'Always';
}
const readinessRows = [
    {
        reason: 'init-migration-running',
        symptom: '`Init:N/M` for long, of an init container that migrates by its command or name',
        cause: 'The migration that the workload runs in an init container takes longer than the timeout.',
        next: "Raise the input 'timeout', or let this step migrate first ('migration-command'): an undo ends a migration in an init container half-way.",
        patience: 'timeout',
        recognise: ({ init, container, status }) => init && container && (0,init_containers/* migrationIn */.o$)(container) && status.state?.running ? '' : undefined,
        message: (subject) => `the migration in ${initNotEnded(subject)}`,
        hasLog: true,
    },
    {
        reason: 'init-waiting',
        symptom: '`Init:N/M` for long',
        cause: 'An init container waits for something: a database, another service, a lock.',
        next: 'See in its log what it waits for, and whether that is there.',
        patience: 'timeout',
        recognise: (subject) => (mayEnd(subject) && subject.status.state?.running ? '' : undefined),
        message: initNotEnded,
        hasLog: true,
    },
    {
        reason: 'startup-probe-failing',
        symptom: 'running, not started; event "Startup probe failed"',
        cause: 'It has not come up yet; its startup probe still waits for it.',
        next: 'See in its log what it waits for; give the startup probe more time if it is only slow.',
        patience: 'timeout',
        recognise: (subject) => subject.status.state?.running && subject.status.started === false && subject.container?.startupProbe
            ? ''
            : undefined,
        message: (subject) => unready(subject, 'Startup'),
        hasLog: true,
    },
    {
        reason: 'not-ready',
        symptom: 'running, not ready; event "Readiness probe failed"',
        cause: 'Its readiness probe fails: it is not up, waits for a dependency, or the probe asks the wrong thing.',
        next: 'See what its readiness probe answers, and why, in its last log lines.',
        patience: 'timeout',
        recognise: (subject) => subject.status.state?.running && !subject.status.ready && !mayEnd(subject) ? '' : undefined,
        message: (subject) => unready(subject, 'Readiness'),
        hasLog: true,
    },
];
const podReadinessRows = [
    {
        reason: 'readiness-gate',
        symptom: 'all containers ready, the pod not; condition of a readiness gate False',
        cause: 'A readiness gate is not met; a load balancer mostly sets it once the pod is registered.',
        next: "Look at the controller that sets the pod's readiness gate.",
        patience: 'timeout',
        recognise: ({ pod }) => {
            const isTrue = (type) => pod.status?.conditions?.some((each) => each.type === type && each.status === 'True');
            if (!isTrue('ContainersReady'))
                return undefined;
            const gate = pod.spec?.readinessGates?.find(({ conditionType }) => !isTrue(conditionType));
            return (gate &&
                (pod.status?.conditions?.find(({ type }) => type === gate.conditionType)?.message ??
                    gate.conditionType));
        },
        message: ({ pod }) => `its containers are ready, but not its readiness gates (${pod.spec?.readinessGates?.map(({ conditionType }) => conditionType).join(', ')})`,
        hasLog: false,
    },
];
function initNotEnded(subject) {
    const { pod, status } = subject;
    const all = pod.status?.initContainerStatuses ?? [];
    const done = all.filter(({ state }) => state?.terminated?.exitCode === 0).length;
    return `init container ${status.name} has not ended yet (Init:${done}/${all.length})${(0,last_end/* sayEarlierEnds */.U)(subject)}`;
}
function unready(subject, kind) {
    const { events, status, container, timeout } = subject;
    const probe = kind === 'Startup' ? container?.startupProbe : container?.readinessProbe;
    const answer = (0,diagnosis_probe/* probeAnswer */.Zb)(events, status.name, kind);
    const target = (0,diagnosis_probe/* sayProbe */.yr)(probe, container);
    const delay = (0,diagnosis_probe/* earliestReady */.jG)(container);
    const late = timeout !== undefined && delay >= timeout
        ? `; by its probes' own settings it cannot be ready before ${(0,duration/* sayDuration */.k)(delay)}, and the timeout is ${(0,duration/* sayDuration */.k)(timeout)}`
        : '';
    const what = kind === 'Startup' ? 'it is not started' : 'it is not ready';
    const before = (0,last_end/* sayEarlierEnds */.U)(subject);
    if (probe === undefined)
        return `${what}${before}`;
    return `${what}: ${answer === '' ? `no good answer yet from ${target}` : `${answer} from ${target}`}${late}${before}`;
}

;// CONCATENATED MODULE: ./build/diagnosis/rows/start.js

const startErrors = new Set(['StartError', 'ContainerCannotRun']);
function startFailure({ status }) {
    if (status.state?.running !== undefined)
        return undefined;
    const waiting = (0,row/* waitingFor */.Fz)(status, 'RunContainerError');
    if (waiting !== undefined)
        return waiting;
    const end = (0,row/* lastEnd */.WN)(status);
    return end !== undefined && startErrors.has(end.reason ?? '') ? (end.message ?? '') : undefined;
}
function startFailureOf(subject, pattern) {
    const words = startFailure(subject);
    return words !== undefined && pattern.test(words) ? words : undefined;
}
const ofCommand = String.raw `(?:\bexec:|\bexec "|executable file\b|\bopen executable\b|\bexec container process\b)`;
const start_notFound = new RegExp(String.raw `${ofCommand}.*(?:no such file or directory|executable file not found|not found in \$PATH)`, 'is');
const notExecutable = new RegExp(`${ofCommand}.*(?:permission denied|is a directory|exec format error)`, 'is');
function rootFailure({ status }) {
    const words = (0,row/* waitingFor */.Fz)(status, 'CreateContainerConfigError');
    return words !== undefined && /runAsNonRoot|non-root policy/.test(words) ? words : undefined;
}
function command({ container }) {
    const words = [...(container?.command ?? []), ...(container?.args ?? [])];
    return words.length > 0 ? words.join(' ') : "the image's own command";
}
const startRows = [
    {
        reason: 'runs-as-root',
        symptom: '`CreateContainerConfigError`, "runAsNonRoot" or "non-root policy"',
        cause: "The pod's security context forbids root, and the image runs as root or as a user without a number.",
        next: 'Set a numeric USER in the image, or runAsUser in the security context.',
        patience: { seconds: 0 },
        recognise: rootFailure,
        message: (subject) => {
            const words = rootFailure(subject) ?? '';
            if (/non-numeric user/.test(words))
                return 'its security context forbids to run as root, and its image names its user without a number, so nobody knows whether that is root';
            return `its security context forbids to run as root, and ${/runAsUser breaks/.test(words) ? 'names root as its user itself' : 'its image would'}`;
        },
        hasLog: false,
    },
    {
        reason: 'config-missing',
        symptom: '`CreateContainerConfigError`',
        cause: 'A ConfigMap, a Secret or a key of one that the container names does not exist.',
        next: 'Create what is missing, or correct the name in the manifest.',
        patience: { seconds: 15 },
        recognise: ({ status }) => {
            const words = (0,row/* waitingFor */.Fz)(status, 'CreateContainerConfigError');
            return words !== undefined && /failed to sync .* cache/.test(words) ? undefined : words;
        },
        message: ({ status }) => {
            const words = (0,row/* waitingFor */.Fz)(status, 'CreateContainerConfigError') ?? '';
            const [, kind, name] = /(configmap|secret) "([^"]+)" not found/i.exec(words) ?? [];
            if (kind && name)
                return `it needs the ${kind === 'secret' ? 'Secret' : 'ConfigMap'} ${name}, which does not exist`;
            const [, key, owner, path] = /find key (\S+) in (ConfigMap|Secret) (\S+)/.exec(words) ?? [];
            if (key && owner && path)
                return `it needs the key ${key} of ${owner} ${path.split('/').pop()}, which does not have it`;
            return 'its configuration cannot be put together';
        },
        hasLog: false,
    },
    {
        reason: 'command-not-found',
        symptom: '`RunContainerError`, `StartError` "no such file or directory"',
        cause: 'The command is not in the image, or its interpreter is not.',
        next: 'Check the command and the path, and that the image holds it.',
        patience: { seconds: 0 },
        recognise: (subject) => startFailureOf(subject, start_notFound),
        message: (subject) => `its command is not in the image (${command(subject)})`,
        hasLog: false,
    },
    {
        reason: 'command-not-executable',
        symptom: '`RunContainerError`, `StartError` "permission denied" or "is a directory"',
        cause: 'The command is no program: it lacks the executable bit, or is a directory.',
        next: 'Set the executable bit when the image is built (COPY --chmod=755 …), and check the path.',
        patience: { seconds: 0 },
        recognise: (subject) => startFailureOf(subject, notExecutable),
        message: (subject) => `its command cannot be executed (${command(subject)})`,
        hasLog: false,
    },
    {
        reason: 'cannot-start',
        symptom: '`CreateContainerError`, `RunContainerError` or `StartError` for another reason',
        cause: "The container runtime's message says.",
        next: "Read the cluster's words: they are the container runtime's.",
        patience: { seconds: 15 },
        recognise: (subject) => (0,row/* waitingFor */.Fz)(subject.status, 'CreateContainerError') ?? startFailure(subject),
        message: (subject) => `it cannot be started (${command(subject)})`,
        hasLog: false,
    },
];

;// CONCATENATED MODULE: ./build/diagnosis/table.js









const containerRows = [
    ...imageRows,
    ...startRows,
    ...crash/* crashRows */.v,
    ...readinessRows,
];
const podRows = [...placement/* disruptionRows */.Tv, ...placement/* placementRows */.p4, ...podReadinessRows];

const table = [
    { title: 'The image', rows: imageRows },
    { title: 'Starting a container', rows: [...startRows, ...log/* logRows */.W] },
    { title: 'Crashes', rows: crash/* crashRows */.v },
    { title: 'Readiness', rows: [...readinessRows, ...podReadinessRows] },
    { title: 'Placement', rows: placement/* placementRows */.p4 },
    { title: 'Creating pods', rows: creatorRows },
    { title: 'Disruption', rows: placement/* disruptionRows */.Tv },
    { title: 'The controller', rows: workloadRows },
    { title: 'Jobs', rows: jobRows },
];

;// CONCATENATED MODULE: ./build/diagnosis/diagnose.js




class Sightings {
    #seen = new Map();
    #step;
    see(symptom, now) {
        const earlier = this.#seen.get(symptom);
        const first = earlier && now - earlier.last <= longestPause ? earlier.first : now;
        this.#seen.set(symptom, { first, last: now });
        return first;
    }
    step(what, underWay, now) {
        if (underWay || this.#step?.what !== what)
            this.#step = { what, at: now };
        return this.#step.at;
    }
}
const longestPause = 30_000;
const examples = 3;
function diagnose(scene, sightings, now, failFast = 'strict') {
    const judge = new Judge(sightings, now, failFast, sightings.step(...stepOf(scene), now));
    const there = [];
    const gone = [];
    const eventsOf = eventsOfAlike(scene.pods, scene.events ?? new Map());
    for (const pod of scene.pods) {
        const subject = { pod, events: eventsOf(pod), timeout: scene.timeout };
        if (pod.metadata?.deletionTimestamp !== undefined || (0,workloads_ended/* hasEnded */.h)(pod))
            gone.push(...judge.gone(subject));
        else
            there.push({ pod, diagnoses: judge.pod(subject) });
    }
    const ofCreator = scene.creator && judge.rows(creatorRows, scene.creator, 'creator', scene.creator.object);
    const ofWorkload = scene.workload && judge.rows(workloadRows, scene.workload, 'workload', scene.workload.object);
    const waitedFor = there.filter(({ pod }) => !isReady(pod));
    const ofPods = there.flatMap(({ diagnoses }) => diagnoses);
    const isLost = ({ diagnoses }) => diagnoses.some(({ hopeless }) => hopeless);
    const isRefused = ofCreator?.hopeless ?? false;
    return {
        diagnoses: merge([
            ...ofPods,
            ...(ofCreator ? [ofCreator] : []),
            ...gone,
            ...(ofWorkload ? [ofWorkload] : []),
        ]),
        hopeless: scene.everyPodCounts
            ? isRefused || waitedFor.some(isLost)
            : (waitedFor.length > 0 || isRefused) && waitedFor.every(isLost),
    };
}
function judgeJob(subject, object, sightings, now, failFast) {
    return new Judge(sightings, now, failFast).rows(jobRows, subject, 'creator', object);
}
function whyTakenAway(pod, now) {
    return new Judge(new Sightings(), now, 'off').gone({ pod, events: [] })[0];
}
function whyNotStarted(pod, now) {
    const judge = new Judge(new Sightings(), now, 'off');
    const object = `pod/${pod.metadata?.name}`;
    return containersOf(pod).flatMap((each) => {
        const found = judge.rows(startRows, { ...each, pod, events: [] }, 'pod', object, object, each.status);
        return found ? [{ ...found, hopeless: true }] : [];
    });
}
function stepOf({ pods, isMakingRoom = false, otherPods = 0, available }) {
    const ready = pods.filter(isReady).length;
    const isAboutToGo = otherPods > 0 && available !== undefined && ready > available;
    return [`${ready} ready, ${otherPods} to go`, isMakingRoom || isAboutToGo];
}
function isReady(pod) {
    return pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
}
function worthAsking(pods, mostPods) {
    const waiting = pods.filter((pod) => !isReady(pod) && !(0,workloads_ended/* hasEnded */.h)(pod));
    const ended = pods.filter(({ status }) => status?.phase === 'Succeeded');
    return waiting.length >= mostPods ? waiting : [...waiting, ...ended.slice(waiting.length - mostPods)];
}
class Judge {
    #sightings;
    #now;
    #failFast;
    #stepAt;
    constructor(sightings, now, failFast, stepAt = Number.NEGATIVE_INFINITY) {
        this.#sightings = sightings;
        this.#now = now;
        this.#failFast = failFast;
        this.#stepAt = stepAt;
    }
    pod(whole) {
        const { pod } = whole;
        const object = `pod/${pod.metadata?.name}`;
        const key = `${object}/${pod.metadata?.uid}`;
        const containers = containersOf(pod).flatMap((each) => {
            const subject = { ...each, ...whole };
            const found = this.rows(containerRows, subject, 'pod', object, `${key}/${each.status.name}`, each.status);
            return found ? [found] : [];
        });
        if (containers.length > 0)
            return containers;
        const found = this.rows(podRows, whole, 'pod', object, key);
        return found ? [found] : [];
    }
    gone(whole) {
        const object = `pod/${whole.pod.metadata?.name}`;
        const found = this.rows(placement/* disruptionRows */.Tv, whole, 'ended-pod', object, `${object}/${whole.pod.metadata?.uid}`);
        return found ? [found] : [];
    }
    rows(rows, subject, about, object, key = object, status) {
        for (const row of rows) {
            const said = row.recognise(subject);
            if (said === undefined)
                continue;
            const since = this.#sightings.see(`${key}/${row.reason}`, this.#now);
            return {
                reason: row.reason,
                about,
                object,
                others: [],
                count: 1,
                container: status?.name,
                message: row.message(subject),
                said,
                next: row.next,
                since,
                hopeless: this.#isOver(row, since, status),
                hasLog: row.hasLog,
            };
        }
        return undefined;
    }
    #isOver({ patience, needsRoom, backsOff }, since, status) {
        if (patience === 'timeout' || this.#failFast === 'off')
            return false;
        const factor = this.#failFast === 'patient' ? patientFactor : 1;
        const ended = status === undefined ? 0 : (0,row/* crashes */.sB)(status);
        const from = needsRoom ? Math.max(since, this.#stepAt) : since;
        const grace = Math.max(patience.seconds * factor * 1000, backsOff ? from - since : 0);
        return this.#now - from >= grace && ended >= (patience.crashes ?? 0) * factor;
    }
}
const patientFactor = 3;
function containersOf(pod) {
    const place = (init) => {
        const statuses = (init ? pod.status?.initContainerStatuses : pod.status?.containerStatuses) ?? [];
        const specs = (init ? pod.spec?.initContainers : pod.spec?.containers) ?? [];
        return statuses.map((status) => ({
            status,
            init,
            container: specs.find(({ name }) => name === status.name),
        }));
    };
    return [...place(true), ...place(false)];
}
const order = ['pod', 'creator', 'ended-pod', 'workload'];
function merge(diagnoses) {
    const merged = new Map();
    for (const each of diagnoses) {
        const key = `${each.about}/${each.reason}/${each.container ?? ''}/${each.hopeless}`;
        const alike = merged.get(key);
        if (alike === undefined) {
            merged.set(key, each);
            continue;
        }
        const others = alike.others.length + 1 < examples ? [...alike.others, each.object] : alike.others;
        merged.set(key, { ...alike, others, count: alike.count + 1, since: Math.min(alike.since, each.since) });
    }
    return [...merged.values()].sort((a, b) => Number(b.hopeless) - Number(a.hopeless) || order.indexOf(a.about) - order.indexOf(b.about));
}


/***/ }),

/***/ 1851:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   X: () => (/* binding */ sayObject)
/* harmony export */ });
function sayObject({ object, container }) {
    return container === undefined ? object : `${object}, container ${container}`;
}


/***/ }),

/***/ 5956:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   C: () => (/* binding */ sayExit)
/* harmony export */ });
const words = {
    126: 'the command is not executable',
    127: 'the command was not found',
    130: 'SIGINT',
    134: 'SIGABRT, it gave itself up',
    137: 'SIGKILL',
    139: 'SIGSEGV, a memory fault',
    143: 'SIGTERM, it was told to end',
};
function sayExit(code) {
    return `exit code ${code}${words[code] ? ` (${words[code]})` : ''}`;
}


/***/ }),

/***/ 9420:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   U: () => (/* binding */ sayEarlierEnds),
/* harmony export */   p: () => (/* binding */ killedBy)
/* harmony export */ });
/* harmony import */ var _exit_code_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(5956);
/* harmony import */ var _row_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(5458);


const late = 5_000;
const signalled = new Set([0, 137, 143]);
function killedBy({ events, status }, probe) {
    const end = (0,_row_js__WEBPACK_IMPORTED_MODULE_1__/* .lastEnd */ .WN)(status);
    if (end === undefined || end.reason === 'OOMKilled')
        return false;
    const killed = events.filter(({ reason, message, container }) => reason === 'Killing' &&
        message.includes(`failed ${probe} probe`) &&
        (container === '' || container === status.name));
    return killed.some(({ lastSeen }) => isWithin(end, lastSeen) || signalled.has(end.exitCode));
}
function isWithin({ startedAt, finishedAt }, time) {
    const from = startedAt === undefined ? Number.NEGATIVE_INFINITY : new Date(startedAt).getTime();
    const to = finishedAt === undefined ? Number.POSITIVE_INFINITY : new Date(finishedAt).getTime();
    return time >= from && time <= to + late;
}
function sayEarlierEnds(subject) {
    const { status } = subject;
    const end = (0,_row_js__WEBPACK_IMPORTED_MODULE_1__/* .lastEnd */ .WN)(status);
    const count = (0,_row_js__WEBPACK_IMPORTED_MODULE_1__/* .crashes */ .sB)(status);
    if (status.state?.running === undefined || end === undefined || count === 0)
        return '';
    const probe = ['startup', 'liveness'].find((each) => killedBy(subject, each));
    const last = probe
        ? `${(0,_exit_code_js__WEBPACK_IMPORTED_MODULE_0__/* .sayExit */ .C)(end.exitCode)}, killed since its ${probe} probe failed`
        : `${(0,_exit_code_js__WEBPACK_IMPORTED_MODULE_0__/* .sayExit */ .C)(end.exitCode)}${end.reason === 'OOMKilled' ? ', killed for using too much memory' : ''}`;
    return `; it has ended ${count === 1 ? 'once' : `${count} times, last`} with ${last}`;
}


/***/ }),

/***/ 5334:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   i: () => (/* binding */ adviceOn)
/* harmony export */ });
/* unused harmony export plainReasons */
const plainReasons = [
    {
        reason: 'progress-deadline-exceeded',
        cause: 'The Deployment controller gave this rollout up (`progressDeadlineSeconds`), and no pod shows why.',
        next: "Look at the pods, and at the ReplicaSet's events (kubectl describe).",
    },
    {
        reason: 'timeout',
        cause: 'The timeout is over, and no pod shows why.',
        next: "Look at the pods (kubectl describe); raise the input 'timeout' if they are only slow.",
    },
    {
        reason: 'scaled-to-zero',
        cause: 'The workload was scaled to zero during the rollout (or no node takes its pods any more), so nothing shows whether the image works.',
        next: 'Scale it, then run the step again.',
    },
    {
        reason: 'mixed-image-digests',
        cause: 'Every pod is ready, but they run different images: what the tag stands for was changed during the rollout.',
        next: 'Deploy by digest (`image: …@sha256:…`), or by a tag that is pushed once.',
    },
    {
        reason: 'wrong-image-digest',
        cause: 'The image was named by its digest, and pods run another one: an admission policy changed it when they were created.',
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
        cause: 'The kubelet evicted a pod, for what it uses or its node lacks, while the rollout was verified or baked.',
        next: "Look at the node's conditions, and at the pod's requests and ephemeral-storage limits.",
    },
    {
        reason: 'unavailable-after-rollout',
        cause: 'Pods were taken away while the rollout was verified or baked, and not replaced within `timeout` after that.',
        next: 'Look at the pods (kubectl describe), and at the nodes.',
    },
    {
        reason: 'locked',
        cause: 'Another run deploys the same workload, and still did after `lock-timeout`.',
        next: "Wait for that run, then run this again; or raise 'lock-timeout'.",
    },
    {
        reason: 'migration-running',
        cause: 'A migration of the workload still runs, and still did after `lock-timeout`; two must not run at once.',
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
function adviceOn(reason) {
    return plainReasons.filter((each) => each.reason === reason).map(({ next }) => next);
}


/***/ }),

/***/ 5844:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Zb: () => (/* binding */ probeAnswer),
/* harmony export */   jG: () => (/* binding */ earliestReady),
/* harmony export */   yr: () => (/* binding */ sayProbe)
/* harmony export */ });
/* harmony import */ var _clip_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(1992);

function sayProbe(probe, container) {
    if (probe?.httpGet) {
        const { scheme, port, path = '/' } = probe.httpGet;
        return `${scheme === 'HTTPS' ? 'https ' : ''}:${portNumber(port, container)}${path}`;
    }
    if (probe?.tcpSocket)
        return `TCP :${portNumber(probe.tcpSocket.port, container)}`;
    if (probe?.grpc)
        return `gRPC :${probe.grpc.port}`;
    if (probe?.exec)
        return `command ${(probe.exec.command ?? []).join(' ')}`;
    return 'no probe';
}
function probeAnswer(events, container, kind) {
    const start = `${kind} probe `;
    const event = events.find((each) => each.reason === 'Unhealthy' &&
        each.message.startsWith(start) &&
        (each.container === '' || each.container === container));
    if (event === undefined)
        return '';
    const words = event.message
        .slice(start.length)
        .replace(/^(failed|errored|errored and resulted in .*?): ?/, '');
    const [, code] = /HTTP probe failed with statuscode: (\d+)/.exec(words) ?? [];
    if (code)
        return `HTTP ${code}`;
    if (/connection refused/.test(words))
        return 'connection refused';
    if (/context deadline exceeded|Client\.Timeout|i\/o timeout|timeout:/.test(words))
        return 'no answer in time';
    return (0,_clip_js__WEBPACK_IMPORTED_MODULE_0__/* .clip */ .$Q)(words.trim().split('\n')[0] ?? '', 120);
}
function earliestReady(container) {
    const startup = container?.startupProbe?.initialDelaySeconds ?? 0;
    const readiness = container?.readinessProbe;
    const answers = ((readiness?.successThreshold ?? 1) - 1) * (readiness?.periodSeconds ?? 10);
    return Math.max(startup, readiness?.initialDelaySeconds ?? 0) + answers;
}
function portNumber(port, container) {
    if (typeof port === 'number')
        return String(port);
    return String(container?.ports?.find(({ name }) => name === port)?.containerPort ?? port);
}


/***/ }),

/***/ 5458:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Fz: () => (/* binding */ waitingFor),
/* harmony export */   WN: () => (/* binding */ lastEnd),
/* harmony export */   sB: () => (/* binding */ crashes)
/* harmony export */ });
function waitingFor(status, reason) {
    const waiting = status.state?.waiting;
    return waiting?.reason === reason ? (waiting.message ?? '') : undefined;
}
function lastEnd({ state, lastState }) {
    return state?.terminated ?? lastState?.terminated;
}
function crashes(status) {
    return status.restartCount + (status.state?.running === undefined && lastEnd(status) !== undefined ? 1 : 0);
}


/***/ }),

/***/ 3609:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   v: () => (/* binding */ crashRows)
/* harmony export */ });
/* harmony import */ var _kubernetes_workloads_init_containers_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(881);
/* harmony import */ var _exit_code_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(5956);
/* harmony import */ var _last_end_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(9420);
/* harmony import */ var _probe_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(5844);
/* harmony import */ var _row_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(5458);





const threeCrashes = { crashes: 3, seconds: 10 };
function unwantedEnd({ status, init, container, pod }) {
    if (status.state?.running !== undefined)
        return undefined;
    const end = (0,_row_js__WEBPACK_IMPORTED_MODULE_3__/* .lastEnd */ .WN)(status);
    if (end === undefined)
        return undefined;
    const mayEnd = (init && container?.restartPolicy !== 'Always') || (pod.spec?.restartPolicy ?? 'Always') !== 'Always';
    return mayEnd && end.exitCode === 0 ? undefined : end;
}
function answer({ events, status, container }, probe) {
    const words = (0,_probe_js__WEBPACK_IMPORTED_MODULE_4__/* .probeAnswer */ .Zb)(events, status.name, probe === 'liveness' ? 'Liveness' : 'Startup');
    const target = (0,_probe_js__WEBPACK_IMPORTED_MODULE_4__/* .sayProbe */ .yr)(probe === 'liveness' ? container?.livenessProbe : container?.startupProbe, container);
    return `: ${words === '' ? 'no good answer' : words} from ${target}`;
}
function exit({ status }) {
    const end = (0,_row_js__WEBPACK_IMPORTED_MODULE_3__/* .lastEnd */ .WN)(status);
    return end ? `; it ended with ${(0,_exit_code_js__WEBPACK_IMPORTED_MODULE_1__/* .sayExit */ .C)(end.exitCode)}` : '';
}
function times({ status }) {
    const count = (0,_row_js__WEBPACK_IMPORTED_MODULE_3__/* .crashes */ .sB)(status);
    return count > 1 ? `, ${count} times` : '';
}
function lastWord({ status }) {
    return (0,_row_js__WEBPACK_IMPORTED_MODULE_3__/* .lastEnd */ .WN)(status)?.message ?? '';
}
function migration({ init, container }) {
    return init && container ? (0,_kubernetes_workloads_init_containers_js__WEBPACK_IMPORTED_MODULE_0__/* .migrationIn */ .o$)(container) : undefined;
}
const crashRows = [
    {
        reason: 'init-migration-failed',
        symptom: '`Init:Error` or `Init:CrashLoopBackOff` of an init container that migrates by its command or name',
        cause: 'The migration that the workload runs in an init container ended with an error.',
        next: 'Mend what its last log lines say. The schema may be half migrated, and the version before runs on it: look at it before you deploy again.',
        patience: threeCrashes,
        recognise: (subject) => (migration(subject) && unwantedEnd(subject) ? lastWord(subject) : undefined),
        message: (subject) => {
            const end = (0,_row_js__WEBPACK_IMPORTED_MODULE_3__/* .lastEnd */ .WN)(subject.status);
            const memory = end?.reason === 'OOMKilled' ? ', out of memory' : '';
            return `the migration in init container ${subject.status.name} failed: ${(0,_exit_code_js__WEBPACK_IMPORTED_MODULE_1__/* .sayExit */ .C)(end?.exitCode ?? 0)}${memory}${times(subject)} (it is known by ${migration(subject)?.evidence})`;
        },
        hasLog: true,
    },
    {
        reason: 'out-of-memory',
        symptom: '`OOMKilled`, exit code 137',
        cause: 'The container used more memory than its limit.',
        next: 'Raise resources.limits.memory, or find out what needs so much.',
        patience: threeCrashes,
        recognise: (subject) => (unwantedEnd(subject)?.reason === 'OOMKilled' ? lastWord(subject) : undefined),
        message: (subject) => {
            const limit = subject.container?.resources?.limits?.['memory'];
            return `it was killed for using more memory than ${limit ? `its limit of ${limit}` : 'the node has'}${times(subject)}`;
        },
        hasLog: true,
    },
    {
        reason: 'killed-by-startup-probe',
        symptom: '`CrashLoopBackOff`, event "failed startup probe, will be restarted"',
        cause: 'It does not come up within what its startup probe allows (periodSeconds × failureThreshold).',
        next: 'See in its log what it waits for; give the startup probe more time if it is only slow.',
        patience: threeCrashes,
        recognise: (subject) => unwantedEnd(subject) && (0,_last_end_js__WEBPACK_IMPORTED_MODULE_2__/* .killedBy */ .p)(subject, 'startup') ? lastWord(subject) : undefined,
        message: (subject) => `the kubelet killed it, for its startup probe failed${answer(subject, 'startup')}${times(subject)}${exit(subject)}`,
        hasLog: true,
    },
    {
        reason: 'killed-by-liveness-probe',
        symptom: '`CrashLoopBackOff`, event "failed liveness probe, will be restarted"',
        cause: 'It did not end by itself: the kubelet killed it, since its liveness probe failed.',
        next: 'See in its log why it does not answer; check the probe, and use a startup probe if it only starts slowly.',
        patience: threeCrashes,
        recognise: (subject) => unwantedEnd(subject) && (0,_last_end_js__WEBPACK_IMPORTED_MODULE_2__/* .killedBy */ .p)(subject, 'liveness') ? lastWord(subject) : undefined,
        message: (subject) => `the kubelet killed it, for its liveness probe failed${answer(subject, 'liveness')}${times(subject)}${exit(subject)}`,
        hasLog: true,
    },
    {
        reason: 'exited',
        symptom: '`Completed`, then `CrashLoopBackOff`, exit code 0',
        cause: 'Its program ended well, though it should go on serving.',
        next: 'Check that the command is the server and not a one-off, and that it stays in the foreground.',
        patience: threeCrashes,
        recognise: (subject) => (unwantedEnd(subject)?.exitCode === 0 ? lastWord(subject) : undefined),
        message: (subject) => `it ended by itself with exit code 0, though it should run on${times(subject)}`,
        hasLog: true,
    },
    {
        reason: 'command-not-found',
        symptom: '`CrashLoopBackOff`, exit code 127',
        cause: 'A shell did not find a command that it was to run.',
        next: 'Check the command and the path, and that the image holds it.',
        patience: threeCrashes,
        recognise: (subject) => (unwantedEnd(subject)?.exitCode === 127 ? lastWord(subject) : undefined),
        message: (subject) => `it ended with ${(0,_exit_code_js__WEBPACK_IMPORTED_MODULE_1__/* .sayExit */ .C)(127)}${times(subject)}`,
        hasLog: true,
    },
    {
        reason: 'command-not-executable',
        symptom: '`CrashLoopBackOff`, exit code 126',
        cause: 'A shell could not execute a command: it lacks the executable bit, or is no program.',
        next: 'Set the executable bit when the image is built (COPY --chmod=755 …), and check the path.',
        patience: threeCrashes,
        recognise: (subject) => (unwantedEnd(subject)?.exitCode === 126 ? lastWord(subject) : undefined),
        message: (subject) => `it ended with ${(0,_exit_code_js__WEBPACK_IMPORTED_MODULE_1__/* .sayExit */ .C)(126)}${times(subject)}`,
        hasLog: true,
    },
    {
        reason: 'crash',
        symptom: '`Error`, `CrashLoopBackOff`, `Init:Error` or `Init:CrashLoopBackOff`',
        cause: 'Its program ended with an error.',
        next: 'Mend what its last log lines say, and deploy again.',
        patience: threeCrashes,
        recognise: (subject) => (unwantedEnd(subject) ? lastWord(subject) : undefined),
        message: (subject) => `it ended with ${(0,_exit_code_js__WEBPACK_IMPORTED_MODULE_1__/* .sayExit */ .C)((0,_row_js__WEBPACK_IMPORTED_MODULE_3__/* .lastEnd */ .WN)(subject.status)?.exitCode ?? 0)}${times(subject)}`,
        hasLog: true,
    },
];


/***/ }),

/***/ 2016:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   W: () => (/* binding */ logRows)
/* harmony export */ });
const logRows = [
    {
        reason: 'wrong-architecture',
        symptom: '`CrashLoopBackOff`, "exec format error" in the log',
        cause: "The image was not built for the nodes' processor.",
        next: 'Build the image for the platform of the nodes (docker buildx build --platform …).',
        patience: { crashes: 3, seconds: 10 },
        pattern: /exec format error/,
        message: () => "its program is not built for this node's processor (exec format error)",
    },
    {
        reason: 'read-only-file-system',
        symptom: '`CrashLoopBackOff`, "read-only file system" in the log',
        cause: '`readOnlyRootFilesystem: true`, and the program writes to its image; or it writes to a volume that is read-only, as those of ConfigMaps and Secrets are.',
        next: 'Mount an emptyDir where the program writes, or write elsewhere.',
        patience: { crashes: 3, seconds: 10 },
        pattern: /read-only file system|EROFS/i,
        message: (container) => container?.securityContext?.readOnlyRootFilesystem
            ? 'it writes to its root file system, which is read-only'
            : 'it writes to a file system that is read-only',
    },
];


/***/ }),

/***/ 717:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Tv: () => (/* binding */ disruptionRows),
/* harmony export */   e0: () => (/* binding */ disruption),
/* harmony export */   p4: () => (/* binding */ placementRows)
/* harmony export */ });
/* harmony import */ var _scheduling_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(2054);

function unscheduled({ pod }) {
    const scheduled = conditionOf(pod, 'PodScheduled');
    return scheduled?.status === 'False' && scheduled.reason === 'Unschedulable'
        ? (scheduled.message ?? '')
        : undefined;
}
const laterSteps = new Set(['Pulling', 'Pulled', 'Created', 'Started']);
function eventWhileCreating({ pod, events }, reasons, pattern) {
    if (pod.status?.phase !== 'Pending')
        return undefined;
    if (conditionOf(pod, 'PodReadyToStartContainers')?.status === 'True')
        return undefined;
    const failure = events.find(({ reason, message }) => reasons.includes(reason) && pattern.test(message));
    const hasHealed = events.some(({ reason, lastSeen }) => failure !== undefined &&
        (laterSteps.has(reason)
            ? lastSeen >= failure.lastSeen
            : reason === 'SuccessfulAttachVolume' && lastSeen > failure.lastSeen));
    return hasHealed ? undefined : failure?.message;
}
function conditionOf({ status }, type) {
    return status?.conditions?.find((each) => each.type === type);
}
const placementRows = [
    {
        reason: 'scheduling-gated',
        symptom: '`SchedulingGated`; `spec.schedulingGates`',
        cause: 'Whoever put the gate there, such as a queue or quota controller, has not opened it.',
        next: 'Look at the controller that opens the gate, or take the gate out of the pod template.',
        patience: 'timeout',
        recognise: ({ pod }) => {
            const scheduled = conditionOf(pod, 'PodScheduled');
            return scheduled?.reason === 'SchedulingGated' ? (scheduled.message ?? '') : undefined;
        },
        message: ({ pod }) => {
            const gates = pod.spec?.schedulingGates?.map(({ name }) => name).join(', ');
            return `no node is looked for yet, for its scheduling gates are shut${gates ? ` (${gates})` : ''}`;
        },
        hasLog: false,
    },
    {
        reason: 'volume-unbound',
        symptom: '`Pending`, "unbound immediate PersistentVolumeClaims" or "persistentvolumeclaim not found"',
        cause: 'A claim of the pod does not exist, or no volume could be made for it.',
        next: 'Look at the claim (kubectl describe pvc) and its storage class.',
        patience: { seconds: 30 },
        recognise: (subject) => {
            const words = unscheduled(subject);
            return words !== undefined && /persistentvolumeclaim/i.test(words) ? words : undefined;
        },
        message: () => 'no node takes it, for its volume claim has no volume',
        hasLog: false,
    },
    {
        reason: 'volume-zone',
        symptom: '`Pending`, "didn\'t match PersistentVolume\'s node affinity", "volume node affinity conflict"',
        cause: "The pod's volume is bound to a zone or node that does not take the pod.",
        next: "Free or add a node in the volume's zone, or move the data.",
        patience: { seconds: 120 },
        recognise: (subject) => {
            const words = unscheduled(subject);
            return words !== undefined &&
                /volume node affinity conflict|didn't match PersistentVolume's node affinity|no available volume zone/.test(words)
                ? words
                : undefined;
        },
        message: () => 'no node takes it, for none that is free is where its volume is',
        hasLog: false,
    },
    {
        reason: 'unschedulable',
        symptom: '`Pending`, "0/N nodes are available", event `TriggeredScaleUp`',
        cause: 'No node has room, and the cluster autoscaler is adding one.',
        next: 'Wait for the node; raise the timeout if nodes take longer than that.',
        patience: 'timeout',
        recognise: (subject) => subject.events.some(({ reason }) => reason === 'TriggeredScaleUp') ? unscheduled(subject) : undefined,
        message: () => 'no node takes it yet; the cluster autoscaler is adding one',
        hasLog: false,
    },
    {
        reason: 'unschedulable',
        symptom: '`Pending`, "0/N nodes are available"',
        cause: "The nodes lack room, or the pod's selector, affinity or missing tolerations exclude them.",
        next: "Compare its requests, node selector, affinity and tolerations with the cluster's nodes.",
        patience: { seconds: 120 },
        needsRoom: true,
        recognise: unscheduled,
        message: (subject) => {
            const why = (0,_scheduling_js__WEBPACK_IMPORTED_MODULE_0__/* .nodeVerdicts */ .H)(unscheduled(subject) ?? '').map((each) => `${each.nodes}: ${each.why}`);
            return `no node takes it${why.length > 0 ? ` (nodes ${why.join('; ')})` : ''}`;
        },
        hasLog: false,
    },
    {
        reason: 'volume-in-use',
        symptom: '`ContainerCreating`, event `FailedAttachVolume` "Multi-Attach"',
        cause: 'The volume can be attached to one node only, and the pod before still holds it.',
        next: 'Use the strategy Recreate, a StatefulSet, or a volume that several nodes may attach.',
        patience: { seconds: 60 },
        needsRoom: true,
        recognise: (subject) => eventWhileCreating(subject, ['FailedAttachVolume'], /Multi-Attach/),
        message: () => 'its volume is still attached to another node',
        hasLog: false,
    },
    {
        reason: 'volume-not-mounted',
        symptom: '`ContainerCreating`, event `FailedAttachVolume`',
        cause: 'The volume cannot be attached to the node: its storage is slow or throttled, or it is gone.',
        next: "Look at the volume (kubectl describe pv), and at the storage driver's pods.",
        patience: { seconds: 60 },
        needsRoom: true,
        recognise: (subject) => eventWhileCreating(subject, ['FailedAttachVolume'], /(?:)/),
        message: ({ pod }) => `a volume of it cannot be attached to node ${pod.spec?.nodeName ?? '?'}`,
        hasLog: false,
    },
    {
        reason: 'volume-not-mounted',
        symptom: '`ContainerCreating`, event `FailedMount`',
        cause: 'A ConfigMap, Secret or volume that it mounts does not exist or cannot be mounted.',
        next: 'Create what is missing, or correct the name in the manifest.',
        patience: { seconds: 20 },
        recognise: (subject) => eventWhileCreating(subject, ['FailedMount'], /(?:)/),
        message: (subject) => {
            const words = eventWhileCreating(subject, ['FailedMount'], /(?:)/) ?? '';
            const [, volume, kind, name] = /volume "([^"]+)" : (configmap|secret) "([^"]+)" not found/.exec(words) ?? [];
            if (volume && kind && name)
                return `its volume ${volume} needs the ${kind === 'secret' ? 'Secret' : 'ConfigMap'} ${name}, which does not exist`;
            return 'a volume of it cannot be mounted';
        },
        hasLog: false,
    },
    {
        reason: 'sandbox-failed',
        symptom: '`ContainerCreating`, event `FailedCreatePodSandBox`',
        cause: "The node's network or container runtime is in trouble.",
        next: 'Look at the node and its network plugin; the image is not at fault.',
        patience: { seconds: 60 },
        recognise: (subject) => eventWhileCreating(subject, ['FailedCreatePodSandBox'], /(?:)/),
        message: ({ pod }) => `node ${pod.spec?.nodeName ?? '?'} cannot set up the pod's sandbox`,
        hasLog: false,
    },
];
function disruption(pod, reasons) {
    const target = pod.status?.conditions?.find(({ type, status }) => type === 'DisruptionTarget' && status === 'True');
    return target && reasons.includes(target.reason ?? '') ? (target.message ?? '') : undefined;
}
const disruptionRows = [
    {
        reason: 'evicted',
        symptom: 'phase `Failed`, reason `Evicted`; or condition `DisruptionTarget`; or phase `Succeeded`, event `Evicted`',
        cause: 'The node ran short of memory or disk or was drained, or the pod used more than it may.',
        next: "Look at the node's conditions, and at the pod's requests and ephemeral-storage limits.",
        patience: 'timeout',
        recognise: (subject) => {
            const { phase, reason, message } = subject.pod.status ?? {};
            if (phase === 'Failed' && reason === 'Evicted')
                return message ?? '';
            const target = disruption(subject.pod, ['EvictionByEvictionAPI', 'TerminationByKubelet']);
            if (target !== undefined || phase !== 'Succeeded')
                return target;
            return subject.events.find((event) => event.reason === 'Evicted')?.message;
        },
        message: ({ pod }) => `it was evicted from node ${pod.spec?.nodeName ?? '?'}`,
        hasLog: false,
    },
    {
        reason: 'preempted',
        symptom: 'condition `DisruptionTarget`, reason `PreemptionByScheduler`',
        cause: 'The scheduler removed it for a pod of higher priority.',
        next: 'Add room, or give the workload a higher priority class.',
        patience: 'timeout',
        recognise: (subject) => disruption(subject.pod, ['PreemptionByScheduler']),
        message: () => 'it had to make room for a pod of higher priority',
        hasLog: false,
    },
    {
        reason: 'node-lost',
        symptom: 'event `NodeNotReady`, or reason `NodeLost`',
        cause: "The pod's node no longer answers.",
        next: 'Look at the node; its pods are replaced after five minutes, or once it is removed.',
        patience: 'timeout',
        recognise: ({ pod, events }) => {
            const isReady = pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True');
            if (isReady)
                return undefined;
            if (pod.status?.reason === 'NodeLost')
                return pod.status.message ?? '';
            const tainted = disruption(pod, ['DeletionByTaintManager']);
            if (tainted !== undefined)
                return tainted;
            return events[0]?.reason === 'NodeNotReady' ? events[0].message : undefined;
        },
        message: ({ pod }) => `its node ${pod.spec?.nodeName ?? '?'} does not answer`,
        hasLog: false,
    },
];


/***/ }),

/***/ 2054:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   H: () => (/* binding */ nodeVerdicts)
/* harmony export */ });
function nodeVerdicts(message) {
    const [, reasons = ''] = /^\d+\/\d+ nodes are available: (.*?)\.?(?: no new claims| preemption:|$)/s.exec(message) ?? [];
    return [...reasons.matchAll(/(\d+) ((?:[^,{]|\{[^}]*\})+)/g)].map(([, nodes, why = '']) => ({
        nodes: Number(nodes),
        why: why.trim().replace(/^node\(s\) /, ''),
    }));
}


/***/ }),

/***/ 3110:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   E: () => (/* binding */ parseDuration),
/* harmony export */   k: () => (/* binding */ sayDuration)
/* harmony export */ });
const unitSeconds = {
    h: 3600,
    m: 60,
    s: 1,
    ms: 1e-3,
    us: 1e-6,
    µs: 1e-6,
    ns: 1e-9,
};
function parseDuration(text) {
    if (text === '0')
        return 0;
    if (!/^(\d+(\.\d+)?(h|ms|m|s|us|µs|ns))+$/.test(text))
        return undefined;
    let seconds = 0;
    for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s|us|µs|ns)/g)) {
        seconds += Number(amount) * (unitSeconds[unit ?? ''] ?? 0);
    }
    return seconds;
}
function sayDuration(seconds) {
    if (seconds < 1)
        return `${Math.max(0, Math.round(seconds * 10) / 10)} s`;
    const whole = Math.round(seconds);
    if (whole < 60)
        return `${whole} s`;
    if (whole < 3600)
        return whole % 60 === 0 ? `${whole / 60} min` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
    const minutes = Math.floor((whole % 3600) / 60);
    return minutes === 0 ? `${Math.floor(whole / 3600)} h` : `${Math.floor(whole / 3600)} h ${minutes} min`;
}


/***/ }),

/***/ 4280:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   R: () => (/* binding */ endingOfError)
/* harmony export */ });
/* harmony import */ var _diagnosis_plain_reasons_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(5334);
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(9473);
/* harmony import */ var _kubernetes_lease_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(9611);
/* harmony import */ var _run_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(6501);




function endingOfError(error, journal) {
    const cause = causeOf(error);
    const setting = journal.last('setting-image') !== undefined;
    const migration = journal.last('migration-started');
    const migrating = migration !== undefined && journal.last('migration-ended') === undefined;
    const left = migrating
        ? [
            `Job ${migration.job} may still run: it goes on to its own end or deadline, since a migration must not be killed half-way.`,
        ]
        : [];
    const next = [...left, ...advice(error)];
    if (error instanceof _run_js__WEBPACK_IMPORTED_MODULE_3__/* .Interrupted */ .j)
        return { ending: { result: 'cancelled', cause, next }, finished: false };
    const isOnly = (journal.last('connected')?.workloads.length ?? 1) < 2;
    if (error instanceof _kubernetes_lease_js__WEBPACK_IMPORTED_MODULE_2__/* .LockLost */ .yS)
        return { ending: { result: 'superseded', cause, next }, finished: isOnly };
    if (setting)
        return { ending: { result: 'left-failed', cause, next }, finished: false };
    return { ending: { result: migrating ? 'migration-failed' : 'refused', cause, next }, finished: true };
}
function causeOf(error) {
    return { reason: reasonOf(error), message: sayError(error), diagnoses: [] };
}
function reasonOf(error) {
    if (error instanceof _errors_js__WEBPACK_IMPORTED_MODULE_1__/* .InputError */ .dz)
        return 'invalid-input';
    if (error instanceof _errors_js__WEBPACK_IMPORTED_MODULE_1__/* .KubeconfigError */ .C2)
        return 'invalid-kubeconfig';
    if (error instanceof _errors_js__WEBPACK_IMPORTED_MODULE_1__/* .ConnectionError */ .Rc)
        return 'api-server-unreachable';
    if (error instanceof _kubernetes_lease_js__WEBPACK_IMPORTED_MODULE_2__/* .LockLost */ .yS)
        return 'lock-lost';
    if (error instanceof _errors_js__WEBPACK_IMPORTED_MODULE_1__/* .ApiError */ .hD)
        return error.status === 401 ? 'unauthorised' : 'api-error';
    if (error instanceof _run_js__WEBPACK_IMPORTED_MODULE_3__/* .Interrupted */ .j)
        return 'interrupted';
    return 'internal-error';
}
function sayError(error) {
    if (error instanceof _errors_js__WEBPACK_IMPORTED_MODULE_1__/* .InputError */ .dz) {
        return error.problems.map(({ input, problem }) => `Input ${input}: ${problem}`).join('\n');
    }
    if (error instanceof _errors_js__WEBPACK_IMPORTED_MODULE_1__/* .ApiError */ .hD)
        return `The API server answered ${error.status} to ${error.request}: ${error.message}`;
    return (0,_errors_js__WEBPACK_IMPORTED_MODULE_1__/* .messageOf */ .bD)(error);
}
function advice(error) {
    if (error instanceof _errors_js__WEBPACK_IMPORTED_MODULE_1__/* .ApiError */ .hD && error.status !== 401)
        return [];
    if (error instanceof _run_js__WEBPACK_IMPORTED_MODULE_3__/* .Interrupted */ .j)
        return [];
    const stack = error instanceof Error ? error.stack : String(error);
    const reason = reasonOf(error);
    return reason === 'internal-error'
        ? [`This is a fault of safe-rollout; please report it with this: ${stack}`]
        : (0,_diagnosis_plain_reasons_js__WEBPACK_IMPORTED_MODULE_0__/* .adviceOn */ .i)(reason);
}


/***/ }),

/***/ 5668:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   h: () => (/* binding */ worstOf)
/* harmony export */ });
const gravest = [
    'undo-failed',
    'left-failed',
    'superseded',
    'undone',
    'cancelled',
    'migration-failed',
    'locked',
    'refused',
    'rolled-back',
    'deployed',
    'unchanged',
];
function worstOf(parts) {
    const [only] = parts;
    if (only && parts.length === 1)
        return only.ending;
    const byGravity = [...parts].sort((a, b) => gravest.indexOf(a.ending.result) - gravest.indexOf(b.ending.result));
    const worst = byGravity[0]?.ending ?? { result: 'cancelled', next: [] };
    const culprit = parts.find(({ isCulprit }) => isCulprit) ?? byGravity.find(({ ending }) => ending.cause);
    const next = parts.flatMap(({ workload, ending }) => ending.next.map((line) => (line.includes(workload) ? line : `${workload}: ${line}`)));
    return { result: worst.result, cause: culprit?.ending.cause ?? worst.cause, next: [...new Set(next)] };
}


/***/ }),

/***/ 9473:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   C2: () => (/* binding */ KubeconfigError),
/* harmony export */   Rc: () => (/* binding */ ConnectionError),
/* harmony export */   bD: () => (/* binding */ messageOf),
/* harmony export */   dz: () => (/* binding */ InputError),
/* harmony export */   hD: () => (/* binding */ ApiError)
/* harmony export */ });
class InputError extends Error {
    name = 'InputError';
    problems;
    constructor(problems) {
        super(problems.map(({ input, problem }) => `${input}: ${problem}`).join('\n'));
        this.problems = problems;
    }
}
class KubeconfigError extends Error {
    name = 'KubeconfigError';
}
class ApiError extends Error {
    name = 'ApiError';
    status;
    reason;
    request;
    causes;
    retryAfter;
    constructor(init) {
        super(init.message);
        this.status = init.status;
        this.reason = init.reason;
        this.request = init.request;
        this.causes = init.causes ?? [];
        this.retryAfter = init.retryAfter;
    }
}
class ConnectionError extends Error {
    name = 'ConnectionError';
    server;
    sent;
    constructor(server, message, options) {
        super(message, { cause: options.cause });
        this.server = server;
        this.sent = options.sent;
    }
}
function messageOf(error) {
    return error instanceof Error ? error.message : String(error);
}


/***/ }),

/***/ 2740:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   YP: () => (/* binding */ standingOf),
/* harmony export */   h7: () => (/* binding */ isReturnedTo),
/* harmony export */   i6: () => (/* binding */ parseHistory),
/* harmony export */   q8: () => (/* binding */ withRecord),
/* harmony export */   ud: () => (/* binding */ migrationsSince)
/* harmony export */ });
const mostRecords = 60;
function parseHistory(text) {
    try {
        const records = JSON.parse(text || '[]');
        return Array.isArray(records) ? records : [];
    }
    catch {
        return [];
    }
}
function withRecord(records, record) {
    const isReplaced = (each) => isOfMigration(each.what) && each.job === record.job && each.template === record.template;
    const others = isOfMigration(record.what) ? records.filter((each) => !isReplaced(each)) : records;
    const all = record.what === 'unmigrated' ? [...others] : [...others, record];
    while (all.length > mostRecords)
        all.splice(dispensable(all), 1);
    return all;
}
function dispensable(records) {
    const stale = records.findIndex(({ what, template }, index) => isStanding(what) &&
        records.slice(index + 1).some((later) => later.template === template && isStanding(later.what)));
    if (stale >= 0)
        return stale;
    const others = records.filter(({ what }) => !isStanding(what));
    const isCrowded = others.length * 2 > records.length;
    return records.findIndex(({ what }) => isStanding(what) !== isCrowded);
}
function standingOf(records, template) {
    const standings = records.filter((record) => record.template === template).map(({ what }) => what);
    return standings.findLast(isStanding);
}
function isReturnedTo(records, template, since) {
    return records.some((record) => record.what === 'returned' && record.template === template && Date.parse(record.at) >= since);
}
function isStanding(what) {
    return what !== 'returned' && !isOfMigration(what);
}
function isOfMigration(what) {
    return what === 'migrating' || what === 'migrated' || what === 'unmigrated';
}
function migrationsSince(records, template, made) {
    const last = records.findLastIndex((record) => record.template === template && record.what === 'healthy');
    const isSince = ({ at }) => last >= 0 || Date.parse(at) >= made;
    const since = records
        .slice(last + 1)
        .filter((record) => isOfMigration(record.what) && record.template !== template && isSince(record));
    return [...new Map(since.map((record) => [record.job, record])).values()].filter(({ what }) => what !== 'unmigrated');
}


/***/ }),

/***/ 349:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   G4: () => (/* binding */ isNamedForGood),
/* harmony export */   Y1: () => (/* binding */ parseWantedImage),
/* harmony export */   bV: () => (/* binding */ isMutable),
/* harmony export */   gp: () => (/* binding */ fullRepository),
/* harmony export */   zZ: () => (/* binding */ parseImage)
/* harmony export */ });
const host = String.raw `(?:[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?|\[[a-fA-F0-9:]+\])(?::\d+)?`;
const part = String.raw `[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*`;
const tag = String.raw `\w[\w.-]{0,127}`;
const digest = 'sha256:[a-f0-9]{64}';
const reference = new RegExp(`^((?:${host}/)?${part}(?:/${part})*)(?::(${tag}))?(?:@(${digest}))?$`);
function parseImage(text) {
    const match = reference.exec(text);
    if (match?.[1] === undefined)
        return undefined;
    return { repository: match[1], tag: match[2], digest: match[3] };
}
function fullRepository(repository) {
    const [first = '', ...rest] = repository.split('/');
    const isHost = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
    const named = isHost ? repository : `docker.io/${repository}`;
    const hub = named.replace(/^index\.docker\.io\//, 'docker.io/');
    return /^docker\.io\/[^/]+$/.test(hub) ? hub.replace('docker.io/', 'docker.io/library/') : hub;
}
function parseWantedImage(text) {
    if (/^[a-f0-9]{7,40}$/.test(text))
        return { kind: 'version', suffix: `:${text}` };
    if (new RegExp(`^(?::${tag})?(?:@${digest})?$`).test(text) && text !== '')
        return { kind: 'version', suffix: text };
    const image = parseImage(text);
    return image && { kind: 'reference', text, image };
}
function isMutable(image) {
    return image.digest === undefined && (image.tag === undefined || image.tag === 'latest');
}
function isNamedForGood({ digest, tag = '' }) {
    return digest !== undefined || /(?:^|[._-])[a-f0-9]{7,40}(?:$|[._-])/.test(tag);
}


/***/ }),

/***/ 850:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  Q: () => (/* binding */ readEnvironment),
  K: () => (/* binding */ readInputs)
});

// EXTERNAL MODULE: ./build/node_modules/@actions/core/lib/core.js + 6 modules
var core = __webpack_require__(2767);
// EXTERNAL MODULE: ./build/duration.js
var build_duration = __webpack_require__(3110);
// EXTERNAL MODULE: ./build/errors.js
var errors = __webpack_require__(9473);
// EXTERNAL MODULE: ./build/image.js
var build_image = __webpack_require__(349);
// EXTERNAL MODULE: ./build/kubernetes/proxy.js
var proxy = __webpack_require__(1077);
// EXTERNAL MODULE: ./build/kubernetes/workloads/names.js
var workloads_names = __webpack_require__(5596);
// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __webpack_require__(3024);
// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(6760);
// EXTERNAL MODULE: ./node_modules/shell-quote/index.js
var shell_quote = __webpack_require__(6591);
// EXTERNAL MODULE: ./node_modules/yaml/dist/index.js
var dist = __webpack_require__(8815);
;// CONCATENATED MODULE: ./build/migration-input.js





function readMigration(job, command, workspace, bad) {
    if (job !== '' && command !== '')
        return bad('migration-command', "give either it or 'migration-job', not both.");
    if (command !== '')
        return readCommand(command, bad);
    if (job === '')
        return undefined;
    const manifest = readJobManifest('migration-job', job, workspace, bad);
    return manifest && { kind: 'job', job: manifest };
}
function readCommand(text, bad) {
    if (text.startsWith('[')) {
        try {
            const words = JSON.parse(text);
            if (Array.isArray(words) && words.length > 0 && words.every((word) => typeof word === 'string')) {
                return { kind: 'command', command: words };
            }
            return bad('migration-command', 'the list must hold one string or more, and strings alone.');
        }
        catch (error) {
            return bad('migration-command', `it begins with '[' but is no JSON list: ${(0,errors/* messageOf */.bD)(error)}`);
        }
    }
    const words = (0,shell_quote.parse)(text, (name) => `\${${name}}`);
    const operator = words.find((word) => typeof word !== 'string');
    if (operator !== undefined) {
        const shown = 'op' in operator ? operator.op : '#';
        return bad('migration-command', `'${shown}' is for a shell, and the command is run without one. Write sh -c "…", or a JSON list of words.`);
    }
    return { kind: 'command', command: words };
}
function readJobManifest(input, text, workspace, bad) {
    let source = text;
    let origin = 'the input';
    if (!text.includes('\n') && !/^\s*[{]/.test(text) && !text.includes(': ')) {
        const file = workspaceFile(workspace, text);
        if ('problem' in file)
            return bad(input, file.problem);
        source = file.content;
        origin = text;
    }
    const documents = (0,dist/* parseAllDocuments */.hR)(source).filter(({ contents }) => contents !== null && !((0,dist/* isScalar */.jn)(contents) && contents.value === null));
    const [document, ...others] = documents;
    if (document === undefined)
        return bad(input, `${origin} holds no manifest.`);
    if (others.length > 0)
        return bad(input, `${origin} holds ${documents.length} manifests; give one Job.`);
    const [syntax] = document.errors;
    if (syntax)
        return bad(input, `${origin} is no valid YAML: ${syntax.message}`);
    const job = contentOf(document);
    if (job instanceof Error)
        return bad(input, `${origin} is no valid YAML: ${job.message}`);
    if (job === null || typeof job !== 'object') {
        return bad(input, `${origin} is neither a manifest nor a file's path.`);
    }
    if (job.kind !== 'Job' || job.apiVersion !== 'batch/v1') {
        return bad(input, `${origin} is ${job.apiVersion ?? '?'} ${job.kind ?? '?'}; a batch/v1 Job is needed.`);
    }
    const containers = job.spec?.template?.spec?.containers;
    if (!areMappings(containers) || containers.length === 0) {
        return bad(input, `${origin} has no container (spec.template.spec.containers).`);
    }
    const { initContainers } = job.spec?.template?.spec ?? {};
    if (initContainers !== undefined && !areMappings(initContainers)) {
        return bad(input, `${origin}: spec.template.spec.initContainers is no list of containers.`);
    }
    if (job.spec?.template?.spec?.restartPolicy === 'OnFailure' && job.spec.backoffLimit === undefined) {
        return bad(input, `${origin}: restartPolicy OnFailure starts what has failed again. Set backoffLimit too if that is meant, or restartPolicy: Never.`);
    }
    return job;
}
function contentOf(document) {
    try {
        return document.toJS();
    }
    catch (error) {
        return new Error((0,errors/* messageOf */.bD)(error));
    }
}
function areMappings(list) {
    return (Array.isArray(list) &&
        list.every((each) => typeof each === 'object' && each !== null && !Array.isArray(each)));
}
function workspaceFile(workspace, name) {
    try {
        const file = (0,external_node_fs_.realpathSync)(external_node_path_.resolve(workspace, name));
        const inside = external_node_path_.relative((0,external_node_fs_.realpathSync)(workspace), file);
        if (inside.startsWith('..') || external_node_path_.isAbsolute(inside)) {
            return { problem: `'${name}' leads out of the workspace.` };
        }
        return { content: (0,external_node_fs_.readFileSync)(file, 'utf8') };
    }
    catch (error) {
        const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
        const hint = missing
            ? 'there is no such file in the workspace (is actions/checkout run before?)'
            : (0,errors/* messageOf */.bD)(error);
        return { problem: `'${name}' cannot be read: ${hint}` };
    }
}

// EXTERNAL MODULE: ./build/preflight/preflight.js + 25 modules
var preflight = __webpack_require__(5860);
// EXTERNAL MODULE: ./build/decoded.js
var decoded = __webpack_require__(4690);
;// CONCATENATED MODULE: ./build/users/address.js

const servicePattern = /^(?:service|services|svc)\/(?:(?<scheme>https?):)?(?<service>[^:/?#]+):(?<port>[^:/?#]+)(?<rest>[/?#].*)?$/i;
const servicesName = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const portsName = /^(?=.*[a-z])[a-z0-9]([-a-z0-9]{0,13}[a-z0-9])?$/;
const shortestSecret = 6;
function parseWatchAddress(text) {
    const trimmed = text.trim();
    const problem = "it is neither an address ('https://shop.example/ready') nor a Service with its port ('service/web:http/ready').";
    if (/^(service|services|svc)\//i.test(trimmed))
        return parseService(trimmed);
    const url = URL.parse(trimmed);
    if (url === null || !/^https?:$/.test(url.protocol))
        return { ok: false, problem };
    url.hash = '';
    const shown = `${url.origin}${url.pathname}${url.search ? '?…' : ''}`;
    const userinfo = [url.username, url.password].flatMap((part) => [part, (0,decoded/* decoded */.D)(part)]);
    const secrets = secretsOf([...userinfo, ...queryParts(url)]);
    return { ok: true, address: { kind: 'url', url: url.href, shown, secrets } };
}
function parseService(text) {
    const { scheme = 'http', service = '', port = '', rest = '' } = servicePattern.exec(text)?.groups ?? {};
    if (service === '') {
        return { ok: false, problem: "a Service needs its port too: 'service/NAME:PORT/PATH'." };
    }
    if (!servicesName.test(service))
        return { ok: false, problem: "the Service's name cannot be one." };
    const isNumber = /^[1-9]\d{0,4}$/.test(port) && Number(port) <= 65_535;
    if (!isNumber && !portsName.test(port))
        return { ok: false, problem: "the Service's port is neither a number nor a port's name." };
    const url = new URL(rest.startsWith('/') ? rest : `/${rest}`, 'http://service');
    const id = `${scheme.toLowerCase()}:${service}:${port}`;
    const name = scheme.toLowerCase() === 'http' ? `${service}:${port}` : id;
    const shown = `service/${name}${url.pathname}${url.search ? '?…' : ''}`;
    const path = `${url.pathname}${url.search}`;
    return {
        ok: true,
        address: { kind: 'service', service, id, path, shown, secrets: secretsOf(queryParts(url)) },
    };
}
function queryParts({ search, searchParams }) {
    const query = search.slice(1);
    const raw = query.split('&').map((pair) => pair.slice(pair.indexOf('=') + 1));
    return [query, ...raw, ...searchParams.values()];
}
function secretsOf(parts) {
    return [...new Set(parts)].filter((part) => part.length >= shortestSecret);
}

// EXTERNAL MODULE: ./build/users/limit.js
var users_limit = __webpack_require__(6748);
;// CONCATENATED MODULE: ./build/verify-input.js

function readVerification({ job, command, port }, workspace, bad) {
    if (port !== '' && command === '')
        bad('verify-port', "it is what 'verify-command' reaches, and there is no such command.");
    return {
        job: job === '' ? undefined : readJobManifest('verify-job', job, workspace, bad),
        command,
        port: port === '' ? undefined : readPort(port, bad),
    };
}
const targets = /^(?:(?:services?|svc)\/(?<service>[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?):|(?:pods?:)?)(?<port>[a-z0-9-]+)$/;
function readPort(text, bad) {
    const { service, port = '' } = targets.exec(text)?.groups ?? {};
    if (!isPort(port)) {
        return bad('verify-port', `'${text}' is no port. Write '8080' or 'pod:8080' for one of the pods, 'service/web:80' or 'service/web:http' for a Service.`);
    }
    return service === undefined ? { kind: 'pod', port } : { kind: 'service', name: service, port };
}
function isPort(text) {
    if (/^\d+$/.test(text))
        return Number(text) >= 1 && Number(text) <= 65_535;
    return text.length <= 15 && /[a-z]/.test(text) && !/^-|--|-$/.test(text);
}

;// CONCATENATED MODULE: ./build/inputs.js











function readEnvironment() {
    const env = process.env;
    const repository = env['GITHUB_REPOSITORY'] ?? '';
    const runId = env['GITHUB_RUN_ID'] ?? '';
    const attempt = env['GITHUB_RUN_ATTEMPT'] ?? '1';
    const server = env['GITHUB_SERVER_URL'] ?? 'https://github.com';
    return {
        variables: env,
        run: {
            repository,
            runId,
            attempt,
            job: env['GITHUB_JOB'] ?? '',
            actor: env['GITHUB_TRIGGERING_ACTOR'] ?? env['GITHUB_ACTOR'] ?? '',
            sha: env['GITHUB_SHA'] ?? '',
            url: repository && runId ? `${server}/${repository}/actions/runs/${runId}/attempts/${attempt}` : '',
        },
    };
}
function readInputs(phase = 'main') {
    const problems = [];
    const text = (input) => core/* getInput */.V4(input);
    const bad = (input, problem) => {
        problems.push({ input, problem });
        return undefined;
    };
    const oneOf = (input, ...values) => {
        const value = text(input);
        if (value === '')
            return values[0];
        const found = values.find((candidate) => candidate === value);
        if (found === undefined)
            bad(input, `'${value}' is none of ${values.map((each) => `'${each}'`).join(', ')}.`);
        return found ?? values[0];
    };
    const seconds = (input, fallback, least = 1) => {
        const value = text(input);
        if (value === '')
            return fallback;
        const duration = (0,build_duration/* parseDuration */.E)(value);
        if (duration === undefined) {
            bad(input, `'${value}' is no duration. Write a number with its unit, such as 90s, 10m or 1h30m.`);
        }
        else if (duration < least) {
            bad(input, `'${value}' is shorter than a second. Write how long to wait at the most, such as 10m.`);
        }
        return duration ?? fallback;
    };
    const timeout = seconds('timeout', 600);
    const workspace = process.env['GITHUB_WORKSPACE'] ?? process.cwd();
    const verification = () => ({
        ...readVerification({ job: text('verify-job'), command: text('verify-command'), port: text('verify-port') }, workspace, bad),
        timeout: seconds('verify-timeout', 600),
        bakeTime: seconds('bake-time', 0, 0),
    });
    const inputs = {
        command: oneOf('command', 'deploy', 'rollback'),
        workloads: readWorkloads(text('deployment'), bad),
        namespace: readNamespace(text('namespace'), bad),
        image: readImage('image', text('image'), bad),
        toRevision: readRevision(text('to-revision'), bad),
        toImage: readImage('to-image', text('to-image'), bad),
        containers: list(text('container')),
        migration: phase === 'post'
            ? undefined
            : readMigration(text('migration-job'), text('migration-command'), workspace, bad),
        migrationTimeout: seconds('migration-timeout', 600),
        pace: readPace(text('max-surge'), text('max-unavailable'), bad),
        timeout,
        undoTimeout: seconds('undo-timeout', timeout),
        verification: phase === 'post' ? noVerification : verification(),
        watch: readWatch(text('watch-url'), text('watch-max-errors'), bad),
        onFailure: oneOf('on-failure', 'undo', 'leave'),
        onCancel: oneOf('on-cancel', 'undo', 'leave'),
        failFast: oneOf('fail-fast', 'strict', 'patient', 'off'),
        lockTimeout: seconds('lock-timeout', 600, 0),
        preflight: oneOf('preflight', 'strict', 'warn'),
        preflightIgnore: readRules(text('preflight-ignore'), bad),
        kubeconfig: text('kubeconfig'),
        context: text('context'),
    };
    checkTogether(inputs, bad);
    const [first, ...others] = inputs.workloads;
    if (problems.length > 0 || first === undefined)
        throw new errors/* InputError */.dz(problems);
    return { ...inputs, workloads: [first, ...others] };
}
const noVerification = {
    job: undefined,
    command: '',
    port: undefined,
    timeout: 0,
    bakeTime: 0,
};
function list(text) {
    return text
        .split(/[,\n]/)
        .map((word) => word.trim())
        .filter((word) => word !== '');
}
function readWorkloads(text, bad) {
    const workloads = list(text).flatMap((word) => {
        const parsed = (0,workloads_names/* parseWorkloadName */.e)(word);
        if (!parsed.ok)
            bad('deployment', parsed.problem);
        return parsed.ok ? [parsed.name] : [];
    });
    if (list(text).length === 0)
        bad('deployment', "it is required. Name the workload, such as 'web' or 'deployment/web'.");
    const names = workloads.map(workloads_names/* sayWorkload */.j);
    const twice = names.filter((name, index) => names.indexOf(name) !== index);
    if (twice.length > 0)
        bad('deployment', `it names ${[...new Set(twice)].join(', ')} more than once.`);
    return workloads;
}
function readNamespace(text, bad) {
    if (text !== '' && !/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(text)) {
        bad('namespace', `'${text}' is no namespace's name (lower-case letters, digits and '-', 63 at the most).`);
    }
    return text;
}
function readImage(input, text, bad) {
    if (text === '')
        return undefined;
    return ((0,build_image/* parseWantedImage */.Y1)(text) ??
        bad(input, `'${text}' is no image reference. Write a full one ('ghcr.io/acme/web:3f2c1ab'), or ':tag', '@sha256:…' or a commit SHA to keep the repository that runs now.`));
}
function readPace(surge, unavailable, bad) {
    const read = (input, text) => {
        if (text === '')
            return undefined;
        if (/^\d{1,6}$/.test(text))
            return Number(text);
        if (/^\d{1,3}%$/.test(text))
            return text;
        return bad(input, `'${text}' is neither a number of pods nor a percentage of them, such as 1 or 25%.`);
    };
    const isNone = (text) => /^0+%?$/.test(text);
    if (isNone(surge) && isNone(unavailable))
        bad('max-surge', "it and 'max-unavailable' cannot both be 0: no pod could ever be replaced.");
    return { maxSurge: read('max-surge', surge), maxUnavailable: read('max-unavailable', unavailable) };
}
function readRevision(text, bad) {
    if (text === '')
        return undefined;
    if (/^[1-9]\d{0,8}$/.test(text))
        return Number(text);
    return bad('to-revision', `'${text}' is no revision's number, as 'kubectl rollout history' shows them.`);
}
function checkTogether(given, bad) {
    const { command, image, toRevision, toImage, migration, workloads } = given;
    if (command === 'deploy') {
        if (image === undefined && core/* getInput */.V4('image') === '')
            bad('image', "it is required. Name the image, such as 'ghcr.io/acme/web:3f2c1ab'.");
        if (toRevision !== undefined)
            bad('to-revision', "it is for 'command: rollback' only.");
        if (toImage !== undefined)
            bad('to-image', "it is for 'command: rollback' only.");
        return;
    }
    if (core/* getInput */.V4('container') !== '')
        bad('container', 'a rollback takes the whole pod template back.');
    if (image !== undefined)
        bad('image', "a rollback sets none; name the one to go back to in 'to-image'.");
    if (migration !== undefined)
        bad('migration-job', 'a rollback runs no migration: the schema does not roll back.');
    if (toRevision !== undefined && toImage !== undefined)
        bad('to-revision', "it and 'to-image' cannot both be given.");
    if (toRevision !== undefined && workloads.length > 1)
        bad('to-revision', "revisions are numbered for each workload; name one workload, or use 'to-image'.");
}
function readWatch(url, maxErrors, bad) {
    const limit = (0,users_limit/* parseErrorLimit */.b3)(maxErrors || '1%');
    if (limit === undefined)
        bad('watch-max-errors', `'${maxErrors}' is no limit. Write a share ('1%'), a number ('0'), or 'off'.`);
    if (url === '')
        return undefined;
    const parsed = parseWatchAddress(url);
    if (!parsed.ok)
        return bad('watch-url', parsed.problem);
    if (limit === undefined)
        return undefined;
    const { address } = parsed;
    const proxyUrl = address.kind === 'url' ? (0,proxy/* proxyFor */.i)(new URL(address.url), process.env) : undefined;
    return { address, limit, proxyUrl };
}
function readRules(text, bad) {
    const ids = list(text);
    const unknown = ids.filter((id) => !preflight/* rules */.a.some((rule) => rule.id === id));
    if (unknown.length > 0) {
        const known = preflight/* rules */.a.map(({ id }) => id).join(', ');
        bad('preflight-ignore', `${unknown.join(', ')} is no rule. There are: ${known}.`);
    }
    return ids;
}


/***/ }),

/***/ 7048:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Gf: () => (/* binding */ parseIntent),
/* harmony export */   Jv: () => (/* binding */ brokenTemplates),
/* harmony export */   b$: () => (/* binding */ templateSet),
/* harmony export */   bO: () => (/* binding */ parseIntents)
/* harmony export */ });
function templateSet({ ours }) {
    return ours.at(-1) ?? '';
}
function brokenTemplates({ before, isBeforeBroken = false, ours, undoTo }, wanted, isUndo) {
    const broken = new Set([...(isBeforeBroken ? [before] : []), ...(isUndo ? ours : [])]);
    if (undoTo && isUndo)
        broken.delete(undoTo.templateDigest);
    for (const each of wanted)
        broken.delete(each);
    return broken;
}
function parseIntent(text) {
    return parse(text).find(isIntent);
}
function parseIntents(text) {
    return parse(text).flat().filter(isIntent);
}
function parse(text) {
    try {
        return text === '' ? [] : [JSON.parse(text)];
    }
    catch {
        return [];
    }
}
function isIntent(value) {
    return value?.version === 1;
}


/***/ }),

/***/ 2073:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Y: () => (/* binding */ interruption),
/* harmony export */   n: () => (/* binding */ endSoon)
/* harmony export */ });
/* harmony import */ var _run_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(6501);

function interruption(onInterrupted) {
    const controller = new AbortController();
    for (const name of ['SIGINT', 'SIGTERM']) {
        process.on(name, () => {
            if (controller.signal.aborted)
                return;
            onInterrupted(name);
            controller.abort(new _run_js__WEBPACK_IMPORTED_MODULE_0__/* .Interrupted */ .j(`Interrupted by ${name}: the workflow was cancelled, or ran out of time.`));
        });
    }
    return controller.signal;
}
function endSoon() {
    setTimeout(() => process.exit(), 500).unref();
}


/***/ }),

/***/ 7999:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   CQ: () => (/* binding */ Journal),
/* harmony export */   ES: () => (/* binding */ standings),
/* harmony export */   es: () => (/* binding */ doneResult),
/* harmony export */   kj: () => (/* binding */ entriesFromState),
/* harmony export */   o9: () => (/* binding */ successes)
/* harmony export */ });
/* harmony import */ var _clip_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(1992);

const successes = new Set(['deployed', 'unchanged', 'rolled-back']);
const standings = {
    healthy: 'was healthy',
    failed: 'failed',
    undone: 'was undone',
    left: 'was rolled back from',
    unknown: 'not known',
};
class Journal {
    #entries;
    #now;
    #onEntry;
    #workload;
    constructor(options) {
        this.#entries = options.entries ?? [];
        this.#workload = options.workload;
        this.#now = options.now;
        this.#onEntry = options.onEntry ?? (() => { });
    }
    get entries() {
        return this.#entries;
    }
    of(workload) {
        return new Journal({ now: this.#now, entries: this.#entries, onEntry: this.#onEntry, workload });
    }
    add(event) {
        const workload = this.#workload;
        this.#entries.push({ ...event, at: this.#now(), ...(workload !== undefined && { workload }) });
        if (event.type !== 'progress')
            this.#onEntry(this);
    }
    first(type) {
        return this.#entries.find((entry) => entry.type === type && this.#isAbout(entry));
    }
    last(type) {
        return this.#entries.findLast((entry) => entry.type === type && this.#isAbout(entry));
    }
    #isAbout({ workload }) {
        return this.#workload === undefined || workload === undefined || workload === this.#workload;
    }
    toState() {
        return JSON.stringify(this.#entries.filter(({ type }) => type !== 'progress').map(withoutWords));
    }
}
function entriesFromState(text) {
    try {
        const entries = JSON.parse(text || '[]');
        return Array.isArray(entries) ? entries : [];
    }
    catch {
        return [];
    }
}
function withoutWords(entry) {
    if (entry.type === 'checked')
        return { ...entry, findings: [] };
    if (entry.type === 'history')
        return { ...entry, rows: [] };
    if (entry.type === 'ended')
        return { ...entry, ending: { ...entry.ending, cause: bare(entry.ending.cause), next: [] } };
    if (entry.type === 'migration-ended' || entry.type === 'proof-ended')
        return { ...entry, cause: bare(entry.cause) };
    if (entry.type === 'rollout-failed' || entry.type === 'undo-failed') {
        return { ...entry, cause: bare(entry.cause) ?? entry.cause };
    }
    return entry;
}
function bare(cause) {
    return cause && { reason: cause.reason, message: (0,_clip_js__WEBPACK_IMPORTED_MODULE_0__/* .clip */ .$Q)(cause.message, 500), diagnoses: [] };
}
function doneResult(journal) {
    return journal.last('connected')?.command === 'rollback' ? 'rolled-back' : 'deployed';
}


/***/ }),

/***/ 4912:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Cn: () => (/* binding */ mostObjects),
/* harmony export */   Ev: () => (/* binding */ told),
/* harmony export */   v8: () => (/* binding */ ObjectEvents)
/* harmony export */ });
/* harmony import */ var _resources_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(8268);
/* harmony import */ var _watch_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(6862);


function told(event) {
    const { lastTimestamp, eventTime, series, metadata, involvedObject } = event;
    const seen = series?.lastObservedTime ?? lastTimestamp ?? eventTime ?? metadata.creationTimestamp ?? 0;
    return {
        reason: event.reason ?? '',
        message: event.message ?? '',
        count: series?.count ?? event.count ?? 1,
        lastSeen: new Date(seen).getTime(),
        container: /\{(.+)\}/.exec(involvedObject.fieldPath ?? '')?.[1] ?? '',
    };
}
const mostObjects = 3;
class ObjectEvents {
    #client;
    #namespace;
    #signal;
    #onChange;
    #followed = new Map();
    constructor(client, namespace, signal, onChange) {
        this.#client = client;
        this.#namespace = namespace;
        this.#signal = signal;
        this.#onChange = onChange;
    }
    follow(objects) {
        const uids = new Set(objects.map(({ metadata }) => metadata?.uid ?? ''));
        for (const [uid, { stop }] of this.#followed) {
            if (uids.has(uid))
                continue;
            stop.abort();
            this.#followed.delete(uid);
        }
        for (const uid of uids) {
            if (this.#followed.size >= mostObjects)
                return;
            if (!this.#followed.has(uid))
                this.#begin(uid);
        }
    }
    facts() {
        return new Map([...this.#followed].map(([uid, { events }]) => [uid, events()]));
    }
    #begin(uid) {
        const stop = new AbortController();
        const events = (0,_watch_js__WEBPACK_IMPORTED_MODULE_1__/* .mirror */ .e)(this.#client, _resources_js__WEBPACK_IMPORTED_MODULE_0__/* .resources */ .E.events, { namespace: this.#namespace, fieldSelector: `involvedObject.uid=${uid}` }, { signal: AbortSignal.any([this.#signal, stop.signal]), onChange: this.#onChange, project: told });
        events.synced.catch(() => { });
        events.done.catch(() => { });
        this.#followed.set(uid, { stop, events: () => events.items().sort((a, b) => b.lastSeen - a.lastSeen) });
    }
}


/***/ }),

/***/ 9611:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   IZ: () => (/* binding */ acquireLock),
/* harmony export */   yS: () => (/* binding */ LockLost)
/* harmony export */ });
/* unused harmony exports leaseSeconds, LeaseLock, heldBy */
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(9473);
/* harmony import */ var _marks_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(5587);
/* harmony import */ var _resources_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(8268);



class LockLost extends Error {
    name = 'LockLost';
}
const leaseSeconds = 30;
const renewSeconds = 8;
const freshSeconds = 18;
const mostRenewals = 5;
const marginSeconds = 5;
const mostFailures = 40;
const lookSeconds = 2;
async function acquireLock(request) {
    const { clock, holder, signal } = request;
    const deadline = clock.now() + request.timeout * 1000;
    let seen;
    let isAlive = false;
    let told = '';
    let failures = 0;
    for (;;) {
        const lease = await read(request);
        const version = lease?.metadata?.resourceVersion ?? '';
        const by = lease && heldBy(lease);
        const renewal = `${by?.identity} ${lease?.spec?.renewTime}`;
        const isSame = seen?.identity === by?.identity;
        isAlive = isSame && (isAlive || (seen !== undefined && seen.renewal !== renewal));
        if (seen === undefined || seen.version !== version)
            seen = { version, renewal, identity: by?.identity, since: clock.now() };
        const promised = (lease?.spec?.leaseDurationSeconds ?? leaseSeconds) * 1000;
        const isFree = by === undefined || by.identity === holder.identity || clock.now() - seen.since >= promised;
        if (isFree) {
            const taken = await take(request, lease);
            if (taken) {
                const notes = lease?.metadata?.annotations ?? {};
                return { kind: 'acquired', lock: new LeaseLock(request, taken), notes };
            }
            failures += 1;
            if (failures >= mostFailures)
                throw new Error(`The Lease ${request.name} could not be written.`);
            await clock.sleep(retrySeconds, signal);
            continue;
        }
        if (told !== by.identity) {
            request.onWait(by);
            told = by.identity;
        }
        const silent = clock.now() - new Date(lease?.spec?.renewTime ?? 0).getTime();
        const seemsLost = !isAlive && silent > promised && promised <= leaseSeconds * 1000;
        if (clock.now() >= deadline && !(seemsLost && clock.now() - seen.since < promised))
            return { kind: 'held', by };
        const pause = clock.now() < deadline ? Math.min(lookSeconds, (deadline - clock.now()) / 1000) : lookSeconds;
        await clock.sleep(pause, signal);
    }
}
class LeaseLock {
    #request;
    #stop = new AbortController();
    #lost = new AbortController();
    #version;
    #renewedAt;
    #queue = Promise.resolve();
    constructor(request, taken) {
        this.#request = request;
        this.#version = taken.lease.metadata?.resourceVersion ?? '';
        this.#renewedAt = taken.at;
        this.#renewing().catch(() => { });
    }
    get lost() {
        return this.#lost.signal;
    }
    async note(notes) {
        await this.#change({ metadata: { annotations: notes } });
    }
    async ensure() {
        this.#lost.signal.throwIfAborted();
        const left = () => leaseSeconds - (this.#request.clock.now() - this.#renewedAt) / 1000;
        for (let attempt = 0; left() < freshSeconds; attempt++) {
            if (attempt >= mostRenewals)
                throw new Error('The API server is too slow for the lock to be held.');
            await this.#change({});
        }
        return left() - marginSeconds;
    }
    stop() {
        this.#stop.abort();
    }
    async release(notes) {
        this.#stop.abort();
        if (this.#lost.signal.aborted)
            return;
        try {
            await this.#change({
                spec: { holderIdentity: null, acquireTime: null },
                metadata: { annotations: { [_marks_js__WEBPACK_IMPORTED_MODULE_1__/* .marks */ .Z8.run]: null, ...notes } },
            }, releaseSeconds);
        }
        catch {
        }
    }
    async #renewing() {
        const { clock, signal } = this.#request;
        const ending = AbortSignal.any([signal, this.#stop.signal, this.#lost.signal]);
        for (;;) {
            await clock.sleep(renewSeconds, ending);
            await this.#change({}).catch(() => { });
        }
    }
    #change(patch, patience = leaseSeconds) {
        const change = this.#queue.then(() => this.#changeNow(patch, patience));
        this.#queue = change.catch(() => { });
        return change;
    }
    async #changeNow(patch, patience) {
        this.#lost.signal.throwIfAborted();
        const { clock, holder, signal } = this.#request;
        const began = clock.now();
        for (;;) {
            const at = clock.now();
            try {
                const body = { ...patch, spec: { renewTime: microTime(at), ...patch.spec } };
                const lease = await write(this.#request, this.#version, body, patience);
                this.#version = lease.metadata?.resourceVersion ?? '';
                this.#renewedAt = at;
                return;
            }
            catch (error) {
                if (!mayHaveHappened(error))
                    throw error;
                if ((clock.now() - began) / 1000 >= patience)
                    throw error;
                const lease = await this.#look(began, patience);
                if (lease === undefined || heldBy(lease)?.identity !== holder.identity)
                    throw this.#lose(lease);
                this.#version = lease.metadata?.resourceVersion ?? '';
                await clock.sleep(retrySeconds, signal);
            }
        }
    }
    async #look(began, patience) {
        const { clock, signal } = this.#request;
        for (;;) {
            try {
                return await read(this.#request);
            }
            catch (error) {
                if (!(error instanceof _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .ConnectionError */ .Rc) || (clock.now() - began) / 1000 >= patience)
                    throw error;
                await clock.sleep(retrySeconds, signal);
            }
        }
    }
    #lose(lease) {
        const by = lease && heldBy(lease);
        const who = by ? `${by.identity}${by.url ? ` (${by.url})` : ''} has taken it over` : 'its Lease is gone';
        const error = new LockLost(`The lock ${this.#request.name} was lost: ${who}.`);
        this.#lost.abort(error);
        return error;
    }
}
const attemptSeconds = 8;
const retrySeconds = 0.5;
function mayHaveHappened(error) {
    if (error instanceof _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .ConnectionError */ .Rc)
        return error.sent;
    return (error instanceof _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .ApiError */ .hD &&
        (error.status === 409 || error.status === 404 || error.status === 429 || error.status >= 500));
}
const releaseSeconds = 3;
function heldBy({ spec, metadata }) {
    if (!spec?.holderIdentity)
        return undefined;
    return {
        identity: spec.holderIdentity,
        url: metadata?.annotations?.[_marks_js__WEBPACK_IMPORTED_MODULE_1__/* .marks */ .Z8.run] ?? '',
        since: new Date(spec.acquireTime ?? 0).getTime(),
    };
}
async function read({ client, namespace, name, signal }) {
    try {
        return await client.get(_resources_js__WEBPACK_IMPORTED_MODULE_2__/* .resources */ .E.leases, { namespace, name }, { signal, timeoutSeconds: attemptSeconds });
    }
    catch (error) {
        if (error instanceof _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .ApiError */ .hD && error.status === 404)
            return undefined;
        throw error;
    }
}
async function take(request, lease) {
    const { client, namespace, name, holder, clock, signal } = request;
    const at = clock.now();
    const spec = {
        holderIdentity: holder.identity,
        leaseDurationSeconds: leaseSeconds,
        acquireTime: microTime(at),
        renewTime: microTime(at),
        leaseTransitions: (lease?.spec?.leaseTransitions ?? 0) + 1,
    };
    const annotations = { [_marks_js__WEBPACK_IMPORTED_MODULE_1__/* .marks */ .Z8.run]: holder.url };
    try {
        if (lease !== undefined) {
            return {
                lease: await write(request, lease.metadata?.resourceVersion ?? '', {
                    spec,
                    metadata: { annotations },
                }),
                at,
            };
        }
        const body = { metadata: { name, namespace, annotations }, spec };
        return {
            lease: await client.create(_resources_js__WEBPACK_IMPORTED_MODULE_2__/* .resources */ .E.leases, { namespace }, body, {
                fieldManager: _marks_js__WEBPACK_IMPORTED_MODULE_1__/* .fieldManager */ .wM,
                signal,
                timeoutSeconds: attemptSeconds,
            }),
            at,
        };
    }
    catch (error) {
        if (mayHaveHappened(error))
            return undefined;
        throw error;
    }
}
function write({ client, namespace, name, signal }, resourceVersion, patch, patience) {
    const body = { ...patch, metadata: { ...patch.metadata, resourceVersion } };
    return client.patch(_resources_js__WEBPACK_IMPORTED_MODULE_2__/* .resources */ .E.leases, { namespace, name }, body, {
        fieldManager: _marks_js__WEBPACK_IMPORTED_MODULE_1__/* .fieldManager */ .wM,
        signal,
        timeoutSeconds: attemptSeconds,
        ...(patience !== undefined && { patience }),
    });
}
function microTime(milliseconds) {
    return new Date(milliseconds).toISOString().replace('Z', '000Z');
}


/***/ }),

/***/ 8462:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   g: () => (/* binding */ LineSplitter)
/* harmony export */ });
/* unused harmony export CUT_MARK */
/* harmony import */ var node_string_decoder__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(6193);
/* harmony import */ var _clip_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(1992);


const CUT_MARK = ' …[line cut]';
class LineSplitter {
    #onLine;
    #maxLength;
    #decoder = new node_string_decoder__WEBPACK_IMPORTED_MODULE_0__.StringDecoder('utf8');
    #pending = '';
    #cut = false;
    constructor(onLine, maxLength = Number.POSITIVE_INFINITY) {
        this.#onLine = onLine;
        this.#maxLength = maxLength;
    }
    write(chunk) {
        const text = typeof chunk === 'string' ? chunk : this.#decoder.write(chunk);
        let start = 0;
        for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
            this.#append(text.slice(start, end));
            this.#emit();
            start = end + 1;
        }
        this.#append(text.slice(start));
    }
    end() {
        this.#append(this.#decoder.end());
        if (this.#pending !== '') {
            this.#emit();
        }
    }
    #append(text) {
        const room = this.#maxLength - this.#pending.length;
        this.#cut ||= text.length > room;
        this.#pending += text.length > room ? text.slice(0, Math.max(0, room)) : text;
    }
    #emit() {
        const line = this.#cut ? (0,_clip_js__WEBPACK_IMPORTED_MODULE_1__/* .wholeWords */ .pC)(this.#pending).trimEnd() + CUT_MARK : this.#pending;
        this.#pending = '';
        this.#cut = false;
        this.#onLine(line);
    }
}


/***/ }),

/***/ 6534:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   AW: () => (/* binding */ isKubeletsWord),
/* harmony export */   wO: () => (/* binding */ followLog),
/* harmony export */   x6: () => (/* binding */ readLog)
/* harmony export */ });
/* harmony import */ var node_stream__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(7075);
/* harmony import */ var _clock_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(7094);
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(9473);
/* harmony import */ var _lines_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(8462);




const MAX_LINE_CHARACTERS = 16 * 1024;
const FIRST_PAUSE_SECONDS = 0.2;
const LONGEST_PAUSE_SECONDS = 2;
const LINGER_SECONDS = 5;
const LAST_READ_SECONDS = 15;
const OVERLAP_SECONDS = 1;
const NOT_YET = /waiting to start|ContainerCreating|PodInitializing|does not have a host assigned/;
function isKubeletsWord(line) {
    return /^(?:unable to retrieve container logs for |failed to try resolving symlinks in path )/.test(line);
}
async function followLog(client, source, options) {
    const { signal, ended } = options;
    const clock = options.clock ?? _clock_js__WEBPACK_IMPORTED_MODULE_1__/* .systemClock */ .m;
    const position = new Position();
    let received = 0;
    let pause = FIRST_PAUSE_SECONDS;
    let endedAt;
    const isFull = () => source.limitBytes !== undefined && received >= source.limitBytes;
    for (;;) {
        signal.throwIfAborted();
        const last = ended();
        endedAt ??= last ? clock.now() : undefined;
        let progressed = false;
        let broken;
        try {
            const left = source.limitBytes === undefined ? undefined : source.limitBytes - received;
            const query = { ...resumed(source, position, left), follow: !last, timestamps: true };
            const stream = await client.log(query, { signal, patience: 0 });
            position.resume();
            const splitter = new _lines_js__WEBPACK_IMPORTED_MODULE_3__/* .LineSplitter */ .g((line) => {
                const { timestamp, text } = split(line);
                if (position.advance(timestamp, line)) {
                    progressed = true;
                    options.onLine(text, timestamp);
                }
            }, MAX_LINE_CHARACTERS);
            (0,node_stream__WEBPACK_IMPORTED_MODULE_0__.addAbortSignal)(signal, stream);
            broken = await drain(stream, ended, options.lingerSeconds ?? LINGER_SECONDS, (chunk) => {
                received += chunk.length;
                splitter.write(chunk);
            });
            if (broken === undefined && (last || isFull())) {
                splitter.end();
            }
        }
        catch (error) {
            signal.throwIfAborted();
            if (error instanceof _errors_js__WEBPACK_IMPORTED_MODULE_2__/* .ApiError */ .hD && (isGone(error) || (last && isNotYet(error)))) {
                return;
            }
            if (!isPassing(error)) {
                throw error;
            }
            broken = error;
        }
        if ((broken === undefined && last) || isFull()) {
            return;
        }
        if (broken !== undefined && endedAt !== undefined && clock.now() - endedAt > LAST_READ_SECONDS * 1000) {
            throw broken;
        }
        pause = progressed ? FIRST_PAUSE_SECONDS : pause;
        await clock.sleep(pause, signal);
        pause = Math.min(pause * 2, LONGEST_PAUSE_SECONDS);
    }
}
async function readLog(client, source, options) {
    const lines = [];
    try {
        const stream = await client.log(source, { patience: 5, ...options });
        const splitter = new _lines_js__WEBPACK_IMPORTED_MODULE_3__/* .LineSplitter */ .g((line) => lines.push(line), MAX_LINE_CHARACTERS);
        for await (const chunk of stream) {
            splitter.write(chunk);
        }
        splitter.end();
    }
    catch (error) {
        options.signal.throwIfAborted();
        if (!(error instanceof _errors_js__WEBPACK_IMPORTED_MODULE_2__/* .ApiError */ .hD)) {
            if (lines.length > 0) {
                return lines;
            }
            throw error;
        }
        if (!isGone(error) && !isNotYet(error)) {
            throw error;
        }
    }
    return lines;
}
function resumed(source, position, left) {
    const { tailLines, sinceTime, limitBytes: _, ...rest } = source;
    const since = position.resumeTime();
    return {
        ...rest,
        ...(since === undefined && tailLines !== undefined ? { tailLines } : {}),
        ...((since ?? sinceTime) === undefined ? {} : { sinceTime: since ?? sinceTime }),
        ...(left === undefined ? {} : { limitBytes: left }),
    };
}
function isPassing(error) {
    if (error instanceof _errors_js__WEBPACK_IMPORTED_MODULE_2__/* .ConnectionError */ .Rc) {
        return true;
    }
    if (!(error instanceof _errors_js__WEBPACK_IMPORTED_MODULE_2__/* .ApiError */ .hD)) {
        return false;
    }
    const isUnknown = error.status === 400 && /is not available$/.test(error.message);
    return error.status >= 500 || error.status === 429 || isNotYet(error) || isUnknown;
}
function isGone(error) {
    return error.status === 404 && /^pods "[^"]*" not found/.test(error.message);
}
function isNotYet(error) {
    return error.status === 404 || (error.status === 400 && NOT_YET.test(error.message));
}
async function drain(stream, ended, lingerSeconds, onChunk) {
    let silentSince;
    const check = setInterval(() => {
        if (!ended()) {
            return;
        }
        silentSince ??= performance.now();
        if (performance.now() - silentSince > lingerSeconds * 1000) {
            stream.destroy(new Error('The log went on in silence after its container had ended'));
        }
    }, lingerSeconds * 200);
    let thrown;
    try {
        for await (const chunk of stream) {
            silentSince = undefined;
            try {
                onChunk(chunk);
            }
            catch (error) {
                thrown = { error };
                break;
            }
        }
    }
    catch (error) {
        return error;
    }
    finally {
        clearInterval(check);
        stream.destroy();
    }
    if (thrown !== undefined) {
        throw thrown.error;
    }
    return undefined;
}
const TIMESTAMP = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)) ?/;
function split(line) {
    const match = TIMESTAMP.exec(line);
    return match === null
        ? { timestamp: '', text: line }
        : { timestamp: match[1] ?? '', text: line.slice(match[0].length) };
}
class Position {
    #seen = new Map();
    #repeats = new Map();
    #untimed = new Set();
    #latest;
    #from = Number.NEGATIVE_INFINITY;
    resumeTime() {
        return this.#latest === undefined
            ? undefined
            : new Date((this.#latest - OVERLAP_SECONDS) * 1000).toISOString().replace('.000Z', 'Z');
    }
    resume() {
        this.#from = this.#latest === undefined ? this.#from : this.#latest - OVERLAP_SECONDS;
        this.#repeats = new Map([...this.#seen.values()].flatMap((lines) => [...lines]));
    }
    advance(timestamp, line) {
        const second = Math.floor(Date.parse(timestamp) / 1000);
        if (Number.isNaN(second)) {
            const isNew = !this.#untimed.has(line);
            this.#untimed.add(line);
            return isNew;
        }
        if (second < this.#from) {
            return false;
        }
        const repeats = this.#repeats.get(line) ?? 0;
        if (repeats > 0) {
            this.#repeats.set(line, repeats - 1);
            return false;
        }
        if (this.#latest === undefined || second > this.#latest) {
            this.#latest = second;
            for (const old of this.#seen.keys()) {
                if (old < second - OVERLAP_SECONDS) {
                    this.#seen.delete(old);
                }
            }
        }
        const lines = this.#seen.get(second) ?? new Map();
        lines.set(line, (lines.get(line) ?? 0) + 1);
        this.#seen.set(second, lines);
        return true;
    }
}


/***/ }),

/***/ 5587:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Z8: () => (/* binding */ marks),
/* harmony export */   d7: () => (/* binding */ traces),
/* harmony export */   ed: () => (/* binding */ tracesOfRollback),
/* harmony export */   hV: () => (/* binding */ ownMarks),
/* harmony export */   wM: () => (/* binding */ fieldManager)
/* harmony export */ });
const fieldManager = 'safe-rollout';
const marks = {
    workload: 'safe-rollout/workload',
    workloads: 'safe-rollout/workloads',
    verifies: 'safe-rollout/verifies',
    runId: 'safe-rollout/run-id',
    run: 'safe-rollout/run',
    intent: 'safe-rollout/intent',
    history: 'safe-rollout/history',
    migration: 'safe-rollout/migration',
    commit: 'safe-rollout/commit',
    changeCause: 'kubernetes.io/change-cause',
};
const ownMarks = [marks.changeCause, marks.run, marks.commit];
function traces({ sha, url, actor }, image) {
    return tracesOf(`safe-rollout: ${image}`, { sha, url, actor });
}
function tracesOfRollback({ url, actor }, revision, images) {
    return tracesOf(`safe-rollout: rollback to revision ${revision} (${images})`, { sha: '', url, actor });
}
function tracesOf(what, { sha, url, actor }) {
    const parts = [what, sha && `commit ${sha.slice(0, 12)}`, actor && `by ${actor}`, url];
    return {
        [marks.changeCause]: parts.filter((part) => part !== '').join(', '),
        ...(url && { [marks.run]: url }),
        ...(sha && { [marks.commit]: sha }),
    };
}


/***/ }),

/***/ 1077:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   i: () => (/* binding */ proxyFor)
/* harmony export */ });
/* harmony import */ var node_net__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(7030);

function proxyFor(url, env) {
    const scheme = url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
    const proxy = setting(env, scheme);
    if (proxy === '' || isLoopback(hostOf(url)) || isExempt(url, setting(env, 'NO_PROXY'))) {
        return undefined;
    }
    return proxy.includes('://') ? proxy : `http://${proxy}`;
}
function setting(env, name) {
    return (env[name] || env[name.toLowerCase()] || '').trim();
}
function hostOf(url) {
    return url.hostname.replace(/^\[|\]$/g, '').toLowerCase();
}
function isLoopback(host) {
    return host === 'localhost' || host === '::1' || ((0,node_net__WEBPACK_IMPORTED_MODULE_0__.isIP)(host) === 4 && host.startsWith('127.'));
}
function isExempt(url, exemptions) {
    const host = hostOf(url);
    const port = url.port || (url.protocol === 'https:' ? '443' : '80');
    return exemptions
        .split(/[\s,]+/)
        .map((entry) => entry.toLowerCase())
        .some((entry) => entry !== '' && matches(entry, host, port));
}
function matches(entry, host, port) {
    if (entry === '*') {
        return true;
    }
    if (entry.includes('/')) {
        return isInBlock(entry, host);
    }
    if ((0,node_net__WEBPACK_IMPORTED_MODULE_0__.isIP)(entry) !== 0) {
        return host === entry;
    }
    const [, name = entry, onlyPort] = /^(.*?)(?::(\d+))?$/.exec(entry) ?? [];
    if (onlyPort !== undefined && onlyPort !== port) {
        return false;
    }
    const bare = name.replace(/^\[|\]$/g, '').replace(/^\*(?=\.)/, '');
    return bare.startsWith('.') ? host.endsWith(bare) : host === bare || host.endsWith(`.${bare}`);
}
function isInBlock(entry, host) {
    const [network = '', prefix = ''] = entry.split('/');
    const family = (0,node_net__WEBPACK_IMPORTED_MODULE_0__.isIP)(network);
    if (family === 0 || (0,node_net__WEBPACK_IMPORTED_MODULE_0__.isIP)(host) !== family || !/^\d{1,3}$/.test(prefix)) {
        return false;
    }
    if (Number(prefix) > (family === 4 ? 32 : 128)) {
        return false;
    }
    const block = new node_net__WEBPACK_IMPORTED_MODULE_0__.BlockList();
    const type = family === 4 ? 'ipv4' : 'ipv6';
    block.addSubnet(network, Number(prefix), type);
    return block.check(host, type);
}


/***/ }),

/***/ 2468:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   S: () => (/* binding */ Pulse)
/* harmony export */ });
class Pulse {
    #beats = 0;
    #wake;
    #failure;
    beat() {
        this.#beats += 1;
        this.#wake?.();
    }
    fail(error) {
        this.#failure ??= { error };
        this.beat();
    }
    get beats() {
        return this.#beats;
    }
    async wait(seen, seconds, clock, signal) {
        signal.throwIfAborted();
        if (this.#failure)
            throw this.#failure.error;
        if (this.#beats !== seen)
            return;
        const woken = new AbortController();
        this.#wake = () => woken.abort();
        try {
            await clock.sleep(seconds, AbortSignal.any([signal, woken.signal]));
        }
        catch (error) {
            if (!woken.signal.aborted)
                throw error;
        }
        finally {
            this.#wake = undefined;
        }
        signal.throwIfAborted();
        if (this.#failure)
            throw this.#failure.error;
    }
}


/***/ }),

/***/ 8268:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   E: () => (/* binding */ resources),
/* harmony export */   u: () => (/* binding */ apiVersionOf)
/* harmony export */ });
function apiVersionOf(type) {
    return type.group === '' ? type.version : `${type.group}/${type.version}`;
}
function namespaced(group, plural, kind) {
    return { group, version: 'v1', plural, kind, namespaced: true };
}
function clusterWide(group, plural, kind) {
    return { group, version: 'v1', plural, kind, namespaced: false };
}
const resources = {
    deployments: namespaced('apps', 'deployments', 'Deployment'),
    statefulSets: namespaced('apps', 'statefulsets', 'StatefulSet'),
    daemonSets: namespaced('apps', 'daemonsets', 'DaemonSet'),
    replicaSets: namespaced('apps', 'replicasets', 'ReplicaSet'),
    controllerRevisions: namespaced('apps', 'controllerrevisions', 'ControllerRevision'),
    pods: namespaced('', 'pods', 'Pod'),
    jobs: namespaced('batch', 'jobs', 'Job'),
    events: namespaced('', 'events', 'Event'),
    leases: namespaced('coordination.k8s.io', 'leases', 'Lease'),
    services: namespaced('', 'services', 'Service'),
    resourceQuotas: namespaced('', 'resourcequotas', 'ResourceQuota'),
    nodes: clusterWide('', 'nodes', 'Node'),
    selfSubjectAccessReviews: clusterWide('authorization.k8s.io', 'selfsubjectaccessreviews', 'SelfSubjectAccessReview'),
};


/***/ }),

/***/ 6862:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   e: () => (/* binding */ mirror)
/* harmony export */ });
/* harmony import */ var node_stream__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(7075);
/* harmony import */ var _clock_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(7094);
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(9473);
/* harmony import */ var _lines_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(8462);




const IDLE_SECONDS = 75;
const WATCH_SECONDS = { least: 240, most: 300 };
const FIRST_PAUSE_SECONDS = 0.2;
const LONGEST_PAUSE_SECONDS = 10;
const PASSING_REFUSALS = new Set([401, 403, 404]);
const REFUSED_SECONDS = 60;
function mirror(client, type, selection, options) {
    const kept = new Map();
    const synced = Promise.withResolvers();
    const { signal, onChange } = options;
    const clock = options.clock ?? _clock_js__WEBPACK_IMPORTED_MODULE_1__/* .systemClock */ .m;
    const patiently = { signal, patience: Number.POSITIVE_INFINITY };
    const project = options.project ?? ((object) => object);
    let pause = FIRST_PAUSE_SECONDS;
    function apply(object) {
        const name = object.metadata?.name ?? '';
        const version = object.metadata?.resourceVersion ?? '';
        if (version !== '' && kept.get(name)?.version === version) {
            return;
        }
        const entry = { version, object: project(object) };
        kept.set(name, entry);
        onChange({ type: 'applied', object: entry.object });
    }
    function remove(name, last) {
        const entry = kept.get(name);
        if (kept.delete(name) && entry !== undefined) {
            onChange({ type: 'deleted', object: last === undefined ? entry.object : project(last) });
        }
    }
    async function list() {
        const { items, resourceVersion } = await client.list(type, selection, patiently);
        const present = new Set(items.map((item) => item.metadata?.name ?? ''));
        for (const name of [...kept.keys()]) {
            if (!present.has(name)) {
                remove(name);
            }
        }
        for (const item of items) {
            apply(item);
        }
        onChange({ type: 'synced' });
        synced.resolve();
        return resourceVersion;
    }
    async function watchFrom(from) {
        let version = from;
        let stream;
        try {
            const timeoutSeconds = WATCH_SECONDS.least + Math.random() * (WATCH_SECONDS.most - WATCH_SECONDS.least);
            stream = await client.watch(type, { ...selection, resourceVersion: from, timeoutSeconds }, patiently);
        }
        catch (error) {
            if (error instanceof _errors_js__WEBPACK_IMPORTED_MODULE_2__/* .ApiError */ .hD && error.status === 410) {
                return undefined;
            }
            throw error;
        }
        let expired = false;
        let heard = false;
        (0,node_stream__WEBPACK_IMPORTED_MODULE_0__.addAbortSignal)(signal, stream);
        const ended = await consume(stream, options.idleSeconds ?? IDLE_SECONDS, (line) => {
            const event = JSON.parse(line);
            if (event.type === 'ERROR') {
                expired = true;
                return;
            }
            heard = true;
            version = event.object.metadata?.resourceVersion ?? version;
            if (event.type === 'DELETED') {
                remove(event.object.metadata?.name ?? '', event.object);
            }
            else if (event.type !== 'BOOKMARK') {
                apply(event.object);
            }
        });
        if (ended !== undefined) {
            throw ended;
        }
        if (heard) {
            pause = FIRST_PAUSE_SECONDS;
        }
        return expired ? undefined : version;
    }
    async function run() {
        let version;
        let isSynced = false;
        let refusedSince;
        for (;;) {
            try {
                version = version === undefined ? await list() : version;
                isSynced = true;
                version = await watchFrom(version);
                refusedSince = undefined;
            }
            catch (error) {
                if (!isSynced || !(error instanceof _errors_js__WEBPACK_IMPORTED_MODULE_2__/* .ApiError */ .hD) || !PASSING_REFUSALS.has(error.status))
                    throw error;
                refusedSince ??= clock.now();
                if (clock.now() - refusedSince > REFUSED_SECONDS * 1000)
                    throw error;
            }
            await clock.sleep(pause, signal);
            pause = Math.min(pause * 2, LONGEST_PAUSE_SECONDS);
        }
    }
    const done = run().catch((error) => {
        synced.reject(signal.aborted ? signal.reason : error);
        if (!signal.aborted) {
            throw error;
        }
    });
    done.catch(() => { });
    synced.promise.catch(() => { });
    return {
        items: () => Array.from(kept.values(), (entry) => entry.object),
        get: (name) => kept.get(name)?.object,
        synced: synced.promise,
        done,
    };
}
async function consume(stream, idleSeconds, onLine) {
    const lines = [];
    const splitter = new _lines_js__WEBPACK_IMPORTED_MODULE_3__/* .LineSplitter */ .g((line) => lines.push(line));
    const idle = setTimeout(() => stream.destroy(), idleSeconds * 1000);
    try {
        for await (const chunk of stream) {
            idle.refresh();
            splitter.write(chunk);
            for (const line of lines.splice(0)) {
                try {
                    onLine(line);
                }
                catch (error) {
                    if (!(error instanceof SyntaxError)) {
                        return error instanceof Error ? error : new Error(String(error));
                    }
                    return undefined;
                }
            }
        }
    }
    catch {
    }
    finally {
        clearTimeout(idle);
        stream.destroy();
    }
    return undefined;
}


/***/ }),

/***/ 9698:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Ez: () => (/* binding */ opcodes),
/* harmony export */   Gt: () => (/* binding */ frame),
/* harmony export */   oN: () => (/* binding */ upgradeRequest),
/* harmony export */   tS: () => (/* binding */ FrameReader)
/* harmony export */ });
/* harmony import */ var node_crypto__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(7598);

const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 };
function upgradeRequest(protocol) {
    const key = (0,node_crypto__WEBPACK_IMPORTED_MODULE_0__.randomBytes)(16).toString('base64');
    return {
        headers: {
            connection: 'Upgrade',
            upgrade: 'websocket',
            'sec-websocket-version': '13',
            'sec-websocket-key': key,
            'sec-websocket-protocol': protocol,
        },
        accept: (0,node_crypto__WEBPACK_IMPORTED_MODULE_0__.createHash)('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64'),
    };
}
function frame(opcode, payload) {
    const size = payload.length;
    const head = Buffer.alloc(size < 126 ? 2 : size < 65_536 ? 4 : 10);
    head[0] = 0x80 | opcode;
    if (size < 126)
        head[1] = 0x80 | size;
    else if (size < 65_536) {
        head[1] = 0x80 | 126;
        head.writeUInt16BE(size, 2);
    }
    else {
        head[1] = 0x80 | 127;
        head.writeBigUInt64BE(BigInt(size), 2);
    }
    const mask = (0,node_crypto__WEBPACK_IMPORTED_MODULE_0__.randomBytes)(4);
    return Buffer.concat([head, mask, masked(payload, mask)]);
}
const longestMessage = 64 * 1024 * 1024;
class FrameReader {
    #onMessage;
    #pending = Buffer.alloc(0);
    #parts = [];
    #opcode = 0;
    constructor(onMessage) {
        this.#onMessage = onMessage;
    }
    write(chunk) {
        this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
        for (;;) {
            const next = firstFrame(this.#pending);
            if (next === undefined)
                return;
            this.#pending = this.#pending.subarray(next.end);
            this.#take(next);
        }
    }
    #take({ opcode, isLast, payload }) {
        if (opcode >= opcodes.close) {
            this.#onMessage(opcode, payload);
            return;
        }
        if (opcode !== opcodes.continuation)
            this.#opcode = opcode;
        this.#parts.push(payload);
        if (!isLast)
            return;
        const [first] = this.#parts;
        const message = this.#parts.length === 1 && first ? first : Buffer.concat(this.#parts);
        this.#parts = [];
        this.#onMessage(this.#opcode, message);
    }
}
function firstFrame(bytes) {
    if (bytes.length < 2)
        return undefined;
    const [first = 0, second = 0] = bytes;
    const short = second & 0x7f;
    const start = 2 + (short === 126 ? 2 : short === 127 ? 8 : 0) + (second & 0x80 ? 4 : 0);
    if (bytes.length < start)
        return undefined;
    const size = short === 126 ? bytes.readUInt16BE(2) : short === 127 ? Number(bytes.readBigUInt64BE(2)) : short;
    if ((first & 0x70) !== 0 || size > longestMessage)
        throw new Error('what came is no WebSocket frame');
    const end = start + size;
    if (bytes.length < end)
        return undefined;
    const raw = bytes.subarray(start, end);
    const payload = second & 0x80 ? masked(raw, bytes.subarray(start - 4, start)) : raw;
    return { opcode: first & 0x0f, isLast: (first & 0x80) !== 0, payload, end };
}
function masked(payload, mask) {
    const result = Buffer.allocUnsafe(payload.length);
    for (let index = 0; index < payload.length; index++) {
        result[index] = (payload[index] ?? 0) ^ (mask[index & 3] ?? 0);
    }
    return result;
}


/***/ }),

/***/ 2425:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   $c: () => (/* binding */ currentOf),
/* harmony export */   Cc: () => (/* binding */ revisionHash),
/* harmony export */   LU: () => (/* binding */ undoPatch),
/* harmony export */   Lf: () => (/* binding */ podsWith),
/* harmony export */   Ow: () => (/* binding */ revisionsOf),
/* harmony export */   tp: () => (/* binding */ ownPods),
/* harmony export */   x5: () => (/* binding */ refusal),
/* harmony export */   xu: () => (/* binding */ serves)
/* harmony export */ });
/* harmony import */ var _marks_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(5587);
/* harmony import */ var _patch_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(8290);
/* harmony import */ var _template_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(5984);



const revisionHash = 'controller-revision-hash';
function revisionsOf(view, hashOf) {
    const { uid } = view.workload.metadata ?? {};
    const available = new Map();
    for (const { metadata } of ownPods(view).filter(serves)) {
        const hash = metadata?.labels?.[revisionHash];
        available.set(hash, (available.get(hash) ?? 0) + 1);
    }
    return view.holders
        .filter(({ metadata }) => metadata?.ownerReferences?.some((owner) => owner.controller && owner.uid === uid))
        .map((holder) => {
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
function templateIn({ data }) {
    const patch = data;
    const { $patch: _, ...template } = patch?.spec?.template ?? {};
    return template;
}
function currentOf({ workload }, revisions, isNamed = () => false) {
    const template = workload.spec?.template;
    if (template === undefined)
        return undefined;
    const current = revisions.find(isNamed) ?? revisions.find((each) => (0,_template_js__WEBPACK_IMPORTED_MODULE_2__/* .equalIgnoringHash */ .az)(each.template, template));
    return current && { ...current, template };
}
function podsWith(view, hash) {
    return ownPods(view).filter(({ metadata }) => metadata?.labels?.[revisionHash] === hash);
}
function ownPods({ workload, pods }) {
    return pods.filter(({ metadata }) => metadata?.ownerReferences?.some(({ uid }) => uid === workload.metadata?.uid));
}
function serves({ metadata, status }) {
    return (metadata?.deletionTimestamp === undefined &&
        (status?.conditions?.some((each) => each.type === 'Ready' && each.status === 'True') ?? false));
}
function refusal({ events = [] }) {
    const latest = (reason) => events
        .filter((event) => event.reason === reason)
        .reduce((last, each) => (last && last.lastSeen >= each.lastSeen ? last : each), undefined);
    const [failed, made] = [latest('FailedCreate'), latest('SuccessfulCreate')];
    return failed && (made === undefined || made.lastSeen < failed.lastSeen) ? failed.message : undefined;
}
function undoPatch(workload, revision) {
    return [
        { op: 'test', path: '/metadata/uid', value: workload.metadata?.uid },
        { op: 'test', path: '/spec/template', value: workload.spec?.template },
        { op: 'replace', path: '/spec/template', value: revision.template },
        ...(0,_patch_js__WEBPACK_IMPORTED_MODULE_1__/* .annotationPatch */ .W7)(workload.metadata?.annotations, Object.fromEntries(_marks_js__WEBPACK_IMPORTED_MODULE_0__/* .ownMarks */ .hV.map((mark) => [mark, revision.annotations[mark]]))),
    ];
}


/***/ }),

/***/ 741:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Jc: () => (/* binding */ runningDigests),
/* harmony export */   MD: () => (/* binding */ isSameMovableName),
/* harmony export */   Mk: () => (/* binding */ judgeImages),
/* harmony export */   mo: () => (/* binding */ wantedImages)
/* harmony export */ });
/* unused harmony export runningImages */
/* harmony import */ var _image_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(349);

function wantedImages(changes) {
    return changes.map(({ container, to }) => ({ container, image: to }));
}
function runningImages(pods, containers) {
    return containers.map((container) => {
        const pulled = new Map();
        const loaded = new Map();
        let unsaid = 0;
        for (const pod of pods) {
            const digest = digestOf(pod, container);
            if (digest === undefined)
                unsaid += 1;
            else
                add(digest.local ? loaded : pulled, digest.digest, pod.metadata?.name ?? '');
        }
        const local = pulled.size === 0 && loaded.size > 0;
        const digests = [...(local ? loaded : pulled)]
            .map(([digest, names]) => ({ digest, pods: names }))
            .sort((a, b) => b.pods.length - a.pods.length);
        return { container, digests, unsaid: unsaid + (local ? 0 : count(loaded)), local };
    });
}
function runningDigests(pods) {
    return (container) => runningImages(pods, [container])
        .filter(({ local }) => !local)
        .flatMap(({ digests }) => digests.map(({ digest }) => digest));
}
function judgeImages(pods, wanted) {
    const unsaid = [];
    for (const { container, image } of wanted) {
        const [running] = runningImages(pods, [container]);
        if (running === undefined)
            continue;
        const asked = (0,_image_js__WEBPACK_IMPORTED_MODULE_0__/* .parseImage */ .zZ)(image)?.digest;
        const other = running.local ? undefined : running.digests.find(({ digest }) => digest !== asked);
        if (asked !== undefined && other !== undefined) {
            const message = `Container ${container} runs ${sayPods(other)}, though ${asked} was asked for: something changed the image of the pods when they were created.`;
            return { state: 'wrong', reason: 'wrong-image-digest', message };
        }
        if (asked === undefined && running.digests.length > 1) {
            const message = `Container ${container} runs ${running.digests.length} images by the one name ${image}: ${running.digests.map(sayPods).join('; ')}. What the name stands for was changed while it was rolled out.`;
            return { state: 'wrong', reason: 'mixed-image-digests', message };
        }
        if (running.unsaid > 0)
            unsaid.push(`Of ${running.unsaid} of ${pods.length} ${pods.length === 1 ? 'pod' : 'pods'} it is not known which image container ${container} runs: the node names no digest that can be compared.`);
    }
    return unsaid.length === 0 ? { state: 'as-meant' } : { state: 'unsaid', message: unsaid.join(' ') };
}
function isSameMovableName(one, other) {
    const [a, b] = [(0,_image_js__WEBPACK_IMPORTED_MODULE_0__/* .parseImage */ .zZ)(one), (0,_image_js__WEBPACK_IMPORTED_MODULE_0__/* .parseImage */ .zZ)(other)];
    if (a === undefined || b === undefined || a.digest !== undefined || b.digest !== undefined)
        return false;
    return ((0,_image_js__WEBPACK_IMPORTED_MODULE_0__/* .fullRepository */ .gp)(a.repository) === (0,_image_js__WEBPACK_IMPORTED_MODULE_0__/* .fullRepository */ .gp)(b.repository) &&
        (a.tag ?? 'latest') === (b.tag ?? 'latest'));
}
function digestOf(pod, container) {
    const status = named(pod.status?.containerStatuses, pod.status?.initContainerStatuses, container);
    if (status === undefined || !status.imageID)
        return undefined;
    const spec = named(pod.spec?.containers, pod.spec?.initContainers, container);
    const pinned = (0,_image_js__WEBPACK_IMPORTED_MODULE_0__/* .parseImage */ .zZ)(spec?.image ?? '')?.digest;
    if (pinned !== undefined)
        return { digest: pinned, local: false };
    const [digest] = /sha256:[a-f0-9]{64}$/.exec(status.imageID) ?? [];
    return digest === undefined ? undefined : { digest, local: !status.imageID.includes('@') };
}
function named(containers, initContainers, name) {
    return containers?.find((each) => each.name === name) ?? initContainers?.find((each) => each.name === name);
}
function count(map) {
    return [...map.values()].reduce((sum, names) => sum + names.length, 0);
}
function add(map, key, value) {
    const list = map.get(key);
    if (list)
        list.push(value);
    else
        map.set(key, [value]);
}
function sayPods({ digest, pods }) {
    const some = pods.slice(0, 2).join(', ');
    return `${digest} in ${pods.length} ${pods.length === 1 ? 'pod' : 'pods'} (${some}${pods.length > 2 ? ', …' : ''})`;
}


/***/ }),

/***/ 7056:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   h: () => (/* binding */ hasEnded)
/* harmony export */ });
function hasEnded({ status }) {
    return status?.phase === 'Succeeded' || status?.phase === 'Failed';
}


/***/ }),

/***/ 881:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   JI: () => (/* binding */ initStatus),
/* harmony export */   o$: () => (/* binding */ migrationIn),
/* harmony export */   qH: () => (/* binding */ initMigrations)
/* harmony export */ });
/* unused harmony export isSidecar */
/* harmony import */ var _image_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(349);

function initMigrations(spec, changed = []) {
    return (spec.initContainers ?? []).flatMap((container) => {
        const found = migrationIn(container) ?? likelyMigration(container, spec, changed);
        return found ? [found] : [];
    });
}
function migrationIn(container) {
    const { name } = container;
    if (isSidecar(container))
        return undefined;
    const statements = statementsOf(container);
    const statement = statements.find((each) => isMigrating(each));
    const found = { container: name, isSure: true, command: commandOf(container) };
    if (statement !== undefined)
        return { ...found, evidence: `its command, ${statement}` };
    if (statements.some(isChore))
        return undefined;
    return migratingName.test(name) && !choreName.test(name) ? { ...found, evidence: 'its name' } : undefined;
}
function likelyMigration(container, spec, changed) {
    const { name } = container;
    if (isSidecar(container) || choreName.test(name) || statementsOf(container).some(isChore))
        return undefined;
    const runs = spec.containers.find(({ image }) => repositoryOf(image) === repositoryOf(container.image));
    const evidence = runs ? `it runs the image of container ${runs.name}` : 'it gets the new image';
    if (runs === undefined && !changed.includes(name))
        return undefined;
    return { container: name, isSure: false, evidence, command: commandOf(container) };
}
function isSidecar({ restartPolicy }) {
    return restartPolicy === 'Always';
}
function initStatus({ spec, status }) {
    const containers = spec?.initContainers ?? [];
    for (const [index, { name, state, started }] of (status?.initContainerStatuses ?? []).entries()) {
        const container = containers.find((each) => each.name === name);
        const { terminated, waiting } = state ?? {};
        if (terminated?.exitCode === 0 || (container && isSidecar(container) && started))
            continue;
        if (terminated?.reason)
            return `Init:${terminated.reason}`;
        if (terminated?.signal)
            return `Init:Signal:${terminated.signal}`;
        if (terminated)
            return `Init:ExitCode:${terminated.exitCode}`;
        if (waiting?.reason && waiting.reason !== 'PodInitializing')
            return `Init:${waiting.reason}`;
        return `Init:${index}/${containers.length}`;
    }
    return undefined;
}
const migratingName = /migrat|flyway|liquibase|alembic|dbmate|(?:^|[-_])(?:db|schema|database)[-_]?(?:prepare|setup|upgrade|update|apply)/i;
const choreName = /wait|await|check|copy|fetch|download|until|poll|assets|static|permission|chown|config/i;
const chores = /^(?:cp|mv|ln|ls|cat|echo|printf|test|\[+|true|sleep|wait\S*|k8s-wait-for|kubectl|curl|wget|nc|ncat|pg_isready|mysqladmin|chown|chmod|mkdir|tar|rm|touch|grep|dockerize|nslookup|getent)$/i;
const looksOnly = /(?:\s--?(?:check|plan|dry-run|dryrun|list|help|version)|[\s:](?:status|pending|info|validate|history|current|wait|(?:show|make)migrations))(?:\s|=|$)/i;
const migrating = [
    /(?:^|[\s/:._"'-])migrat(?:e|or)(?:[\s/:._"'()-]|$)/i,
    /(?:^|[\s/:._-])(?:run|apply|do|db)[-_:]?migrations?(?:[\s._"'-]|$)/i,
    /(?:^|\s|:)migrations?[:.\s](?:run|migrate|up|apply|execute|deploy)(?:\s|$)/i,
    /(?:^|[\s/])(?:liquibase\s.*\bupdate|alembic\s.*\bupgrade|aerich\s.*\bupgrade|flask\s+db\s+upgrade)\b/i,
    /(?:^|[\s/])(?:prisma\s+db\s+push|drizzle-kit\s+push|dbmate\s(?:.*\s)?up|goose\s(?:.*\s)?up|sqitch\s(?:.*\s)?deploy)(?:\s|$)/i,
    /(?:^|[\s/])(?:atlas\s+schema\s+apply|ef\s+database\s+update|efbundle)\b/i,
    /\bdb:(?:prepare|setup|schema:load)\b/i,
];
function isMigrating(statement) {
    if (isChore(statement) || looksOnly.test(statement))
        return false;
    const told = statement.replace(/\S*(?:no|skip|without)[-_]migrat\S*|\S*migrat\S*=(?:false|0|no|off)\b/gi, '');
    return migrating.some((pattern) => pattern.test(told));
}
function isChore(statement) {
    const [program = ''] = statement.split(/\s/);
    return chores.test(program.split('/').at(-1) ?? '');
}
function statementsOf(container) {
    const words = wordsOf(container);
    const text = (container.command?.length ? words : [programOf(container.image), ...words]).join(' ');
    return text
        .replace(/^(?:\S*\/)?(?:ba|da|a|z)?sh\s+(?:-\S+\s+)*/, '')
        .split(/;|&&|\|\|?|\n|(?:^|\s)(?:do|then|else)\s/)
        .map((statement) => statement.trim().replace(/^(?:(?:until|while|if|exec|time|!|env|\w+=\S*)\s+)+/, ''))
        .filter((statement) => statement !== '');
}
function wordsOf({ command = [], args = [] }) {
    return [...command, ...args];
}
function commandOf({ command = [], args = [] }) {
    return command.length > 0 ? [...command, ...args] : [];
}
function programOf(image) {
    return repositoryOf(image).split('/').at(-1) ?? '';
}
function repositoryOf(image = '') {
    return (0,_image_js__WEBPACK_IMPORTED_MODULE_0__/* .fullRepository */ .gp)((0,_image_js__WEBPACK_IMPORTED_MODULE_0__/* .parseImage */ .zZ)(image)?.repository ?? image);
}


/***/ }),

/***/ 6260:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  E: () => (/* binding */ kinds)
});

// EXTERNAL MODULE: ./build/kubernetes/resources.js
var resources = __webpack_require__(8268);
// EXTERNAL MODULE: ./build/kubernetes/workloads/controller-revisions.js
var controller_revisions = __webpack_require__(2425);
// EXTERNAL MODULE: ./build/kubernetes/workloads/selector.js
var selector = __webpack_require__(8155);
;// CONCATENATED MODULE: ./build/kubernetes/workloads/daemonset.js



const daemonSet = {
    kind: 'DaemonSet',
    resource: resources/* resources */.E.daemonSets,
    holders: resources/* resources */.E.controllerRevisions,
    everyPodCounts: true,
    refusesByEvent: true,
    getsStuck: false,
    selector: (workload) => (0,selector/* selectorText */.n)(workload.spec?.selector),
    replicas: (workload) => {
        const { status } = workload;
        return status?.observedGeneration ? status.desiredNumberScheduled : undefined;
    },
    kept: () => 0,
    paused: () => false,
    onDelete: (workload) => workload.spec?.updateStrategy?.type === 'OnDelete',
    recreates: (workload) => !surges(workload),
    status(view) {
        const workload = view.workload;
        if (!isObserved(workload))
            return { state: 'unseen', message: 'the DaemonSet controller has not seen the change yet' };
        const current = daemonSet.current(view);
        if (current === undefined)
            return { state: 'unseen', message: 'no pod of the new revision yet' };
        const others = (0,controller_revisions/* ownPods */.tp)(view).filter(({ metadata }) => metadata?.deletionTimestamp === undefined && metadata?.labels?.[controller_revisions/* revisionHash */.Cc] !== current.hash);
        return daemonSetStatus(workload, current.available, others.length);
    },
    settled(workload) {
        const { status } = workload;
        const desired = status?.desiredNumberScheduled ?? 0;
        return isObserved(workload) && (status?.updatedNumberScheduled ?? 0) >= desired;
    },
    revisions: (view) => (0,controller_revisions/* revisionsOf */.Ow)(view, ({ metadata }) => metadata?.labels?.[controller_revisions/* revisionHash */.Cc] ?? metadata?.name ?? ''),
    current: (view) => (0,controller_revisions/* currentOf */.$c)(view, daemonSet.revisions(view)),
    podsOf: (view, revision) => (0,controller_revisions/* podsWith */.Lf)(view, revision.hash),
    blocking: () => [],
    stuckPods: () => [],
    creator(view, revision) {
        const desired = daemonSet.replicas(view.workload) ?? 0;
        const own = (0,controller_revisions/* podsWith */.Lf)(view, revision.hash);
        const isMissing = (0,controller_revisions/* ownPods */.tp)(view).length < desired || (own.length < desired && own.every(controller_revisions/* serves */.xu));
        const words = isMissing ? (0,controller_revisions/* refusal */.x5)(view) : undefined;
        return words === undefined ? undefined : { object: `daemonset/${view.workload.metadata?.name}`, words };
    },
    undoPatch: controller_revisions/* undoPatch */.LU,
};
function daemonSetStatus({ status }, ready, others) {
    const desired = status?.desiredNumberScheduled ?? 0;
    const updated = status?.updatedNumberScheduled ?? 0;
    const available = Math.min(ready, status?.numberAvailable ?? 0);
    const message = [
        `${updated} of ${desired} updated, ${available} available`,
        ...(others > 0 ? [`${others} ${others === 1 ? 'pod' : 'pods'} of other revisions still there`] : []),
    ].join('; ');
    const isComplete = updated >= desired && available >= desired && others === 0;
    return { state: isComplete ? 'complete' : 'progressing', message };
}
function isObserved({ status, metadata }) {
    const observed = status?.observedGeneration ?? 0;
    return observed > 0 && observed >= (metadata?.generation ?? 0);
}
function surges({ spec }) {
    const surge = spec?.updateStrategy?.rollingUpdate?.maxSurge;
    return surge !== undefined && Number.parseInt(String(surge), 10) > 0;
}

// EXTERNAL MODULE: ./build/kubernetes/marks.js
var marks = __webpack_require__(5587);
// EXTERNAL MODULE: ./build/kubernetes/workloads/patch.js
var patch = __webpack_require__(8290);
// EXTERNAL MODULE: ./build/kubernetes/workloads/template.js
var workloads_template = __webpack_require__(5984);
;// CONCATENATED MODULE: ./build/kubernetes/workloads/deployment.js





const revisionAnnotation = 'deployment.kubernetes.io/revision';
const deployment = {
    kind: 'Deployment',
    resource: resources/* resources */.E.deployments,
    holders: resources/* resources */.E.replicaSets,
    selector: (workload) => (0,selector/* selectorText */.n)(workload.spec?.selector),
    replicas: (workload) => workload.spec?.replicas ?? 1,
    kept: () => 0,
    onDelete: () => false,
    everyPodCounts: false,
    refusesByEvent: false,
    getsStuck: false,
    blocking: () => [],
    stuckPods: () => [],
    paused: (workload) => workload.spec?.paused ?? false,
    recreates: (workload) => workload.spec?.strategy?.type === 'Recreate',
    status(view, before) {
        return deploymentStatus(view.workload, before, deployment.current(view)?.available);
    },
    settled(workload) {
        const { status, metadata } = workload;
        const seen = (status?.observedGeneration ?? 0) >= (metadata?.generation ?? 0);
        return seen && condition(workload, 'Progressing')?.reason === 'NewReplicaSetAvailable';
    },
    revisions(view) {
        return replicaSets(view)
            .map(revisionOf)
            .sort((a, b) => b.number - a.number);
    },
    current(view) {
        const template = view.workload.spec?.template;
        if (template === undefined)
            return undefined;
        const match = replicaSets(view)
            .sort((a, b) => createdAt(a) - createdAt(b))
            .find((set) => set.spec?.template !== undefined && (0,workloads_template/* equalIgnoringHash */.az)(set.spec.template, template));
        return match && revisionOf(match);
    },
    podsOf(view, revision) {
        return view.pods.filter((pod) => pod.metadata?.ownerReferences?.some((owner) => owner.uid === revision.holderUid));
    },
    creator(view, revision) {
        const set = replicaSets(view).find(({ metadata }) => metadata?.uid === revision.holderUid);
        const failure = set?.status?.conditions?.find(({ type, status }) => type === 'ReplicaFailure' && status === 'True');
        return failure && { object: `replicaset/${revision.holder}`, words: failure.message ?? '' };
    },
    undoPatch(workload, revision) {
        return [
            { op: 'test', path: '/metadata/uid', value: workload.metadata?.uid },
            { op: 'test', path: '/spec/template', value: workload.spec?.template },
            { op: 'replace', path: '/spec/template', value: (0,workloads_template/* withoutHash */.XK)(revision.template) },
            ...(0,patch/* annotationPatch */.W7)(workload.metadata?.annotations, Object.fromEntries(marks/* ownMarks */.hV.map((mark) => [mark, revision.annotations[mark]]))),
        ];
    },
};
function deploymentStatus(workload, before, available) {
    const { status, spec, metadata } = workload;
    const wanted = spec?.replicas ?? 1;
    const updated = status?.updatedReplicas ?? 0;
    const total = status?.replicas ?? 0;
    if ((status?.observedGeneration ?? 0) < (metadata?.generation ?? 0)) {
        return { state: 'unseen', message: 'the Deployment controller has not seen the change yet' };
    }
    const progressing = condition(workload, 'Progressing');
    if (progressing?.reason === 'ProgressDeadlineExceeded' && !isOldNews(progressing, before)) {
        return { state: 'failed', message: progressing.message ?? 'it exceeded its progress deadline' };
    }
    if (available === undefined) {
        const state = spec?.strategy?.type === 'Recreate' ? 'progressing' : 'unseen';
        return { state, message: 'no pod of the new revision yet' };
    }
    const others = total - updated;
    const counts = [
        `${updated} of ${wanted} updated, ${Math.min(available, updated)} available`,
        ...(others > 0 ? [`${others} ${others === 1 ? 'pod' : 'pods'} of other revisions still there`] : []),
    ].join('; ');
    if (updated < wanted)
        return { state: 'progressing', message: counts };
    if (total > updated) {
        return { state: 'progressing', message: counts };
    }
    if ((status?.availableReplicas ?? 0) < updated || available < updated)
        return { state: 'progressing', message: counts };
    return { state: 'complete', message: counts };
}
function isOldNews(progressing, before) {
    const earlier = before && condition(before, 'Progressing');
    return (earlier?.reason === progressing.reason &&
        String(earlier?.lastUpdateTime) === String(progressing.lastUpdateTime) &&
        earlier?.message === progressing.message);
}
function condition(workload, type) {
    return workload.status?.conditions?.find((each) => each.type === type);
}
function replicaSets(view) {
    const uid = view.workload.metadata?.uid;
    return view.holders.filter((set) => set.metadata?.ownerReferences?.some((owner) => owner.controller && owner.uid === uid));
}
function createdAt(set) {
    return new Date(set.metadata?.creationTimestamp ?? 0).getTime();
}
function revisionOf(set) {
    const annotations = set.metadata?.annotations ?? {};
    return {
        number: Number(annotations[revisionAnnotation] ?? 0),
        holder: set.metadata?.name ?? '',
        holderUid: set.metadata?.uid ?? '',
        template: set.spec?.template ?? {},
        hash: set.metadata?.labels?.[workloads_template/* podTemplateHash */.U4] ?? '',
        annotations,
        available: set.status?.availableReplicas ?? 0,
    };
}

// EXTERNAL MODULE: ./build/kubernetes/workloads/ended.js
var ended = __webpack_require__(7056);
;// CONCATENATED MODULE: ./build/kubernetes/workloads/statefulset.js




const statefulSet = {
    kind: 'StatefulSet',
    resource: resources/* resources */.E.statefulSets,
    holders: resources/* resources */.E.controllerRevisions,
    everyPodCounts: true,
    refusesByEvent: true,
    getsStuck: true,
    selector: (workload) => (0,selector/* selectorText */.n)(workload.spec?.selector),
    replicas: (workload) => replicasOf(workload),
    kept: (workload) => keptOf(workload),
    paused: () => false,
    onDelete: (workload) => workload.spec?.updateStrategy?.type === 'OnDelete',
    recreates: () => true,
    status(view) {
        const workload = view.workload;
        if (!statefulset_isObserved(workload))
            return { state: 'unseen', message: 'the StatefulSet controller has not seen the change yet' };
        const current = statefulSet.current(view);
        if (current === undefined)
            return { state: 'unseen', message: 'no pod of the new revision yet' };
        return statefulSetStatus(workload, slots(view), current.hash);
    },
    settled(workload) {
        const set = workload;
        const { currentRevision, updateRevision, updatedReplicas = 0 } = set.status ?? {};
        const wanted = replicasOf(set) - keptOf(set);
        const isUpdated = keptOf(set) > 0 && updatedReplicas >= wanted;
        return statefulset_isObserved(set) && (currentRevision === updateRevision || isUpdated);
    },
    revisions: (view) => (0,controller_revisions/* revisionsOf */.Ow)(view, ({ metadata }) => metadata?.name ?? ''),
    current(view) {
        const { status } = view.workload;
        const named = statefulset_isObserved(view.workload) ? status?.updateRevision : undefined;
        return (0,controller_revisions/* currentOf */.$c)(view, statefulSet.revisions(view), ({ holder }) => holder === named);
    },
    podsOf: (view, revision) => (0,controller_revisions/* podsWith */.Lf)(view, revision.hash),
    blocking(view, revision) {
        const first = isOrdered(view) ? slots(view).find((pod) => pod === undefined || !(0,controller_revisions/* serves */.xu)(pod)) : undefined;
        return first && hashOf(first) !== revision.hash ? [first] : [];
    },
    stuckPods(view, broken) {
        if (!statefulset_isObserved(view.workload))
            return [];
        const wanted = statefulSet.current(view)?.hash;
        const hashes = new Set(broken.map(({ hash }) => hash).filter((hash) => hash !== wanted));
        const waiting = slots(view).filter((pod) => pod === undefined || !(0,controller_revisions/* serves */.xu)(pod));
        return (isOrdered(view) ? waiting.slice(0, 1) : waiting).filter((pod) => pod !== undefined && hashes.has(hashOf(pod)) && isReplacedByNobody(pod));
    },
    creator(view) {
        const all = slots(view);
        const missing = all.indexOf(undefined);
        if (missing < 0 || (isOrdered(view) && !all.slice(0, missing).every((pod) => pod && (0,controller_revisions/* serves */.xu)(pod))))
            return undefined;
        const words = (0,controller_revisions/* refusal */.x5)(view);
        return words === undefined ? undefined : { object: `statefulset/${view.workload.metadata?.name}`, words };
    },
    undoPatch: controller_revisions/* undoPatch */.LU,
};
function statefulSetStatus(workload, places, hash) {
    const { status } = workload;
    const replicas = replicasOf(workload);
    const kept = keptOf(workload);
    const wanted = replicas - kept;
    const updated = Math.min(status?.updatedReplicas ?? 0, wanted);
    const ready = places.slice(kept).filter((pod) => pod && hashOf(pod) === hash && (0,controller_revisions/* serves */.xu)(pod)).length;
    const available = status?.availableReplicas ?? 0;
    const message = [
        `${updated} of ${wanted} updated, ${Math.min(ready, available)} available`,
        ...(kept > 0 ? [`${kept} kept as ${kept === 1 ? 'it is' : 'they are'} by the partition`] : []),
    ].join('; ');
    const isComplete = updated >= wanted && ready >= wanted && (status?.readyReplicas ?? 0) >= replicas && available >= replicas;
    return { state: isComplete ? 'complete' : 'progressing', message };
}
function replicasOf({ spec }) {
    return spec?.replicas ?? 1;
}
function keptOf(workload) {
    return Math.min(workload.spec?.updateStrategy?.rollingUpdate?.partition ?? 0, replicasOf(workload));
}
function statefulset_isObserved({ status, metadata }) {
    const observed = status?.observedGeneration ?? 0;
    return observed > 0 && observed >= (metadata?.generation ?? 0);
}
function isOrdered({ workload }) {
    return workload.spec?.podManagementPolicy !== 'Parallel';
}
function slots(view) {
    const workload = view.workload;
    const byName = new Map((0,controller_revisions/* ownPods */.tp)(view).map((pod) => [pod.metadata?.name, pod]));
    const start = workload.spec?.ordinals?.start ?? 0;
    return Array.from({ length: replicasOf(workload) }, (_, index) => byName.get(`${workload.metadata?.name}-${start + index}`));
}
function isReplacedByNobody(pod) {
    return pod.metadata?.deletionTimestamp === undefined && !(0,ended/* hasEnded */.h)(pod);
}
function hashOf({ metadata }) {
    return metadata?.labels?.[controller_revisions/* revisionHash */.Cc] ?? '';
}

;// CONCATENATED MODULE: ./build/kubernetes/workloads/kinds.js



const kinds = {
    Deployment: deployment,
    StatefulSet: statefulSet,
    DaemonSet: daemonSet,
};


/***/ }),

/***/ 2539:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   k: () => (/* binding */ lastChangeOf)
/* harmony export */ });
/* harmony import */ var _marks_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(5587);

function lastChangeOf(workload, ownRun) {
    const run = workload?.metadata?.annotations?.[_marks_js__WEBPACK_IMPORTED_MODULE_0__/* .marks */ .Z8.run] ?? '';
    const changes = (workload?.metadata?.managedFields ?? [])
        .filter(({ subresource }) => subresource !== 'status')
        .filter(({ manager }) => manager !== _marks_js__WEBPACK_IMPORTED_MODULE_0__/* .fieldManager */ .wM || run !== ownRun)
        .sort((a, b) => new Date(b.time ?? 0).getTime() - new Date(a.time ?? 0).getTime());
    const [last] = changes;
    if (last === undefined)
        return 'somebody else';
    const time = last.time ? new Date(last.time).toISOString().slice(11, 19) : '?';
    const who = last.manager === _marks_js__WEBPACK_IMPORTED_MODULE_0__/* .fieldManager */ .wM ? `another run of safe-rollout${run ? `, ${run}` : ''}` : last.manager;
    return `${who ?? 'somebody else'} (${time} UTC)`;
}


/***/ }),

/***/ 5596:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   e: () => (/* binding */ parseWorkloadName),
/* harmony export */   j: () => (/* binding */ sayWorkload)
/* harmony export */ });
const kindNames = new Map([
    ['deployment', 'Deployment'],
    ['deployments', 'Deployment'],
    ['deploy', 'Deployment'],
    ['statefulset', 'StatefulSet'],
    ['statefulsets', 'StatefulSet'],
    ['sts', 'StatefulSet'],
    ['daemonset', 'DaemonSet'],
    ['daemonsets', 'DaemonSet'],
    ['ds', 'DaemonSet'],
]);
function parseWorkloadName(text) {
    const parts = text.split('/');
    const [kindText, name] = parts.length === 1 ? ['deployment', parts[0]] : parts;
    if (parts.length > 2 || kindText === undefined || name === undefined || name === '') {
        return { ok: false, problem: `'${text}' names no workload. Write 'web' or 'deployment/web'.` };
    }
    const kind = kindNames.get(kindText.toLowerCase().replace(/(\.v1)?\.apps$/, ''));
    if (kind === undefined) {
        const kinds = "'deployment', 'statefulset' and 'daemonset' are";
        return { ok: false, problem: `'${kindText}' is no kind that can be rolled out here; ${kinds}.` };
    }
    if (!/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/.test(name)) {
        return { ok: false, problem: `'${name}' is no object's name (lower-case letters, digits, '-' and '.').` };
    }
    return { ok: true, name: { kind, name } };
}
function sayWorkload({ kind, name }) {
    return `${kind.toLowerCase()}/${name}`;
}


/***/ }),

/***/ 52:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   q_: () => (/* binding */ slim),
/* harmony export */   wk: () => (/* binding */ observeIfThere)
/* harmony export */ });
/* unused harmony export observe */
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(9473);
/* harmony import */ var _pulse_js__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(2468);
/* harmony import */ var _resources_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(8268);
/* harmony import */ var _watch_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(6862);
/* harmony import */ var _controller_revisions_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(2425);
/* harmony import */ var _ended_js__WEBPACK_IMPORTED_MODULE_6__ = __webpack_require__(7056);
/* harmony import */ var _kinds_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(6260);
/* harmony import */ var _restarts_js__WEBPACK_IMPORTED_MODULE_7__ = __webpack_require__(342);








async function observe(client, name, namespace, clock, signal) {
    const kind = _kinds_js__WEBPACK_IMPORTED_MODULE_4__/* .kinds */ .E[name.kind];
    const first = await client.get(kind.resource, { namespace, name: name.name }, { signal });
    const uid = first.metadata?.uid;
    const closing = new AbortController();
    const ending = AbortSignal.any([signal, closing.signal]);
    const pulse = new _pulse_js__WEBPACK_IMPORTED_MODULE_5__/* .Pulse */ .S();
    const options = { signal: ending, onChange: () => pulse.beat() };
    const labelSelector = kind.selector(first);
    const workloads = (0,_watch_js__WEBPACK_IMPORTED_MODULE_2__/* .mirror */ .e)(client, kind.resource, { namespace, fieldSelector: `metadata.name=${name.name}` }, options);
    const holders = (0,_watch_js__WEBPACK_IMPORTED_MODULE_2__/* .mirror */ .e)(client, kind.holders, { namespace, labelSelector }, options);
    const lost = [];
    const onPod = (change) => {
        if (change.type === 'deleted' && (0,_ended_js__WEBPACK_IMPORTED_MODULE_6__/* .hasEnded */ .h)(change.object)) {
            lost.push({ pod: change.object, at: clock.now() });
            lost.splice(0, lost.length - mostLost);
        }
        pulse.beat();
    };
    const pods = (0,_watch_js__WEBPACK_IMPORTED_MODULE_2__/* .mirror */ .e)(client, _resources_js__WEBPACK_IMPORTED_MODULE_1__/* .resources */ .E.pods, { namespace, labelSelector }, { signal: ending, onChange: onPod, project: slim });
    const all = [workloads, holders, pods];
    for (const each of all)
        each.done.catch((error) => pulse.fail(error));
    try {
        await Promise.race([Promise.all(all.map(({ synced }) => synced)), tooLong(clock, ending)]);
    }
    catch (error) {
        closing.abort();
        throw error;
    }
    return {
        kind,
        missing: false,
        view() {
            const workload = workloads.get(name.name);
            if (workload === undefined || workload.metadata?.uid !== uid)
                return undefined;
            const recently = lost.filter(({ at }) => clock.now() - at < lostSeconds * 1000);
            return {
                workload,
                holders: holders.items(),
                pods: pods.items(),
                ...(recently.length > 0 && { lost: recently.map(({ pod }) => pod) }),
            };
        },
        get changes() {
            return pulse.beats;
        },
        changed: (seen, seconds) => pulse.wait(seen, seconds, clock, ending),
        close: () => closing.abort(),
    };
}
async function observeIfThere(run) {
    const { client, workload, namespace, clock, signal } = run;
    try {
        return await observe(client, workload, namespace, clock, signal);
    }
    catch (error) {
        if (!(error instanceof _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .ApiError */ .hD) || (error.status !== 404 && error.status !== 403))
            throw error;
        return {
            kind: _kinds_js__WEBPACK_IMPORTED_MODULE_4__/* .kinds */ .E[workload.kind],
            missing: error.status === 404,
            view: () => undefined,
            changes: 0,
            changed: (_, seconds) => clock.sleep(seconds, signal),
            close: () => { },
        };
    }
}
const lostSeconds = 60;
const mostLost = 10;
const firstLookSeconds = 60;
async function tooLong(clock, signal) {
    await clock.sleep(firstLookSeconds, signal);
    throw new Error(`The API server did not show the workload within ${firstLookSeconds} s.`);
}
function slim(pod) {
    const { name, uid, resourceVersion, ownerReferences, creationTimestamp } = pod.metadata ?? {};
    const { deletionTimestamp, deletionGracePeriodSeconds, labels } = pod.metadata ?? {};
    const hash = labels?.[_controller_revisions_js__WEBPACK_IMPORTED_MODULE_3__/* .revisionHash */ .Cc];
    const metadata = {
        name,
        uid,
        resourceVersion,
        ...(hash !== undefined && { labels: { [_controller_revisions_js__WEBPACK_IMPORTED_MODULE_3__/* .revisionHash */ .Cc]: hash } }),
        ownerReferences,
        creationTimestamp,
        deletionTimestamp,
        deletionGracePeriodSeconds,
    };
    const { phase, conditions } = pod.status ?? {};
    const ready = conditions?.find(({ type, status }) => type === 'Ready' && status === 'True');
    if (ready && deletionTimestamp === undefined) {
        const status = { ...(phase && { phase }), conditions: [ready], ...statusImages(pod) };
        return { metadata, spec: specImages(pod), status, restarts: (0,_restarts_js__WEBPACK_IMPORTED_MODULE_7__/* .restartsOf */ .w)(pod) };
    }
    const { containers = [], initContainers, nodeName, restartPolicy } = pod.spec ?? {};
    const { readinessGates, schedulingGates } = pod.spec ?? {};
    const gates = { readinessGates, schedulingGates };
    const spec = { containers, initContainers, nodeName, restartPolicy, ...gates };
    return { metadata, spec, ...(pod.status && { status: pod.status }) };
}
function specImages({ spec }) {
    const slimmed = ({ name, image }) => ({ name, ...(image && { image }) });
    return {
        containers: (spec?.containers ?? []).map(slimmed),
        ...(spec?.initContainers && { initContainers: spec.initContainers.map(slimmed) }),
    };
}
function statusImages({ status }) {
    const slimmed = ({ name, imageID }) => ({ name, imageID });
    return {
        ...(status?.containerStatuses && { containerStatuses: status.containerStatuses.map(slimmed) }),
        ...(status?.initContainerStatuses && {
            initContainerStatuses: status.initContainerStatuses.map(slimmed),
        }),
    };
}


/***/ }),

/***/ 4245:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   AE: () => (/* binding */ setPacePatch),
/* harmony export */   Qt: () => (/* binding */ restorePacePatch),
/* harmony export */   Tl: () => (/* binding */ planPace),
/* harmony export */   V1: () => (/* binding */ bearsPace),
/* harmony export */   zg: () => (/* binding */ sayPace)
/* harmony export */ });
/* harmony import */ var node_util__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(7975);

const fields = {
    Deployment: 'strategy',
    StatefulSet: 'updateStrategy',
    DaemonSet: 'updateStrategy',
};
function planPace(kind, workload, wanted) {
    const { maxSurge, maxUnavailable } = wanted;
    if (maxSurge === undefined && maxUnavailable === undefined)
        return { ok: true, pace: undefined };
    const field = fields[kind];
    const before = workload.spec?.[field] ?? {};
    if (before.type !== undefined && before.type !== 'RollingUpdate') {
        return {
            ok: false,
            problem: `its ${field} is ${before.type}, which knows no pace.`,
            next: "Leave the inputs 'max-surge' and 'max-unavailable' out.",
        };
    }
    if (kind === 'StatefulSet' && isOneAtATime(wanted) && !hasUnavailable(before))
        return { ok: true, pace: undefined };
    if (kind === 'StatefulSet' && maxSurge !== undefined) {
        return {
            ok: false,
            problem: 'a StatefulSet makes no pod beyond the wanted number: each has its ordinal.',
            next: "Leave the input 'max-surge' out.",
        };
    }
    const rollingUpdate = {
        ...before.rollingUpdate,
        ...(kind === 'DaemonSet' && otherwiseNone(wanted)),
        ...(maxSurge !== undefined && { maxSurge }),
        ...(maxUnavailable !== undefined && { maxUnavailable }),
    };
    const ours = { ...before, type: 'RollingUpdate', rollingUpdate };
    if ((0,node_util__WEBPACK_IMPORTED_MODULE_0__.isDeepStrictEqual)(before, ours))
        return { ok: true, pace: undefined };
    return { ok: true, pace: { path: `/spec/${field}`, before, ours } };
}
function isOneAtATime({ maxSurge, maxUnavailable }) {
    return maxSurge === 1 && maxUnavailable === 0;
}
function hasUnavailable({ rollingUpdate = {} }) {
    return 'maxUnavailable' in rollingUpdate;
}
function otherwiseNone({ maxSurge, maxUnavailable }) {
    const isSome = (value) => Number.parseInt(String(value ?? 0), 10) > 0;
    if (isSome(maxSurge))
        return { maxUnavailable: 0 };
    return isSome(maxUnavailable) ? { maxSurge: 0 } : {};
}
function setPacePatch({ path, before, ours }) {
    return [
        { op: 'test', path, value: before },
        { op: 'replace', path, value: ours },
    ];
}
function restorePacePatch(workload, pace) {
    if (!bearsPace(workload, pace))
        return [];
    const { path, before, ours } = pace;
    return [
        { op: 'test', path, value: ours },
        { op: 'replace', path, value: before },
    ];
}
function bearsPace({ spec }, { path, ours }) {
    const field = path.split('/').at(-1);
    return (0,node_util__WEBPACK_IMPORTED_MODULE_0__.isDeepStrictEqual)(spec?.[field], ours);
}
function sayPace({ maxSurge, maxUnavailable }) {
    const parts = [
        maxSurge !== undefined && `max-surge ${maxSurge}`,
        maxUnavailable !== undefined && `max-unavailable ${maxUnavailable}`,
    ].filter((part) => part !== false);
    return `For this rollout only: ${parts.join(', ')}`;
}


/***/ }),

/***/ 8290:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   IC: () => (/* binding */ imagesOf),
/* harmony export */   KF: () => (/* binding */ bearsImages),
/* harmony export */   Kf: () => (/* binding */ setImagePatch),
/* harmony export */   W7: () => (/* binding */ annotationPatch),
/* harmony export */   nS: () => (/* binding */ withImages),
/* harmony export */   y6: () => (/* binding */ planImages)
/* harmony export */ });
/* harmony import */ var _image_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(349);

function planImages(workload, wanted, names) {
    const all = containers(workload);
    const listing = all
        .map(({ container }) => `${container.name} (${container.image ?? 'no image'})`)
        .join(', ');
    const missing = names.filter((name) => !all.some(({ container }) => container.name === name));
    if (missing.length > 0) {
        return {
            ok: false,
            problem: `it has no container named ${missing.join(', ')}. It has: ${listing}.`,
            next: "Name one of these in the input 'container'.",
        };
    }
    const repository = wanted.kind === 'reference' ? wanted.image.repository : repositoryOf(all[0]?.container.image);
    const chosen = names.length > 0
        ? all.filter(({ container }) => names.includes(container.name))
        : all.filter(({ container }) => (0,_image_js__WEBPACK_IMPORTED_MODULE_0__/* .fullRepository */ .gp)(repositoryOf(container.image)) === (0,_image_js__WEBPACK_IMPORTED_MODULE_0__/* .fullRepository */ .gp)(repository));
    if (chosen.length === 0) {
        return {
            ok: false,
            problem: `none of its containers runs the repository ${repository}. It has: ${listing}.`,
            next: "If this is the right image, say in the input 'container' which container gets it.",
        };
    }
    return {
        ok: true,
        changes: chosen.map(({ container, path }) => ({
            container: container.name,
            from: container.image ?? '',
            to: wanted.kind === 'reference' ? wanted.text : `${repositoryOf(container.image)}${wanted.suffix}`,
            path,
        })),
    };
}
function setImagePatch(workload, changes, annotations) {
    return [
        { op: 'test', path: '/metadata/uid', value: workload.metadata?.uid },
        { op: 'test', path: '/spec/template', value: workload.spec?.template },
        ...changes.map(({ path, to }) => ({ op: 'replace', path: `${path}/image`, value: to })),
        ...annotationPatch(workload.metadata?.annotations, annotations),
    ];
}
function withImages(workload, changes) {
    const set = (list) => list?.map((container) => {
        const change = changes.find(({ container: name }) => name === container.name);
        return change ? { ...container, image: change.to } : container;
    });
    const template = workload.spec?.template ?? {};
    const { containers = [], initContainers, ...spec } = template.spec ?? {};
    return {
        ...template,
        spec: {
            ...spec,
            containers: set(containers) ?? [],
            ...(initContainers && { initContainers: set(initContainers) ?? [] }),
        },
    };
}
function imagesOf(template) {
    const { containers = [], initContainers = [] } = template.spec ?? {};
    return [...containers, ...initContainers].map(({ name, image = '' }) => [name, image]);
}
function bearsImages(workload, changes) {
    const all = containers(workload);
    return changes.every(({ container: name, to }) => all.some(({ container }) => container.name === name && container.image === to));
}
function annotationPatch(present, wanted) {
    const operations = present === undefined ? [{ op: 'add', path: '/metadata/annotations', value: {} }] : [];
    for (const [key, value] of Object.entries(wanted)) {
        const path = `/metadata/annotations/${key.replace(/~/g, '~0').replace(/\//g, '~1')}`;
        if (value !== undefined)
            operations.push({ op: 'add', path, value });
        else if (present?.[key] !== undefined)
            operations.push({ op: 'remove', path });
    }
    return operations;
}
function containers(workload) {
    const spec = workload.spec?.template.spec;
    const place = (list) => (spec?.[list] ?? []).map((container, index) => ({
        container,
        path: `/spec/template/spec/${list}/${index}`,
    }));
    return [...place('containers'), ...place('initContainers')];
}
function repositoryOf(image) {
    return (0,_image_js__WEBPACK_IMPORTED_MODULE_0__/* .parseImage */ .zZ)(image ?? '')?.repository ?? image ?? '';
}


/***/ }),

/***/ 342:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   w: () => (/* binding */ restartsOf)
/* harmony export */ });
function restartsOf(pod) {
    if (pod.restarts)
        return pod.restarts;
    const { initContainerStatuses = [], containerStatuses = [] } = pod.status ?? {};
    return [
        ...initContainerStatuses.map((status) => restartOf(status, true)),
        ...containerStatuses.map((status) => restartOf(status, false)),
    ].filter(({ count }) => count > 0);
}
function restartOf({ name, restartCount, state, lastState }, init) {
    const hasEnded = !init && state?.terminated !== undefined;
    return {
        container: name,
        count: restartCount + (hasEnded ? 1 : 0),
        end: state?.terminated ?? lastState?.terminated,
        runs: state?.running !== undefined,
    };
}


/***/ }),

/***/ 8155:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   n: () => (/* binding */ selectorText)
/* harmony export */ });
function selectorText(selector) {
    const labels = Object.entries(selector?.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`);
    const expressions = (selector?.matchExpressions ?? []).map(({ key, operator, values = [] }) => {
        if (operator === 'Exists')
            return key;
        if (operator === 'DoesNotExist')
            return `!${key}`;
        return `${key} ${operator === 'In' ? 'in' : 'notin'} (${values.join(',')})`;
    });
    return [...labels, ...expressions].join(',');
}


/***/ }),

/***/ 5984:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   U4: () => (/* binding */ podTemplateHash),
/* harmony export */   XK: () => (/* binding */ withoutHash),
/* harmony export */   az: () => (/* binding */ equalIgnoringHash),
/* harmony export */   ol: () => (/* binding */ digestOf),
/* harmony export */   pd: () => (/* binding */ templateDigest),
/* harmony export */   s: () => (/* binding */ digestIn)
/* harmony export */ });
/* harmony import */ var node_crypto__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(7598);
/* harmony import */ var node_util__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(7975);


const podTemplateHash = 'pod-template-hash';
function withoutHash(template) {
    const labels = { ...template.metadata?.labels };
    delete labels[podTemplateHash];
    return { ...template, metadata: { ...template.metadata, labels } };
}
function equalIgnoringHash(one, other) {
    return (0,node_util__WEBPACK_IMPORTED_MODULE_1__.isDeepStrictEqual)(plain(withoutHash(one)), plain(withoutHash(other)));
}
function templateDigest(template) {
    return digestOf(withoutHash(template));
}
function digestIn({ spec }) {
    return spec ? templateDigest(spec.template) : '';
}
function digestOf(value) {
    return (0,node_crypto__WEBPACK_IMPORTED_MODULE_0__.createHash)('sha256')
        .update(JSON.stringify(plain(value)))
        .digest('hex')
        .slice(0, 16);
}
function plain(value) {
    if (Array.isArray(value))
        return value.map(plain);
    if (value === null || typeof value !== 'object')
        return value;
    const entries = Object.entries(value)
        .filter(([key, each]) => each !== undefined && each !== null && key !== 'creationTimestamp')
        .map(([key, each]) => [key, plain(each)])
        .sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(entries);
}


/***/ }),

/***/ 6650:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   _: () => (/* binding */ actionsLog)
/* harmony export */ });
/* unused harmony export guarded */
/* harmony import */ var node_crypto__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(7598);
/* harmony import */ var _actions_core__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(2767);
/* harmony import */ var _clip_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(1992);



const annotations = { error: _actions_core__WEBPACK_IMPORTED_MODULE_1__/* .error */ .z3, warning: _actions_core__WEBPACK_IMPORTED_MODULE_1__/* .warning */ .$e, notice: _actions_core__WEBPACK_IMPORTED_MODULE_1__/* .notice */ .lm };
function actionsLog() {
    let grouped = false;
    const endGroup = () => {
        if (grouped)
            _actions_core__WEBPACK_IMPORTED_MODULE_1__/* .endGroup */ .N4();
        grouped = false;
    };
    return {
        line: (text) => _actions_core__WEBPACK_IMPORTED_MODULE_1__/* .info */ .pq(guarded(text)),
        group(title) {
            endGroup();
            _actions_core__WEBPACK_IMPORTED_MODULE_1__/* .startGroup */ .Oh(title);
            grouped = true;
        },
        endGroup,
        annotate(level, title, text) {
            endGroup();
            annotations[level]((0,_clip_js__WEBPACK_IMPORTED_MODULE_2__/* .clip */ .$Q)(text, 4000), { title });
        },
        mask(secret) {
            if (secret.trim().length > 2)
                _actions_core__WEBPACK_IMPORTED_MODULE_1__/* .setSecret */ .Pq(secret);
        },
    };
}
function guarded(text) {
    if (!/::|##\[/.test(text))
        return text;
    const token = (0,node_crypto__WEBPACK_IMPORTED_MODULE_0__.randomUUID)();
    return `::stop-commands::${token}\n${text}\n::${token}::`;
}


/***/ }),

/***/ 212:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   EQ: () => (/* binding */ neededAccess),
/* harmony export */   GZ: () => (/* binding */ isDenied),
/* harmony export */   Iz: () => (/* binding */ rbacRules)
/* harmony export */ });
/* harmony import */ var _kubernetes_workloads_kinds_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(6260);

function neededAccess(kind, migrates, workload, lock, proof = {}) {
    const need = (name, group, resource, ...verbs) => verbs.map((verb) => ({ verb, group, resource, name }));
    const { resource, holders, getsStuck } = _kubernetes_workloads_kinds_js__WEBPACK_IMPORTED_MODULE_0__/* .kinds */ .E[kind];
    return [
        ...need(workload, resource.group, resource.plural, 'get', 'list', 'watch', 'patch'),
        ...need(undefined, holders.group, holders.plural, 'list', 'watch'),
        ...need(undefined, '', 'pods', 'list', 'watch', ...(getsStuck ? ['delete'] : [])),
        ...need(undefined, '', 'pods/log', 'get'),
        ...need(undefined, '', 'events', 'list', 'watch'),
        ...need(lock, 'coordination.k8s.io', 'leases', 'get', 'patch'),
        ...need(undefined, 'coordination.k8s.io', 'leases', 'create'),
        ...need(undefined, 'batch', 'jobs', 'list', ...(migrates || proof.job ? ['watch', 'create', 'delete'] : [])),
        ...(proof.port ? need(undefined, '', 'pods/portforward', 'get', 'create') : []),
        ...(proof.port === 'service' ? need(undefined, '', 'services', 'get') : []),
        ...(proof.service === undefined ? [] : need(proof.service, '', 'services/proxy', 'get')),
    ];
}
function isDenied(access, verb, resource) {
    return access.some((each) => each.verb === verb && each.resource === resource && !each.allowed);
}
function rbacRules(missing) {
    const verbs = new Map();
    for (const { group, resource, verb } of missing) {
        const key = `${group}\n${resource}`;
        verbs.set(key, [...(verbs.get(key) ?? []), verb]);
    }
    return [...verbs]
        .map(([key, list]) => {
        const [group, resource] = key.split('\n');
        return `- apiGroups: ["${group}"]\n  resources: ["${resource}"]\n  verbs: [${list.map((verb) => `"${verb}"`).join(', ')}]`;
    })
        .join('\n');
}


/***/ }),

/***/ 5860:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  S: () => (/* binding */ judge),
  a: () => (/* binding */ rules)
});

;// CONCATENATED MODULE: ./build/preflight/rules/container-missing.js
const containerMissing = {
    id: 'container-missing',
    level: 'fixed',
    about: 'No container gets the image: the one named is not there, or none runs its repository.',
    judge({ found, workload }) {
        if (found === undefined || found.plan.ok || found.plan.rule !== 'container-missing')
            return [];
        return [{ message: `${workload}: ${found.plan.problem}`, next: found.plan.next }];
    },
};

;// CONCATENATED MODULE: ./build/preflight/rules/migrates-in-init.js
const migratesInInit = {
    id: 'migrates-in-init',
    level: 'warning',
    about: 'An init container migrates the database, though there are several replicas: each of them migrates, several at the same time, and again whenever a pod is made anew.',
    judge({ command, found, workload }) {
        if (command !== 'deploy' || found === undefined || (found.replicas ?? 2) < 2)
            return [];
        return found.initMigrations
            .filter(({ isSure }) => isSure)
            .map(({ container, evidence, command }) => ({
            message: `${workload} migrates in its init container ${container} (by ${evidence}), so that each of ${found.replicas === undefined ? 'its pods' : `its ${found.replicas} replicas`} does, several at the same time.`,
            next: `Let this step migrate once, before any pod is replaced${sayInput(command)}, and take the init container away.`,
        }));
    },
};
function sayInput(command) {
    if (command.length === 0)
        return " (inputs 'migration-job' and 'migration-command')";
    const isPlain = command.every((word) => /^[\w./:=@-]+$/.test(word));
    return `: migration-command: ${isPlain ? command.join(' ') : JSON.stringify(command)}`;
}

// EXTERNAL MODULE: ./build/preflight/access.js
var preflight_access = __webpack_require__(212);
;// CONCATENATED MODULE: ./build/preflight/rules/migration-refused.js

const migrationRefused = {
    id: 'migration-refused',
    level: 'error',
    about: 'The API server refuses the migration Job in a dry run: a field is wrong, or an admission policy objects.',
    judge({ migrationRefusal, access }) {
        if (migrationRefusal === undefined || (0,preflight_access/* isDenied */.GZ)(access, 'create', 'jobs'))
            return [];
        return [
            {
                message: `The API server refuses the migration Job: ${migrationRefusal}`,
                next: "Correct the Job in the input 'migration-job' (or 'migration-command'). Nothing has been changed.",
            },
        ];
    },
};

// EXTERNAL MODULE: ./build/image.js
var build_image = __webpack_require__(349);
;// CONCATENATED MODULE: ./build/preflight/rules/mutable-tag.js

const mutableTag = {
    id: 'mutable-tag',
    level: 'error',
    about: 'The image has no tag, or `latest`: what it names may change, so an undo may bring back nothing.',
    judge({ found, command }) {
        if (!found?.plan.ok || command === 'rollback')
            return [];
        const images = new Set(found.plan.changes.map(({ to }) => to));
        return [...images]
            .filter((image) => {
            const parsed = (0,build_image/* parseImage */.zZ)(image);
            return parsed !== undefined && (0,build_image/* isMutable */.bV)(parsed);
        })
            .map((image) => ({
            message: `The image ${image} is named by ${image.endsWith(':latest') ? 'the tag latest' : 'no tag'}, which may name another image tomorrow.`,
            next: 'Tag the image by its commit SHA, or name its digest.',
        }));
    },
};

;// CONCATENATED MODULE: ./build/preflight/rules/no-pace.js
const noPace = {
    id: 'no-pace',
    level: 'fixed',
    about: "A pace is asked for (`max-surge`, `max-unavailable`) that the workload's update strategy does not know.",
    judge({ found, workload, isPaceLost }) {
        if (isPaceLost) {
            return [
                {
                    message: `${workload}: the cluster does not take the pace that is asked for. It knows maxUnavailable of a StatefulSet only with the feature gate MaxUnavailableStatefulSet; or an admission policy has changed it.`,
                    next: "Leave the inputs 'max-surge' and 'max-unavailable' out.",
                },
            ];
        }
        if (found === undefined || found.plan.ok || found.plan.rule !== 'no-pace')
            return [];
        return [{ message: `${workload}: ${found.plan.problem}`, next: found.plan.next }];
    },
};

;// CONCATENATED MODULE: ./build/preflight/rules/no-replicas.js
const noReplicas = {
    id: 'no-replicas',
    level: 'error',
    about: 'The workload is scaled to zero, or no node takes pods of the DaemonSet: a rollout would "succeed" without one pod having run.',
    judge({ found, workload, kind, namespace }) {
        if (found?.replicas !== 0)
            return [];
        if (kind === 'DaemonSet') {
            return [
                {
                    message: `${workload} is for no node: its node selector, affinity and tolerations match none, so nothing would show whether the new image works.`,
                    next: `Compare them with the cluster's nodes: kubectl -n ${namespace} describe ${workload}; kubectl get nodes --show-labels`,
                },
            ];
        }
        return [
            {
                message: `${workload} has replicas: 0, so nothing would show whether the new image works.`,
                next: `Scale it first: kubectl -n ${namespace} scale ${workload} --replicas=1`,
            },
        ];
    },
};

;// CONCATENATED MODULE: ./build/preflight/rules/on-delete.js
const onDelete = {
    id: 'on-delete',
    level: 'fixed',
    about: 'The update strategy is `OnDelete`: the controller replaces no pod by itself, so nothing would be rolled out.',
    judge({ found, workload }) {
        if (!found?.onDelete)
            return [];
        return [
            {
                message: `${workload} has updateStrategy.type: OnDelete: a new image would run only in pods that somebody deletes by hand, so there is nothing to watch and nothing to undo.`,
                next: 'Set spec.updateStrategy.type to RollingUpdate in its manifest, and apply that.',
            },
        ];
    },
};

;// CONCATENATED MODULE: ./build/preflight/rules/partition.js
const partition = {
    id: 'partition',
    level: 'warning',
    about: "A `partition` keeps some of the StatefulSet's pods on the revision that they run now.",
    judge({ found, workload }) {
        const { kept = 0, replicas = 0 } = found ?? {};
        if (kept === 0 || kept >= replicas)
            return [];
        const stay = kept === 1
            ? '1 pod stays on the revision that it runs'
            : `${kept} pods stay on the revision that they run`;
        return [
            {
                message: `${workload} has updateStrategy.rollingUpdate.partition: ${kept}, so ${stay}; only ${replicas - kept} of ${replicas} will have the new image.`,
                next: 'When the others are to follow, set the partition to 0 in its manifest, and apply that.',
            },
        ];
    },
};

;// CONCATENATED MODULE: ./build/preflight/rules/partition-keeps-all.js
const partitionKeepsAll = {
    id: 'partition-keeps-all',
    level: 'fixed',
    about: 'A `partition` keeps every pod of the StatefulSet on the revision that it runs: the rollout would "succeed" without one pod having run.',
    judge({ found, workload }) {
        const { kept = 0, replicas = 0 } = found ?? {};
        if (kept === 0 || kept < replicas)
            return [];
        return [
            {
                message: `${workload} has an updateStrategy.rollingUpdate.partition that keeps all ${replicas} pods on the revision that they run, so none would get the new image.`,
                next: 'Lower the partition in its manifest, and apply that.',
            },
        ];
    },
};

// EXTERNAL MODULE: ./build/kubernetes/workloads/kinds.js + 3 modules
var kinds = __webpack_require__(6260);
;// CONCATENATED MODULE: ./build/preflight/rules/patch-refused.js


const patchRefused = {
    id: 'patch-refused',
    level: 'error',
    underLock: true,
    about: 'The API server refuses the new image in a dry run; an admission policy mostly says why.',
    judge({ patchRefusal, workload, kind, access }) {
        if (patchRefusal === undefined || (0,preflight_access/* isDenied */.GZ)(access, 'patch', kinds/* kinds */.E[kind].resource.plural))
            return [];
        return [
            {
                message: `The API server refuses the new image for ${workload}: ${patchRefusal}`,
                next: 'Change what it objects to. Nothing has been changed.',
            },
        ];
    },
};

;// CONCATENATED MODULE: ./build/preflight/rules/paused.js
const paused = {
    id: 'paused',
    level: 'error',
    about: 'The Deployment is paused, so that no change of it would be rolled out.',
    judge({ found, workload, namespace }) {
        if (!found?.paused)
            return [];
        return [
            {
                message: `${workload} is paused: a new image would wait for ever.`,
                next: `Resume it first: kubectl -n ${namespace} rollout resume ${workload}`,
            },
        ];
    },
};

;// CONCATENATED MODULE: ./build/preflight/rules/permission-missing.js

const permissionMissing = {
    id: 'permission-missing',
    level: 'error',
    about: 'The credentials may not do something that the step will need.',
    judge({ access, namespace, found, missing: isMissing }) {
        const missing = access.filter(({ allowed }) => !allowed);
        if (missing.length === 0)
            return [];
        const list = missing.map(({ verb, resource }) => `${verb} ${resource}`).join(', ');
        return [
            {
                message: `The credentials may not: ${list} (namespace ${namespace}).`,
                fixed: found === undefined && !isMissing,
                next: `Add to a Role that is bound to them:\n${(0,preflight_access/* rbacRules */.Iz)(missing)}`,
            },
        ];
    },
};

;// CONCATENATED MODULE: ./build/preflight/rules/revision-doubtful.js
const doubts = {
    healthy: undefined,
    failed: 'did not work when it was last rolled out',
    undone: 'was undone before it was known whether it works',
    left: 'was rolled back from before',
    unknown: 'may never have worked: no run has recorded how it fared',
};
const revisionDoubtful = {
    id: 'revision-doubtful',
    level: 'warning',
    underLock: true,
    about: 'A rollback goes to a revision that is not known to have worked.',
    judge({ found, workload }) {
        if (!found?.plan.ok || found.plan.isUnchanged || found.plan.goesTo === undefined)
            return [];
        const { revision, standing } = found.plan.goesTo;
        const doubt = doubts[standing];
        if (doubt === undefined)
            return [];
        return [
            {
                message: `Revision ${revision} of ${workload}, which is gone back to, ${doubt}.`,
                next: 'The history in the summary shows the others.',
            },
        ];
    },
};

;// CONCATENATED MODULE: ./build/preflight/rules/revision-missing.js
const revisionMissing = {
    id: 'revision-missing',
    level: 'fixed',
    about: 'The revision or image to roll back to is not in the history, or no older revision is fit to go back to.',
    judge({ found, workload }) {
        if (found === undefined || found.plan.ok || found.plan.rule !== 'revision-missing')
            return [];
        return [{ message: `${workload}: ${found.plan.problem}`, next: found.plan.next }];
    },
};

;// CONCATENATED MODULE: ./build/preflight/rules/rollback-overtaken.js
const rollbackOvertaken = {
    id: 'rollback-overtaken',
    level: 'fixed',
    underLock: true,
    about: 'While a rollback without a named target waited for another run, another image was set.',
    judge({ found, workload }) {
        if (found === undefined || found.plan.ok || found.plan.rule !== 'rollback-overtaken')
            return [];
        return [{ message: `${workload}: ${found.plan.problem}`, next: found.plan.next }];
    },
};

;// CONCATENATED MODULE: ./build/preflight/rules/rollout-in-progress.js
const rolloutInProgress = {
    id: 'rollout-in-progress',
    level: 'error',
    underLock: true,
    about: 'Another rollout of the workload is under way, and nothing shows that it has failed.',
    judge({ found, workload, namespace, command }) {
        if (command === 'rollback')
            return [];
        if (!found || found.paused || found.settled || found.verdict.hopeless)
            return [];
        if (found.status.state !== 'progressing' && found.status.state !== 'unseen')
            return [];
        return [
            {
                message: `Another rollout of ${workload} is under way (${found.status.message}).`,
                next: `Wait for it (kubectl -n ${namespace} rollout status ${workload}), or undo it, then run this again.`,
            },
        ];
    },
};

;// CONCATENATED MODULE: ./build/preflight/rules/runs-but-unhealthy.js
const runsButUnhealthy = {
    id: 'runs-but-unhealthy',
    level: 'fixed',
    underLock: true,
    about: 'The workload bears the wanted image already, but is not healthy: there is nothing to set, and nothing to be green about.',
    judge({ found, workload, namespace }) {
        if (!found?.plan.ok || !found.plan.isUnchanged)
            return [];
        const { status, verdict } = found;
        if (status.state === 'complete')
            return [];
        const [worst] = verdict.diagnoses;
        return [
            {
                message: `${workload} has this image already, and it is not healthy: ${worst ? `${worst.object}: ${worst.message}` : status.message}.`,
                next: `Deploy an image that works, or go back: kubectl -n ${namespace} rollout undo ${workload}`,
            },
        ];
    },
};

;// CONCATENATED MODULE: ./build/preflight/rules/schema-ahead.js
function say({ what, job, at, by }) {
    const end = what === 'migrated' ? '' : ', of which nobody knows how far it came';
    return `job/${job} at ${at.slice(0, 16)}Z (${by}${end})`;
}
const schemaAhead = {
    id: 'schema-ahead',
    level: 'warning',
    underLock: true,
    about: 'A rollback goes to a revision older than a migration: the schema does not go back with it.',
    judge({ found, workload }) {
        if (!found?.plan.ok)
            return [];
        const { migrations = [] } = found.plan;
        if (migrations.length === 0)
            return [];
        const list = migrations.map(say).join(', ');
        const isSure = migrations.some(({ what }) => what === 'migrated');
        const count = migrations.length === 1 ? 'a migration' : `${migrations.length} migrations`;
        const ran = isSure ? 'ran' : 'may have run';
        return [
            {
                message: `Since ${workload} ran that revision, ${count} ${ran}: ${list}. The schema does not roll back.`,
                next: 'Make sure that the older image works with the schema as it is now.',
            },
        ];
    },
};

;// CONCATENATED MODULE: ./build/preflight/rules/unhealthy-now.js
const unhealthyNow = {
    id: 'unhealthy-now',
    level: 'warning',
    underLock: true,
    about: 'The revision that runs now is not healthy, so an undo may go to an older one, or nowhere.',
    judge({ found, workload }) {
        if (!found)
            return [];
        const broken = found.status.state === 'failed' ||
            (found.status.state !== 'complete' && (found.verdict.hopeless || found.settled));
        if (!broken)
            return [];
        const [worst] = found.verdict.diagnoses;
        const why = worst ? ` (${worst.object}: ${worst.message})` : ` (${found.status.message})`;
        return [
            {
                message: `The revision of ${workload} that runs now is not healthy${why}.`,
                next: found.undoTo === undefined
                    ? 'No revision is healthy: if this fails too, there is nothing to go back to.'
                    : `If this fails too, it is undone to revision ${found.undoTo}, the last one known to have been healthy.`,
            },
        ];
    },
};

;// CONCATENATED MODULE: ./build/preflight/rules/verification-refused.js

const verificationRefused = {
    id: 'verification-refused',
    level: 'error',
    about: 'The API server refuses the `verify-job` in a dry run: a field is wrong, or an admission policy objects.',
    judge({ verificationRefusal, access }) {
        if (verificationRefusal === undefined || (0,preflight_access/* isDenied */.GZ)(access, 'create', 'jobs'))
            return [];
        return [
            {
                message: `The API server refuses the verify-job: ${verificationRefusal}`,
                next: "Correct the Job in the input 'verify-job'. Nothing has been changed.",
            },
        ];
    },
};

;// CONCATENATED MODULE: ./build/preflight/rules/verify-port-unknown.js

const verifyPortUnknown = {
    id: 'verify-port-unknown',
    level: 'error',
    about: 'There is no such Service or port as `verify-port` names.',
    judge({ portProblem, access }) {
        if (portProblem === undefined || (0,preflight_access/* isDenied */.GZ)(access, 'get', 'services'))
            return [];
        return [
            {
                message: `The verify-port leads nowhere: ${portProblem}.`,
                next: "Correct the input 'verify-port', or the Service. Nothing has been changed.",
            },
        ];
    },
};

;// CONCATENATED MODULE: ./build/preflight/rules/watch-service-missing.js
const missing = new Set(['no such Service', 'no such port']);
const watchServiceMissing = {
    id: 'watch-service-missing',
    level: 'error',
    about: 'The Service to watch, or its port, does not exist in the namespace.',
    judge({ unwell, namespace }) {
        const what = unwell?.met.find((each) => missing.has(each));
        if (unwell === undefined || what === undefined)
            return [];
        return [
            {
                message: `The input 'watch-url' asks ${unwell.address}, but there is ${what} in namespace ${namespace}.`,
                next: `Correct it; see what there is: kubectl -n ${namespace} get services`,
            },
        ];
    },
};
function isServiceMissing(met) {
    return met.some((each) => missing.has(each));
}

;// CONCATENATED MODULE: ./build/preflight/rules/watch-url-fails.js

const watchUrlFails = {
    id: 'watch-url-fails',
    level: 'error',
    underLock: true,
    about: 'Every request to the address to watch fails before anything is changed (it is wrong, or users are down), or tells nothing of what users see.',
    judge({ unwell }) {
        if (unwell === undefined || isServiceMissing(unwell.met))
            return [];
        const met = [...new Set(unwell.met)].join(', ');
        if (unwell.isUnseen)
            return [unseen(unwell.address, met)];
        return [
            {
                message: `The input 'watch-url' asks ${unwell.address}, which answers with an error before anything was changed: ${met}.`,
                next: advice(unwell.met),
            },
        ];
    },
};
function unseen(address, met) {
    return {
        message: `The input 'watch-url' asks ${address}, and learns nothing: ${met}. What users see would not be known.`,
        next: `${met.includes('429') ? 'Let the runner ask four times a second, or name another way to it' : "It is the API server that does not let it through: read its words, or name an address that the runner asks itself ('https://…')"}. To go on without knowing, add 'preflight-ignore: watch-url-fails'.`,
    };
}
function advice(met) {
    if (met.some((each) => each.startsWith('no ready pod')))
        return "Correct the Service's selector or port, so that it leads to ready pods.";
    if (met.every((each) => /^4/.test(each)))
        return "Name a path that answers everybody well, such as the readiness probe's.";
    return "Correct the address. If this deploy is to mend it, add 'preflight-ignore: watch-url-fails'.";
}

;// CONCATENATED MODULE: ./build/preflight/near-names.js
function nearest(wanted, names) {
    return names
        .map((name) => ({ name, distance: editDistance(wanted, name) }))
        .filter(({ name, distance }) => distance <= Math.max(2, wanted.length / 3) || name.includes(wanted) || wanted.includes(name))
        .sort((a, b) => a.distance - b.distance)
        .slice(0, 3)
        .map(({ name }) => name);
}
function editDistance(one, other) {
    let row = Array.from({ length: other.length + 1 }, (_, index) => index);
    for (const [index, letter] of [...one].entries()) {
        const next = [index + 1];
        for (let column = 0; column < other.length; column++) {
            const exchange = (row[column] ?? 0) + (letter === other[column] ? 0 : 1);
            next.push(Math.min(exchange, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
        }
        row = next;
    }
    return row[other.length] ?? 0;
}

;// CONCATENATED MODULE: ./build/preflight/rules/workload-missing.js

const workloadMissing = {
    id: 'workload-missing',
    level: 'fixed',
    about: 'The workload does not exist in the namespace.',
    judge({ missing, workload, namespace, siblings }) {
        if (!missing)
            return [];
        const [kind = '', name = ''] = workload.split('/');
        const near = nearest(name, siblings);
        const there = near.length > 0
            ? `Did you mean ${near.map((each) => `${kind}/${each}`).join(' or ')}?`
            : siblings.length > 0
                ? `The namespace has: ${siblings.slice(0, 10).join(', ')}${siblings.length > 10 ? ', …' : ''}.`
                : `The namespace has none of that kind; check the inputs 'namespace', 'context' and 'kubeconfig'.`;
        return [{ message: `${workload} does not exist in namespace ${namespace}.`, next: there }];
    },
};

;// CONCATENATED MODULE: ./build/preflight/preflight.js
























const rules = [
    permissionMissing,
    workloadMissing,
    containerMissing,
    revisionMissing,
    rollbackOvertaken,
    noPace,
    paused,
    noReplicas,
    onDelete,
    partitionKeepsAll,
    partition,
    rolloutInProgress,
    runsButUnhealthy,
    unhealthyNow,
    mutableTag,
    revisionDoubtful,
    schemaAhead,
    migratesInInit,
    patchRefused,
    migrationRefused,
    verificationRefused,
    verifyPortUnknown,
    watchServiceMissing,
    watchUrlFails,
];
function judge(facts, mode, ignored, locked) {
    return rules
        .filter(({ id, level }) => level === 'fixed' || !ignored.includes(id))
        .filter(({ underLock }) => locked || !underLock)
        .flatMap((rule) => rule.judge(facts).map(({ fixed, ...finding }) => ({
        rule: rule.id,
        level: rule.level === 'fixed' || fixed || (rule.level === 'error' && mode === 'strict')
            ? 'error'
            : 'warning',
        ...finding,
    })));
}


/***/ }),

/***/ 3226:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  m: () => (/* binding */ publish)
});

// EXTERNAL MODULE: ./build/node_modules/@actions/core/lib/core.js + 6 modules
var core = __webpack_require__(2767);
// EXTERNAL MODULE: ./build/errors.js
var errors = __webpack_require__(9473);
// EXTERNAL MODULE: ./build/clip.js
var clip = __webpack_require__(1992);
// EXTERNAL MODULE: ./build/journal.js
var journal = __webpack_require__(7999);
;// CONCATENATED MODULE: ./build/report/verdict.js
function verdictOf(story) {
    const { workloads } = story;
    const worst = workloads.filter(({ result }) => result === story.ending?.result);
    const subjects = worst.length > 0 ? worst : workloads;
    const others = workloads.filter((each) => !subjects.includes(each));
    const [one, ...more] = subjects;
    const workload = more.length > 0 ? `${one?.workload} and ${more.length} more` : one?.workload || 'the workload';
    const changes = subjects.flatMap((each) => each.changes);
    const [runs, is, has, was] = more.length > 0 ? ['run', 'are', 'have', 'were'] : ['runs', 'is', 'has', 'was'];
    const done = story.command === 'rollback' ? 'rolled back' : 'deployed';
    const image = [...new Set(changes.map(({ to }) => to))].join(', ');
    const before = [...new Set(changes.map(({ from }) => from))].join(', ');
    const again = subjects.flatMap(({ backOn }) => backOn.map(({ image }) => image));
    const back = again.length > 0 ? [...new Set(again)].join(', ') : before;
    const stays = story.migrated ? ` The migration (job/${story.migrationJob}) stays applied.` : '';
    const untouched = `${workload} ${has} not been touched${before ? ` and ${runs} ${before}` : ''}.${stays}`;
    const gone = story.ending?.cause?.reason === 'deleted';
    const hurts = story.ending?.cause?.reason === 'users-saw-errors';
    const failed = story.command === 'rollback' ? 'Rollback failed' : 'Rollout failed';
    const interrupted = story.ending?.cause?.reason === 'interrupted';
    const table = {
        deployed: {
            mark: '✅',
            title: `Deployed ${workload}`,
            state: `${workload} ${runs} ${image}: rolled out and available.`,
        },
        'rolled-back': {
            mark: '⏪',
            title: `Rolled back ${workload}`,
            state: `${workload} ${runs} ${image}: rolled out and available.`,
        },
        unchanged: {
            mark: '✅',
            title: `Unchanged: ${workload} ${runs} this image already`,
            state: `${workload} ${is} healthy and runs ${image}. No migration was run.`,
        },
        refused: { mark: '⛔', title: `Refused: ${workload} ${was} not ${done}`, state: untouched },
        locked: { mark: '🔒', title: `Locked: another run deploys ${workload}`, state: untouched },
        'migration-failed': {
            mark: '❌',
            title: `Migration failed: ${workload} ${was} not deployed`,
            state: untouched,
        },
        undone: {
            mark: '↩️',
            title: `${interrupted ? 'Interrupted' : story.command === 'rollback' ? 'Not rolled back' : 'Not deployed'}: ${workload} ${is} back on ${verdict_short(back)}, and healthy`,
            state: `The rollout of ${image} was undone: ${workload} ${runs} ${back} again, and is healthy.${stays}`,
        },
        'undo-failed': {
            mark: '🚨',
            title: `${interrupted ? 'Interrupted' : failed}, and the undo failed: ${workload} needs you now`,
            state: `${workload} ${is} not known to be healthy.`,
        },
        'left-failed': {
            mark: '🚨',
            title: `${interrupted ? 'Interrupted' : failed}: ${workload} ${is} left as it is`,
            state: `${workload} ${is} set to ${image}, ${interrupted ? 'and is not known to be healthy' : hurts ? 'and users see errors' : 'which does not work'}.`,
        },
        superseded: {
            mark: '⚠️',
            title: gone
                ? `Superseded: ${workload} ${was} deleted`
                : `Superseded: somebody else changed ${workload}`,
            state: gone
                ? `${workload} ${is} gone.`
                : `${workload} ${runs} what somebody else set. This step did not undo that.`,
        },
        cancelled: {
            mark: '🛑',
            title: `Cancelled: ${workload}`,
            state: story.phases.some(({ title }) => title.startsWith('Rollout'))
                ? `The post step brings ${workload} to a known state; see its own summary.`
                : untouched,
        },
    };
    const verdict = story.ending && table[story.ending.result];
    const rest = others
        .map((each) => ` ${each.workload}: ${each.result ?? 'not touched by this step'}.`)
        .join('');
    return ((verdict && { ...verdict, state: `${verdict.state}${rest}` }) ?? {
        mark: '🛑',
        title: `Not finished: ${workload}`,
        state: 'The step ended before it came to a verdict.',
    });
}
function verdict_short(images) {
    return images
        .split(', ')
        .map((image) => image.split('/').at(-1) ?? image)
        .join(', ');
}

;// CONCATENATED MODULE: ./build/report/annotation.js



const lastLines = 5;
function annotation(story) {
    const { title, state } = verdictOf(story);
    const { ending } = story;
    const good = ending !== undefined && journal/* successes */.o9.has(ending.result);
    const why = ending?.cause?.message ?? '';
    const [first] = ending?.cause?.diagnoses ?? [];
    const text = [
        why,
        (0,clip/* clip */.$Q)(first?.said ?? '', 1000),
        ...(first?.logs[0]?.lines.slice(-lastLines).map((line) => `| ${(0,clip/* clip */.$Q)(line, 200)}`) ?? []),
        state,
        ...(ending?.next ?? []),
    ]
        .filter((part) => part !== '')
        .join('\n');
    return { level: good ? 'notice' : 'error', title, text };
}

;// CONCATENATED MODULE: ./build/report/outputs.js
function outputs(story) {
    const { ending, changes, images, revision, previousRevision, migrationJob, seconds } = story;
    const distinct = (values) => [...new Set(values)].join(',');
    return {
        result: ending?.result ?? 'cancelled',
        reason: ending?.cause?.reason ?? '',
        image: distinct(changes.map(({ to }) => to)),
        'previous-image': distinct(changes.map(({ from }) => from)),
        'image-digest': distinct(images.flatMap(({ after }) => after)),
        'previous-image-digest': distinct(images.flatMap(({ before }) => before)),
        revision: revision?.toString() ?? '',
        'previous-revision': previousRevision?.toString() ?? '',
        'migration-job': migrationJob,
        'duration-seconds': (Math.round(seconds * 10) / 10).toString(),
    };
}

;// CONCATENATED MODULE: ./build/report/story.js
function tell(entries) {
    const last = (type) => entries.findLast((entry) => entry.type === type);
    const names = last('connected')?.workloads ?? [''];
    const workloads = names.map((name) => tellOne(entries, name));
    const [first] = workloads;
    return {
        command: last('connected')?.command ?? 'deploy',
        ending: last('ended')?.ending,
        workload: names.join(', '),
        workloads,
        namespace: last('connected')?.namespace ?? '',
        changes: workloads.flatMap(({ changes }) => changes),
        images: workloads.flatMap(({ images }) => images),
        revision: first?.revision,
        previousRevision: first?.previousRevision,
        undoneTo: last('undone')?.revision,
        migrationJob: last('migration-started')?.job ?? '',
        findings: names.flatMap((name) => lastOf(entries, name, 'checked')?.findings ?? []),
        resumed: entries.flatMap((entry) => (entry.type === 'resumed' ? [entry.message] : [])).join(' '),
        undoCause: last('undo-failed')?.cause,
        phases: phases(entries),
        users: last('users')?.saw,
        run: last('began')?.run ?? '',
        commit: last('began')?.commit ?? '',
        migrated: last('migration-ended')?.cause === undefined && last('migration-ended') !== undefined,
        began: entries[0]?.at ?? 0,
        seconds: ((entries.at(-1)?.at ?? 0) - (entries[0]?.at ?? 0)) / 1000,
    };
}
function lastOf(entries, name, type) {
    return entries.findLast((entry) => entry.type === type && (entry.workload === undefined || entry.workload === name));
}
function tellOne(entries, name) {
    const last = (type) => lastOf(entries, name, type);
    const observed = last('observed');
    return {
        workload: name,
        changes: last('planned')?.changes ?? [],
        images: last('images')?.images ?? [],
        backOn: last('undone')?.images ?? [],
        revision: last('rolled-out')?.revision ?? last('rollout-failed')?.revision ?? last('rollout-completed')?.revision,
        previousRevision: observed?.undoTo ?? observed?.revision,
        history: last('history')?.rows ?? [],
        result: last('workload-ended')?.result,
    };
}
const phaseEnds = [
    { begins: 'began', ends: ['checked'], title: () => 'Check' },
    {
        begins: 'migration-started',
        ends: ['migration-ended'],
        title: (begin) => `Migration${begin.type === 'migration-started' ? ` job/${begin.job}` : ''}`,
    },
    {
        begins: 'setting-image',
        ends: ['rollout-completed', 'rolled-out', 'rollout-failed'],
        title: () => 'Rollout',
    },
    {
        several: true,
        begins: 'proof-started',
        ends: ['proof-ended'],
        title: (begin) => (begin.type === 'proof-started' ? begin.title : ''),
    },
    {
        begins: 'undo-started',
        ends: ['undone', 'undo-failed'],
        title: (begin) => `Undo${begin.type === 'undo-started' ? ` to revision ${begin.revision}` : ''}`,
    },
];
function phases(entries) {
    const workloads = new Set(entries.flatMap(({ workload }) => workload ?? []));
    return phaseEnds.flatMap(({ several, begins, ends, title }) => {
        const begun = entries.filter(({ type }) => type === begins);
        const firsts = begun.filter(({ workload }, index) => several || begun.findIndex((each) => each.workload === workload) === index);
        return firsts.map((begin) => {
            const isAbout = ({ workload }) => workload === undefined || begin.workload === undefined || workload === begin.workload;
            const end = entries
                .slice(entries.indexOf(begin))
                .find((entry) => isAbout(entry) &&
                (ends.includes(entry.type) || entry.type === 'ended' || entry.type === 'interrupted'));
            const of = workloads.size > 1 && begin.workload ? ` of ${begin.workload}` : '';
            return {
                title: `${title(begin)}${of}`,
                seconds: end && (end.at - begin.at) / 1000,
                ...withDeleted(outcomeOf(end), deletedBetween(entries.filter(isAbout), begin, end)),
            };
        });
    });
}
function deletedBetween(entries, begin, end) {
    return entries
        .slice(entries.indexOf(begin), end && entries.indexOf(end))
        .flatMap((entry) => (entry.type === 'pod-deleted' ? [entry.pod] : []));
}
function withDeleted({ outcome, note }, pods) {
    if (pods.length === 0)
        return { outcome, note };
    const deleted = `${pods.map((pod) => `pod/${pod}`).join(', ')} deleted, which held it up`;
    return { outcome, note: note ? `${note}; ${deleted}` : deleted };
}
function outcomeOf(end) {
    switch (end?.type) {
        case undefined:
            return { outcome: 'open', note: '' };
        case 'checked':
            return end.findings.some(({ level }) => level === 'error')
                ? { outcome: 'failed', note: 'refused' }
                : { outcome: 'ok', note: '' };
        case 'migration-ended':
        case 'proof-ended':
        case 'rollout-failed':
        case 'undo-failed':
            return end.cause ? { outcome: 'failed', note: end.cause.reason } : { outcome: 'ok', note: '' };
        case 'rollout-completed':
        case 'rolled-out':
            return { outcome: 'ok', note: `revision ${end.revision}` };
        case 'undone':
            return { outcome: 'ok', note: `healthy, now numbered ${end.revision}` };
        case 'interrupted':
            return { outcome: 'open', note: 'interrupted' };
        case 'ended':
            return { outcome: 'failed', note: end.ending.cause?.reason ?? end.ending.result };
        default:
            return { outcome: 'ok', note: '' };
    }
}

// EXTERNAL MODULE: ./build/diagnosis/diagnosis.js
var diagnosis = __webpack_require__(1851);
// EXTERNAL MODULE: ./build/diagnosis/scheduling.js
var scheduling = __webpack_require__(2054);
// EXTERNAL MODULE: ./build/duration.js
var duration = __webpack_require__(3110);
;// CONCATENATED MODULE: ./build/report/markdown.js
function code(text) {
    const line = text.replace(/\s+/g, ' ').trim();
    if (line === '')
        return '';
    const fence = '`'.repeat(longestRun(line, /`+/g) + 1);
    const pad = line.startsWith('`') || line.endsWith('`') ? ' ' : '';
    return `${fence}${pad}${line}${pad}${fence}`;
}
function row(...cells) {
    return `| ${cells.map((cell) => cell.replace(/(?<!\\)\|/g, '\\|')).join(' | ')} |`;
}
function words(text) {
    return text
        .replace(/&/g, '&amp;')
        .replace(/</g, '&lt;')
        .replace(/>/g, '&gt;')
        .replace(/[\\`*_[\]|~$]/g, '\\$&')
        .replace(/^(\s*)([#+=-])/gm, '$1\\$2')
        .replace(/^(\s*\d+)([.)])/gm, '$1\\$2')
        .replace(/@/g, '@<!-- -->')
        .replace(/:\/\//g, ':<!-- -->//')
        .replace(/\bwww\./gi, 'www<!-- -->.')
        .replace(/\s*\n\s*/g, ' ');
}
function block(lines, language = 'text') {
    const body = lines.join('\n');
    const fence = '`'.repeat(Math.max(3, longestRun(body, /`+/g) + 1));
    return `${fence}${language}\n${body}\n${fence}`;
}
function longestRun(text, pattern) {
    return Math.max(0, ...(text.match(pattern) ?? []).map(({ length }) => length));
}

// EXTERNAL MODULE: ./build/users/limit.js
var limit = __webpack_require__(6748);
// EXTERNAL MODULE: ./build/users/say.js
var say = __webpack_require__(5836);
;// CONCATENATED MODULE: ./build/report/users.js



function usersSection(saw) {
    if (saw === undefined)
        return [];
    return [
        '### What users saw',
        `${code(saw.address)} was asked all the time. Of errors, ${words((0,limit/* sayLimit */.NJ)(saw.limit))}.${(0,say/* sayUnjudged */.Cr)(saw)}`,
        [
            '| | Requests | Errors | Slowest | Answers | When |',
            '|:--|--:|:--|--:|:--|:--|',
            ...saw.phases.map(phaseRow),
        ].join('\n'),
        words((0,say/* sayStretch */.jL)(saw)),
    ];
}
function phaseRow(phase) {
    const { requests, errors, slowest, statuses, setAside } = phase;
    const aside = (0,say/* sayCounts */.A7)(setAside);
    return row(`${errors > 0 ? '❌' : requests > 0 ? '✅' : '…'} ${phase.phase}`, String(requests), (0,say/* sayErrors */.hz)(phase), slowest === undefined ? '' : (0,say/* saySlowest */.NL)(slowest), words([(0,say/* sayCounts */.A7)(statuses), ...(aside ? [`set aside: ${aside}`] : [])].filter(Boolean).join('; ')), code((0,say/* picture */.li)(phase)));
}

;// CONCATENATED MODULE: ./build/report/summary.js








const longest = 768 * 1024;
const longestLine = 300;
const longestWords = 1500;
function summary(story) {
    const text = render(story);
    if (Buffer.byteLength(text) <= longest)
        return text;
    const cut = Buffer.from(render(withoutLogs(story)))
        .subarray(0, longest)
        .toString('utf8');
    return `${cut}\n\n(The logs were left out: the summary would be too long.)\n`;
}
function render(story) {
    const verdict = verdictOf(story);
    const parts = [
        `## ${verdict.mark} ${words(verdict.title)}`,
        words(verdict.state),
        ...causeSection(story),
        ...nextSection(story),
        words(story.resumed),
        ...eachWorkload(story),
        facts(story),
        ...timeline(story.phases),
        ...usersSection(story.users),
        ...findings(story),
        ...summary_history(story),
    ];
    return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}
function withoutLogs(story) {
    const bare = (cause) => ({
        ...cause,
        diagnoses: cause.diagnoses.map((each) => ({ ...each, logs: [], events: [] })),
    });
    const { ending, undoCause } = story;
    return {
        ...story,
        ending: ending && { ...ending, cause: ending.cause && bare(ending.cause) },
        undoCause: undoCause && bare(undoCause),
    };
}
function causeSection({ ending, undoCause }) {
    if (ending?.cause === undefined)
        return [];
    return [
        `### Why: ${code(ending.cause.reason)}`,
        ...sayCause(ending.cause),
        ...(undoCause ? ['### Why the undo failed', ...sayCause(undoCause)] : []),
    ];
}
function sayCause({ message, diagnoses }) {
    const lines = message.split('\n').filter((line) => line.trim() !== '');
    return [
        ...lines.map((line) => `**${words(line)}**`),
        ...diagnoses.flatMap((each) => sayEvidence(each, message.includes(`${(0,diagnosis/* sayObject */.X)(each)}: ${each.message}`))),
    ];
}
function sayEvidence(evidence, isSaid) {
    const { object, others, container, message, said, logs, events, count } = evidence;
    const who = `${code(object)}${container ? `, container ${code(container)}` : ''}`;
    const alike = count > 1
        ? ` (${count} alike: ${[object, ...others].map(code).join(', ')}${count > others.length + 1 ? ', …' : ''})`
        : '';
    const verdicts = (0,scheduling/* nodeVerdicts */.H)(said);
    return [
        ...(isSaid ? (alike ? [`${who}:${alike}`] : []) : [`${who}: ${words(message)}${alike}`]),
        ...(verdicts.length > 0
            ? [nodeTable(verdicts)]
            : said
                ? ['The cluster says:', block((0,clip/* clip */.$Q)(said, longestWords).split('\n'))]
                : []),
        ...logs.map(({ object: pod, lines }) => details(`Last ${lines.length === 1 ? 'log line' : `${lines.length} log lines`} of ${words(pod)}`, block(lines.map((line) => (0,clip/* clip */.$Q)(line, longestLine))), pod === object)),
        ...(events.length > 0 ? [details('What the cluster told of it', eventTable(events), false)] : []),
    ];
}
function nodeTable(verdicts) {
    return [
        '| Nodes | Why not |',
        '|--:|---|',
        ...verdicts.map(({ nodes, why }) => row(String(nodes), words(why))),
    ].join('\n');
}
function eventTable(events) {
    return [
        '| Event | Times | Words |',
        '|---|--:|---|',
        ...events.map(({ reason, count, message }) => row(code(reason), String(count), words((0,clip/* clip */.$Q)(message, longestLine)))),
    ].join('\n');
}
function details(title, body, open) {
    return `<details${open ? ' open' : ''}><summary>${title}</summary>\n\n${body}\n\n</details>`;
}
function nextSection({ ending }) {
    if (ending === undefined || ending.next.length === 0)
        return [];
    return ['### What to do', ending.next.map(sayNext).join('\n')];
}
function sayNext(text) {
    const [first = '', ...rest] = text.split('\n');
    const [, before, command] = /^(.*?: )?(kubectl .*)$/.exec(first) ?? [];
    const line = command ? `${words(before ?? '')}${code(command)}` : words(first);
    const copied = rest.length > 0 ? `\n${block(rest, 'yaml').replace(/^/gm, '  ')}` : '';
    return `- ${line}${copied}`;
}
const runsBefore = new Set(['refused', 'locked', 'migration-failed', 'undone']);
function eachWorkload({ workloads, ending }) {
    if (workloads.length < 2)
        return [];
    const images = (changes, which) => [...new Set(changes.map((change) => change[which]))].map(code).join(', ');
    const rows = workloads.map(({ workload, changes, result, revision, previousRevision }) => row(code(workload), words(result ?? ending?.result ?? ''), images(changes, 'to'), images(changes, 'from'), [previousRevision, revision].filter((each) => each !== undefined).join(' → ')));
    const head = ['| Workload | Result | Wanted image | Image before | Revision |', '|:--|:--|:--|:--|--:|'];
    return [[...head, ...rows].join('\n')];
}
function facts(story) {
    const { workloads, namespace, revision, previousRevision, commit, run, workload, began, seconds } = story;
    const isBefore = runsBefore.has(story.ending?.result ?? 'undo-failed');
    const several = workloads.length > 1;
    const changes = several ? [] : story.changes;
    const repository = run.split('/actions/')[0] ?? '';
    const rows = [
        ...(workload ? [['Workload', `${code(workload)} in namespace ${code(namespace)}`]] : []),
        ...changes.flatMap(({ container, from, to }) => [
            [isBefore ? 'Wanted image' : 'Image', `${code(to)} (container ${code(container)})`],
            [isBefore ? 'Runs' : 'Before', code(backOn(workloads[0], container) ?? from)],
        ]),
        ...workloads.flatMap((each) => each.images.flatMap(({ container, before, after }) => {
            const where = `container ${code(container)}${several ? ` of ${code(each.workload)}` : ''}`;
            return [
                ...digestRow(isBefore ? 'Digest wanted' : 'Digest', where, after),
                ...digestRow('Digest before', where, before),
            ];
        })),
        ...(revision === undefined || several ? [] : [['Revision', String(revision)]]),
        ...(previousRevision === undefined || several ? [] : [['Revision before', String(previousRevision)]]),
        ...(commit
            ? [
                [
                    'Commit',
                    run
                        ? `[${code(commit.slice(0, 12))}](${repository}/commit/${commit})`
                        : code(commit.slice(0, 12)),
                ],
            ]
            : []),
        ...(run
            ? [['Run', `[${run.split('/runs/')[1]?.replace('/attempts/', ', attempt ') ?? run}](${run})`]]
            : []),
        [
            'Began',
            `${new Date(began).toISOString().slice(0, 19).replace('T', ' ')} UTC, took ${(0,duration/* sayDuration */.k)(seconds)}`,
        ],
    ];
    const [first = [], ...rest] = rows;
    return [row(...first), '|:--|:--|', ...rest.map((cells) => row(...cells))].join('\n');
}
function digestRow(title, where, digests) {
    return digests.length === 0 ? [] : [[title, `${digests.map(code).join(', ')} (${where})`]];
}
function backOn(story, name) {
    return story?.backOn.find(({ container }) => container === name)?.image;
}
const outcomeMarks = { ok: '✓', failed: '✗', open: '…' };
function timeline(phases) {
    if (phases.length === 0)
        return [];
    const rows = phases.map(({ title, seconds, outcome, note }) => row(words(title), seconds === undefined ? '' : (0,duration/* sayDuration */.k)(seconds), `${outcomeMarks[outcome]} ${words(note)}`));
    return ['### What happened', ['| Step | Took | |', '|:--|--:|:--|', ...rows].join('\n')];
}
function summary_history({ workloads, began }) {
    const told = workloads.filter((each) => each.history.length > 0);
    return told.flatMap(({ workload, history: rows }) => [
        `### History${told.length > 1 ? ` of ${code(workload)}` : ''}`,
        [
            '| Revision | Image | Age | Health | Pods | Change cause |',
            '|--:|:--|--:|:--|--:|:--|',
            ...rows.map(({ revision, images, created, standing, pods, cause, isCurrent, isTarget }) => row(`${isTarget ? '**→** ' : ''}${revision}${isCurrent ? ' (ran)' : ''}`, images.map(code).join(', '), (0,duration/* sayDuration */.k)((began - created) / 1000), journal/* standings */.ES[standing], String(pods), words((0,clip/* clip */.$Q)(cause, longestLine)))),
        ].join('\n'),
    ]);
}
function findings({ findings: all }) {
    const warnings = all.filter(({ level }) => level === 'warning');
    if (warnings.length === 0)
        return [];
    return [
        '### Warnings',
        warnings.map(({ rule, message, next }) => `- ${code(rule)}: ${words(message)} ${words(next)}`).join('\n'),
    ];
}

;// CONCATENATED MODULE: ./build/publish.js







async function publish(journal, log, good) {
    const story = tell(journal.entries);
    sayInLog(story, log);
    for (const [name, value] of Object.entries(outputs(story)))
        core/* setOutput */.uH(name, value);
    if (story.ending === undefined || !good.has(story.ending.result))
        process.exitCode = core/* ExitCode */.yU.Failure;
    if (!process.env['GITHUB_STEP_SUMMARY'])
        return;
    try {
        await core/* summary */.z.addRaw(summary(story)).write();
    }
    catch (error) {
        log.line(`(The summary could not be written: ${(0,errors/* messageOf */.bD)(error)})`);
    }
}
function sayInLog(story, log) {
    const { mark, title } = verdictOf(story);
    log.endGroup();
    log.line('');
    log.line(`${mark} ${title}`);
    const { level, title: heading, text } = annotation(story);
    log.annotate(level, heading, text);
}


/***/ }),

/***/ 2828:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   n: () => (/* binding */ sayCause)
/* harmony export */ });
/* harmony import */ var _diagnosis_diagnosis_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(1851);

function* sayCause(cause) {
    yield '';
    yield cause.message;
    for (const diagnosis of cause.diagnoses) {
        const { message, said, count, others, logs, events, streamed } = diagnosis;
        const alike = count > 1 ? ` (${count} alike${others.length > 0 ? `, also ${others.join(', ')}` : ''})` : '';
        yield `  ${(0,_diagnosis_diagnosis_js__WEBPACK_IMPORTED_MODULE_0__/* .sayObject */ .X)(diagnosis)}: ${message}${alike}`;
        if (said)
            yield `    ${said}`;
        for (const { reason, message: words, count: times } of events)
            yield `    event ${reason} (${times}×): ${words}`;
        if (streamed)
            continue;
        for (const { object, lines } of logs) {
            yield `    last log lines of ${object}:`;
            for (const line of lines)
                yield `    | ${line}`;
        }
    }
}


/***/ }),

/***/ 6501:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   V: () => (/* binding */ nameOf),
/* harmony export */   j: () => (/* binding */ Interrupted)
/* harmony export */ });
class Interrupted extends Error {
    name = 'Interrupted';
}
function nameOf({ github, holder }) {
    return github.url || holder.identity;
}


/***/ }),

/***/ 5578:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  A: () => (/* binding */ startRun)
});

// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __webpack_require__(7598);
// EXTERNAL MODULE: ./build/clock.js
var build_clock = __webpack_require__(7094);
// EXTERNAL MODULE: ./build/duration.js
var duration = __webpack_require__(3110);
// EXTERNAL MODULE: ./build/errors.js
var errors = __webpack_require__(9473);
// EXTERNAL MODULE: ./build/kubernetes/resources.js
var resources = __webpack_require__(8268);
;// CONCATENATED MODULE: ./build/kubernetes/client.js


const PAGE_SIZE = 500;
class Client {
    #transport;
    constructor(transport) {
        this.#transport = transport;
    }
    get(type, target, options) {
        return this.#transport.request({ method: 'GET', path: pathOf(type, target), ...common(options) });
    }
    async list(type, selection, options) {
        try {
            return await this.#pages(type, selection, selection.limit ?? PAGE_SIZE, options);
        }
        catch (error) {
            if (error instanceof errors/* ApiError */.hD && error.status === 410) {
                return this.#pages(type, selection, undefined, options);
            }
            throw error;
        }
    }
    async #pages(type, selection, limit, options) {
        const items = [];
        let next;
        let resourceVersion;
        do {
            const page = await this.#transport.request({
                method: 'GET',
                path: pathOf(type, selection),
                query: { ...selectors(selection), limit, continue: next },
                ...common(options),
            });
            for (const item of page.items ?? []) {
                items.push({ ...item, apiVersion: (0,resources/* apiVersionOf */.u)(type), kind: type.kind });
            }
            resourceVersion = page.metadata?.resourceVersion ?? '';
            next = page.metadata?.continue || undefined;
        } while (next !== undefined);
        return { items, resourceVersion };
    }
    create(type, target, body, options) {
        return this.#transport.request({
            method: 'POST',
            path: pathOf(type, target),
            query: changeQuery(options),
            body: { ...body, apiVersion: (0,resources/* apiVersionOf */.u)(type), kind: type.kind },
            ...changeCommon(options),
        });
    }
    patch(type, target, patch, options) {
        return this.#transport.request({
            method: 'PATCH',
            path: pathOf(type, target),
            query: changeQuery(options),
            body: patch,
            contentType: Array.isArray(patch) ? 'application/json-patch+json' : 'application/merge-patch+json',
            ...changeCommon(options),
        });
    }
    async delete(type, target, options) {
        const { propagationPolicy, preconditions } = options;
        await this.#transport.request({
            method: 'DELETE',
            path: pathOf(type, target),
            body: { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy, preconditions },
            ...common(options),
            ...(options.repeatable === undefined ? {} : { repeatable: options.repeatable }),
        });
    }
    serverVersion(options) {
        return this.#transport.request({ method: 'GET', path: '/version', ...common(options) });
    }
    watch(type, query, options) {
        return this.#transport.stream({
            method: 'GET',
            path: pathOf(type, query),
            query: {
                watch: true,
                allowWatchBookmarks: true,
                ...selectors(query),
                resourceVersion: query.resourceVersion,
                timeoutSeconds: Math.round(query.timeoutSeconds),
            },
            ...common(options),
        });
    }
    log(query, options) {
        const { namespace, pod, ...rest } = query;
        return this.#transport.stream({
            method: 'GET',
            path: podPath(namespace, pod, 'log'),
            query: rest,
            ...common(options),
            ...(query.follow ? { timeoutSeconds: Number.POSITIVE_INFINITY } : {}),
        });
    }
    portForward({ namespace, pod, port }, options) {
        return this.#transport.upgrade({
            method: 'GET',
            path: podPath(namespace, pod, 'portforward'),
            query: { ports: port },
            ...common(options),
        }, 'v4.channel.k8s.io');
    }
    askService({ namespace, id, path }, options) {
        const service = `/api/v1/namespaces/${encodeURIComponent(namespace)}/services/${id}`;
        const call = { method: 'GET', path: `${service}/proxy${path}`, ...common(options) };
        return this.#transport.stream({ ...call, alone: true });
    }
}
function podPath(namespace, pod, subresource) {
    return `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/${subresource}`;
}
function pathOf(type, target) {
    const parts = type.group === '' ? ['api', type.version] : ['apis', type.group, type.version];
    if (type.namespaced) {
        if (!target.namespace) {
            throw new TypeError(`A namespace is needed for ${type.plural}`);
        }
        parts.push('namespaces', target.namespace);
    }
    parts.push(type.plural);
    if (target.name !== undefined) {
        if (target.name === '') {
            throw new TypeError(`A name is needed for one of ${type.plural}`);
        }
        parts.push(target.name);
    }
    return `/${parts.map(encodeURIComponent).join('/')}`;
}
function selectors(selection) {
    return {
        labelSelector: selection.labelSelector || undefined,
        fieldSelector: selection.fieldSelector || undefined,
    };
}
function common(options) {
    const { signal, patience, timeoutSeconds, notAfter } = options;
    return {
        signal,
        ...(patience === undefined ? {} : { patience }),
        ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }),
        ...(notAfter === undefined ? {} : { notAfter }),
    };
}
function changeCommon(options) {
    const repeatable = options.repeatable ?? (options.dryRun ? true : undefined);
    return { ...common(options), ...(repeatable === undefined ? {} : { repeatable }) };
}
function changeQuery(options) {
    return {
        dryRun: options.dryRun ? 'All' : undefined,
        fieldManager: options.fieldManager,
        fieldValidation: options.fieldValidation,
    };
}

// EXTERNAL MODULE: ./build/kubernetes/proxy.js
var kubernetes_proxy = __webpack_require__(1077);
// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(6760);
// EXTERNAL MODULE: ./node_modules/yaml/dist/index.js
var dist = __webpack_require__(8815);
;// CONCATENATED MODULE: ./build/kubernetes/kubeconfig/file.js



function parseKubeconfig(text, origin, folder) {
    let root;
    try {
        root = (0,dist/* parse */.qg)(text, { prettyErrors: true, logLevel: 'error' });
    }
    catch (error) {
        const line = error instanceof dist/* YAMLParseError */.XT ? error.linePos?.[0].line : undefined;
        throw new errors/* KubeconfigError */.C2(`${capital(origin)} is not valid YAML${line ? ` (line ${line})` : ''}`);
    }
    if (root === null || root === undefined) {
        return { currentContext: '', clusters: new Map(), contexts: new Map(), users: new Map() };
    }
    if (!isMapping(root)) {
        throw new errors/* KubeconfigError */.C2(`${capital(origin)} is not a kubeconfig: it has no clusters, contexts and users`);
    }
    const named = (list, key) => {
        const entries = new Map();
        const items = root[list] ?? [];
        if (!Array.isArray(items)) {
            throw new errors/* KubeconfigError */.C2(`${capital(origin)}: \`${list}\` is not a list`);
        }
        for (const item of items) {
            const name = isMapping(item) ? textOf(item['name']) : '';
            if (name !== '' && !entries.has(name)) {
                const value = item[key];
                entries.set(name, { value: isMapping(value) ? value : {}, folder, origin });
            }
        }
        return entries;
    };
    return {
        currentContext: textOf(root['current-context']),
        clusters: named('clusters', 'cluster'),
        contexts: named('contexts', 'context'),
        users: named('users', 'user'),
    };
}
function mergeKubeconfigs(files) {
    const first = (pick) => new Map([...files].reverse().flatMap((file) => [...pick(file)]));
    return {
        currentContext: files.find((file) => file.currentContext !== '')?.currentContext ?? '',
        clusters: first((file) => file.clusters),
        contexts: first((file) => file.contexts),
        users: first((file) => file.users),
    };
}
function stringIn(entry, key) {
    return textOf(entry.value[key]);
}
function pathIn(entry, key) {
    const path = stringIn(entry, key);
    return path === '' || (0,external_node_path_.isAbsolute)(path) ? path : (0,external_node_path_.resolve)(entry.folder, path);
}
function isMapping(value) {
    return typeof value === 'object' && value !== null && !Array.isArray(value);
}
function textOf(value) {
    return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
        ? `${value}`
        : '';
}
function folderOf(path) {
    return (0,external_node_path_.dirname)((0,external_node_path_.resolve)(path));
}
function capital(text) {
    return text.charAt(0).toUpperCase() + text.slice(1);
}

// EXTERNAL MODULE: external "node:fs/promises"
var promises_ = __webpack_require__(1455);
;// CONCATENATED MODULE: ./build/kubernetes/kubeconfig/source.js


async function readIfThere(path) {
    try {
        return await (0,promises_.readFile)(path, 'utf8');
    }
    catch (error) {
        if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) {
            return undefined;
        }
        throw new errors/* KubeconfigError */.C2(`Cannot read ${path}: ${(0,errors/* messageOf */.bD)(error)}`, { cause: error });
    }
}

;// CONCATENATED MODULE: ./build/kubernetes/kubeconfig/find.js




async function findKubeconfig(source) {
    if (source.kubeconfig.trim() !== '') {
        return fromInput(source);
    }
    const { env } = source;
    if (env['KUBECONFIG']) {
        const paths = env['KUBECONFIG'].split(external_node_path_.delimiter).filter((path) => path !== '');
        const files = [];
        for (const path of paths) {
            const text = await readIfThere(path);
            if (text !== undefined) {
                files.push(parseKubeconfig(text, path, folderOf(path)));
            }
        }
        if (files.length === 0) {
            throw new errors/* KubeconfigError */.C2(`$KUBECONFIG names ${paths.join(', ') || 'no file'}, which does not exist. Write the file in an earlier ` +
                'step, or set the `kubeconfig` input.');
        }
        return { config: mergeKubeconfigs(files), origin: paths.join(external_node_path_.delimiter) };
    }
    const home = env['HOME'] || env['USERPROFILE'];
    if (home) {
        const path = (0,external_node_path_.join)(home, '.kube', 'config');
        const text = await readIfThere(path);
        const config = text === undefined ? undefined : parseKubeconfig(text, path, folderOf(path));
        if (config !== undefined && (config.contexts.size > 0 || config.clusters.size > 0)) {
            return { config, origin: path };
        }
    }
    return undefined;
}
async function fromInput(source) {
    const input = source.kubeconfig.trim();
    const origin = 'the kubeconfig input';
    const packed = input.replace(/\s+/g, '');
    if (/^[A-Za-z0-9+/]+={0,2}$/.test(packed)) {
        const decoded = Buffer.from(packed, 'base64').toString('utf8');
        if (/\b(clusters|contexts|apiVersion)\b/.test(decoded)) {
            source.onSecret(input);
            return { config: parseKubeconfig(decoded, origin, process.cwd()), origin };
        }
    }
    if (input.includes('\n') ||
        input.startsWith('{') ||
        /^(apiVersion|kind|clusters|contexts|users)\s*:/.test(input)) {
        return { config: parseKubeconfig(input, origin, process.cwd()), origin };
    }
    if (input.length > 1_000) {
        throw new errors/* KubeconfigError */.C2('The kubeconfig input is neither a kubeconfig, nor base64 of one, nor a path');
    }
    const home = source.env['HOME'] || source.env['USERPROFILE'] || '';
    const path = (0,external_node_path_.resolve)(input.replace(/^~(?=[/\\])/, () => home));
    const text = await readIfThere(path);
    if (text === undefined) {
        throw new errors/* KubeconfigError */.C2(`The kubeconfig input is taken for a path, and ${path} does not exist. Give the kubeconfig's content, base64 ` +
            'of it, or the path of a file that an earlier step wrote.');
    }
    return { config: parseKubeconfig(text, path, folderOf(path)), origin: path };
}

;// CONCATENATED MODULE: ./build/kubernetes/credentials.js


function fixedCredentials(headers) {
    const credential = { headers };
    return { current: async () => credential, renew: () => false };
}
const TOKEN_FILE_SECONDS = 60;
function tokenFileCredentials(init) {
    let cached;
    return {
        async current() {
            if (cached !== undefined && init.clock.now() - cached.readAt < TOKEN_FILE_SECONDS * 1000) {
                return cached.credential;
            }
            let token;
            try {
                token = (await (0,promises_.readFile)(init.path, 'utf8')).trim();
            }
            catch (error) {
                throw new errors/* KubeconfigError */.C2(`Cannot read the token file ${init.path}: ${(0,errors/* messageOf */.bD)(error)}`, {
                    cause: error,
                });
            }
            if (token === '') {
                throw new errors/* KubeconfigError */.C2(`The token file ${init.path} is empty`);
            }
            init.onSecret(token);
            const headers = { ...init.headers, authorization: `Bearer ${token}` };
            cached = { credential: { headers }, readAt: init.clock.now() };
            return cached.credential;
        },
        renew(rejected) {
            if (cached?.credential === rejected) {
                cached = undefined;
            }
            return true;
        },
    };
}

// EXTERNAL MODULE: ./build/decoded.js
var decoded = __webpack_require__(4690);
;// CONCATENATED MODULE: ./build/kubernetes/kubeconfig/proxy-url.js


function checkedProxy(proxy, where, source) {
    const url = URL.parse(proxy);
    if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
        throw new errors/* KubeconfigError */.C2(`${where} must be an http:// or https:// URL; other kinds of proxy cannot be used`);
    }
    if (url.password !== '') {
        source.onSecret(url.password);
        source.onSecret((0,decoded/* decoded */.D)(url.password));
    }
    return proxy;
}

;// CONCATENATED MODULE: ./build/kubernetes/kubeconfig/in-cluster.js







const SERVICE_ACCOUNT_FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount';
async function inClusterConnection(source) {
    const host = source.env['KUBERNETES_SERVICE_HOST'];
    const port = source.env['KUBERNETES_SERVICE_PORT'];
    const folder = source.serviceAccountFolder ?? SERVICE_ACCOUNT_FOLDER;
    const path = (0,external_node_path_.join)(folder, 'token');
    if (!host || !port || (await readIfThere(path)) === undefined) {
        return undefined;
    }
    if (source.context !== '') {
        throw new errors/* KubeconfigError */.C2(`There is no kubeconfig to find the context ${source.context} in: only the in-cluster service account.`);
    }
    const server = new URL(`https://${host.includes(':') ? `[${host}]` : host}:${port}`);
    const ca = await readIfThere((0,external_node_path_.join)(folder, 'ca.crt'));
    const namespace = (await readIfThere((0,external_node_path_.join)(folder, 'namespace')))?.trim();
    const proxy = (0,kubernetes_proxy/* proxyFor */.i)(server, source.env);
    return {
        server: server.href.replace(/\/+$/, ''),
        contextName: 'in-cluster',
        namespace: namespace || 'default',
        tls: { ...(ca === undefined ? {} : { ca }), rejectUnauthorized: true },
        ...(proxy === undefined ? {} : { proxyUrl: checkedProxy(proxy, 'The proxy variable', source) }),
        credentials: tokenFileCredentials({
            path,
            headers: {},
            onSecret: source.onSecret,
            clock: source.clock ?? build_clock/* systemClock */.m,
        }),
        origin: 'the in-cluster service account',
    };
}

// EXTERNAL MODULE: external "node:tls"
var external_node_tls_ = __webpack_require__(1692);
;// CONCATENATED MODULE: ./build/kubernetes/kubeconfig/tls.js





async function tlsOf(cluster, clusterName, user, userName, source) {
    const insecure = cluster.value['insecure-skip-tls-verify'] === true;
    const ca = insecure ? '' : await pemOf(cluster, 'certificate-authority', `cluster ${clusterName}`);
    const cert = await pemOf(user, 'client-certificate', `user ${userName}`);
    const key = await pemOf(user, 'client-key', `user ${userName}`, source.onSecret);
    const servername = stringIn(cluster, 'tls-server-name');
    const tls = {
        ...(ca === '' ? {} : { ca }),
        ...(cert === '' ? {} : { cert }),
        ...(key === '' ? {} : { key }),
        ...(servername === '' ? {} : { servername }),
        rejectUnauthorized: !insecure,
    };
    if ((cert === '') !== (key === '')) {
        throw new errors/* KubeconfigError */.C2(`User ${userName} of ${user.origin} has a client ${cert === '' ? 'key without a certificate' : 'certificate without a key'}`);
    }
    checkPem(`the certificate-authority of cluster ${clusterName} in ${cluster.origin}`, () => {
        if (tls.ca !== undefined) {
            new external_node_crypto_.X509Certificate(tls.ca);
        }
    });
    checkPem(`the client certificate of user ${userName} in ${user.origin}`, () => {
        (0,external_node_tls_.createSecureContext)({ cert: tls.cert, key: tls.key });
    });
    return tls;
}
function checkPem(what, read) {
    try {
        read();
    }
    catch (error) {
        throw new errors/* KubeconfigError */.C2(`OpenSSL cannot read ${what}: ${(0,errors/* messageOf */.bD)(error)}`, { cause: error });
    }
}
async function pemOf(entry, key, owner, onSecret = () => { }) {
    const data = stringIn(entry, `${key}-data`);
    if (data !== '') {
        onSecret(data);
        const decoded = Buffer.from(data, 'base64').toString('utf8');
        if (!decoded.includes('-----BEGIN')) {
            throw new errors/* KubeconfigError */.C2(`\`${key}-data\` of ${owner} in ${entry.origin} is not base64 of a PEM text`);
        }
        onSecret(decoded);
        return decoded;
    }
    const path = pathIn(entry, key);
    if (path === '') {
        return '';
    }
    try {
        const text = await (0,promises_.readFile)(path, 'utf8');
        onSecret(text);
        return text;
    }
    catch (error) {
        throw new errors/* KubeconfigError */.C2(`Cannot read the ${key} of ${owner} in ${entry.origin}: ${(0,errors/* messageOf */.bD)(error)}`, {
            cause: error,
        });
    }
}

// EXTERNAL MODULE: external "node:child_process"
var external_node_child_process_ = __webpack_require__(1421);
;// CONCATENATED MODULE: ./build/kubernetes/exec-credentials.js


const PLUGIN_SECONDS = 60;
const EXPIRY_MARGIN_SECONDS = 60;
const MAX_STDERR_CHARACTERS = 2_000;
function execCredentials(init) {
    const { config, clock } = init;
    let issued;
    let running;
    async function issue(signal) {
        const info = {
            apiVersion: config.apiVersion,
            kind: 'ExecCredential',
            spec: { interactive: false, ...(init.cluster === undefined ? {} : { cluster: init.cluster }) },
        };
        const env = { ...init.env, ...config.env, KUBERNETES_EXEC_INFO: JSON.stringify(info) };
        const output = await runPlugin(config, init.user, env, signal);
        return readCredential(output);
    }
    function readCredential(output) {
        const name = `The credential plugin ${config.command} (user ${init.user})`;
        let answer;
        try {
            answer = JSON.parse(output);
        }
        catch {
            throw new errors/* KubeconfigError */.C2(`${name} printed something that is not an ExecCredential in JSON`);
        }
        const { token, clientCertificateData: cert, clientKeyData: key, expirationTimestamp, } = answer?.status ?? {};
        for (const secret of [token, key]) {
            if (typeof secret === 'string' && secret !== '') {
                init.onSecret(secret);
            }
        }
        if (answer?.kind !== 'ExecCredential' || answer.apiVersion !== config.apiVersion) {
            throw new errors/* KubeconfigError */.C2(`${name} printed ${answer?.apiVersion ?? 'no apiVersion'} ${answer?.kind ?? 'without a kind'}; ` +
                `the kubeconfig asks for ${config.apiVersion} ExecCredential`);
        }
        if ((cert === undefined || cert === '') !== (key === undefined || key === '')) {
            throw new errors/* KubeconfigError */.C2(`${name} printed a client certificate without its key, or a key alone`);
        }
        if (!token && !cert) {
            throw new errors/* KubeconfigError */.C2(`${name} printed neither a token nor a client certificate`);
        }
        const now = clock.now();
        const expiry = expirationTimestamp === undefined ? Number.NaN : Date.parse(expirationTimestamp);
        const margin = Math.min(EXPIRY_MARGIN_SECONDS * 1000, (expiry - now) / 10);
        return {
            credential: {
                headers: token ? { ...init.headers, authorization: `Bearer ${token}` } : init.headers,
                ...(cert && key ? { cert, key } : {}),
            },
            staleAt: Number.isNaN(expiry) ? Number.POSITIVE_INFINITY : expiry - margin,
        };
    }
    function share() {
        const run = shared(async (processSignal) => {
            issued = await issue(processSignal);
            return issued.credential;
        }, () => {
            if (running === run) {
                running = undefined;
            }
        });
        return run;
    }
    return {
        async current(signal) {
            signal.throwIfAborted();
            if (issued !== undefined && clock.now() < issued.staleAt) {
                return issued.credential;
            }
            running ??= share();
            return running.wait(signal);
        },
        renew(rejected) {
            if (issued?.credential === rejected) {
                issued = undefined;
            }
            return true;
        },
    };
}
function shared(work, onOver) {
    const controller = new AbortController();
    const result = work(controller.signal).finally(onOver);
    result.catch(() => { });
    let waiting = 0;
    return {
        async wait(signal) {
            waiting++;
            let onAbort = () => { };
            const aborted = new Promise((_, reject) => {
                onAbort = () => reject(signal.reason);
                signal.addEventListener('abort', onAbort, { once: true });
            });
            try {
                return await Promise.race([result, aborted]);
            }
            finally {
                signal.removeEventListener('abort', onAbort);
                waiting--;
                if (waiting === 0) {
                    onOver();
                    controller.abort();
                }
            }
        },
    };
}
function runPlugin(config, user, env, signal) {
    const name = `The credential plugin ${config.command} (user ${user})`;
    const limit = AbortSignal.any([signal, AbortSignal.timeout(PLUGIN_SECONDS * 1000)]);
    return new Promise((resolve, reject) => {
        const child = (0,external_node_child_process_.spawn)(config.command, config.args, {
            env,
            signal: limit,
            stdio: ['ignore', 'pipe', 'pipe'],
            windowsHide: true,
        });
        let stdout = '';
        let stderr = '';
        child.stdout.setEncoding('utf8').on('data', (text) => {
            stdout += text;
        });
        child.stderr.setEncoding('utf8').on('data', (text) => {
            stderr = (stderr + text).slice(-MAX_STDERR_CHARACTERS);
        });
        child.on('error', (error) => {
            if (error.code === 'ENOENT' || error.code === 'EACCES') {
                const why = error.code === 'ENOENT' ? 'is not installed on this runner' : 'cannot be executed';
                const hint = config.installHint === '' ? 'Install it in an earlier step.' : config.installHint;
                reject(new errors/* KubeconfigError */.C2(`${name} ${why}. ${hint}`, { cause: error }));
            }
            else if (limit.aborted) {
                reject(new errors/* KubeconfigError */.C2(`${name} did not end within ${PLUGIN_SECONDS} s`, { cause: error }));
            }
            else {
                reject(new errors/* KubeconfigError */.C2(`${name} failed: ${(0,errors/* messageOf */.bD)(error)}`, { cause: error }));
            }
        });
        child.on('close', (code, killedBy) => {
            if (code === 0) {
                resolve(stdout);
                return;
            }
            const how = code === null ? `was ended by ${killedBy}` : `failed with exit code ${code}`;
            const said = stderr.trim();
            reject(new errors/* KubeconfigError */.C2(`${name} ${how}${said === '' ? '' : `: ${said}`}`));
        });
    });
}

;// CONCATENATED MODULE: ./build/kubernetes/kubeconfig/user.js






async function credentialsOf(init) {
    const { user, userName, source } = init;
    const clock = source.clock ?? build_clock/* systemClock */.m;
    const headers = impersonation(user);
    const exec = user.value['exec'];
    if (isMapping(exec)) {
        const command = textOf(exec['command']);
        const apiVersion = textOf(exec['apiVersion']);
        if (command === '' || apiVersion === '') {
            throw new errors/* KubeconfigError */.C2(`\`exec\` of user ${userName} in ${user.origin} needs a command and an apiVersion`);
        }
        if (textOf(exec['interactiveMode']) === 'Always') {
            throw new errors/* KubeconfigError */.C2(`The credential plugin ${command} (user ${userName}) wants a terminal (interactiveMode: Always), and a ` +
                'runner has none. Use a login that needs no answers.');
        }
        const list = (key) => (Array.isArray(exec[key]) ? exec[key] : []);
        return execCredentials({
            config: {
                apiVersion,
                command: /[/\\]/.test(command) ? (0,external_node_path_.resolve)(user.folder, command) : command,
                args: list('args').map(textOf),
                env: Object.fromEntries(list('env')
                    .filter(isMapping)
                    .map((variable) => [textOf(variable['name']), textOf(variable['value'])])),
                installHint: textOf(exec['installHint']).trim(),
            },
            user: userName,
            headers,
            env: source.env,
            cluster: exec['provideClusterInfo'] === true ? clusterInfo(init) : undefined,
            onSecret: source.onSecret,
            clock,
        });
    }
    const tokenFile = pathIn(user, 'tokenFile');
    if (tokenFile !== '') {
        return tokenFileCredentials({ path: tokenFile, headers, onSecret: source.onSecret, clock });
    }
    const token = stringIn(user, 'token').trim();
    if (token !== '') {
        source.onSecret(token);
        return fixedCredentials({ ...headers, authorization: `Bearer ${token}` });
    }
    const password = stringIn(user, 'password');
    const username = stringIn(user, 'username');
    if (username !== '' || password !== '') {
        const basic = Buffer.from(`${username}:${password}`).toString('base64');
        for (const secret of [password, basic]) {
            if (secret !== '') {
                source.onSecret(secret);
            }
        }
        return fixedCredentials({ ...headers, authorization: `Basic ${basic}` });
    }
    const provider = user.value['auth-provider'];
    if (isMapping(provider)) {
        throw new errors/* KubeconfigError */.C2(`User ${userName} in ${user.origin} uses the auth-provider ${textOf(provider['name'])}, which Kubernetes ` +
            'removed in 1.26. Write the kubeconfig anew with the exec plugin that replaced it (gke-gcloud-auth-plugin ' +
            'for gcp, kubelogin for azure).');
    }
    return fixedCredentials(headers);
}
function impersonation(user) {
    const headers = {};
    const as = stringIn(user, 'as');
    const uid = stringIn(user, 'as-uid');
    const groups = user.value['as-groups'];
    const extra = user.value['as-user-extra'];
    if (as !== '') {
        headers['impersonate-user'] = as;
    }
    if (uid !== '') {
        headers['impersonate-uid'] = uid;
    }
    if (Array.isArray(groups) && groups.length > 0) {
        headers['impersonate-group'] = groups.map(textOf);
    }
    if (isMapping(extra)) {
        for (const [key, values] of Object.entries(extra)) {
            headers[`impersonate-extra-${encodeURIComponent(key)}`] = Array.isArray(values)
                ? values.map(textOf)
                : [];
        }
    }
    return headers;
}
function clusterInfo(init) {
    const { cluster, tls } = init;
    const extensions = cluster.value['extensions'];
    const config = (Array.isArray(extensions) ? extensions : [])
        .filter(isMapping)
        .find((extension) => extension['name'] === 'client.authentication.k8s.io/exec')?.['extension'];
    return {
        server: init.server.href.replace(/\/+$/, ''),
        ...(tls.servername === undefined ? {} : { 'tls-server-name': tls.servername }),
        ...(tls.rejectUnauthorized ? {} : { 'insecure-skip-tls-verify': true }),
        ...(tls.ca === undefined ? {} : { 'certificate-authority-data': Buffer.from(tls.ca).toString('base64') }),
        ...(init.proxyUrl === undefined ? {} : { 'proxy-url': init.proxyUrl }),
        ...(config === undefined ? {} : { config }),
    };
}

;// CONCATENATED MODULE: ./build/kubernetes/kubeconfig/load.js








async function loadConnection(source) {
    const found = await findKubeconfig(source);
    if (found !== undefined) {
        return connectionFrom(found.config, found.origin, source);
    }
    const inCluster = await inClusterConnection(source);
    if (inCluster !== undefined) {
        return inCluster;
    }
    throw new errors/* KubeconfigError */.C2('There is no kubeconfig: the `kubeconfig` input and $KUBECONFIG are empty, ~/.kube/config does not exist, and ' +
        'this runner is not a pod with a service account. Set the `kubeconfig` input, or log in to the cluster in an ' +
        'earlier step.');
}
async function connectionFrom(config, origin, source) {
    const contextName = source.context || config.currentContext;
    const known = [...config.contexts.keys()].sort();
    const contexts = known.length === 0 ? 'It has no contexts.' : `It has: ${known.join(', ')}.`;
    if (contextName === '') {
        throw new errors/* KubeconfigError */.C2(`${capital(origin)} has no current context. ${contexts} Choose one with the \`context\` input.`);
    }
    const context = config.contexts.get(contextName);
    if (context === undefined) {
        throw new errors/* KubeconfigError */.C2(`${capital(origin)} has no context ${contextName}. ${contexts}`);
    }
    const clusterName = stringIn(context, 'cluster');
    const cluster = config.clusters.get(clusterName);
    if (cluster === undefined) {
        throw new errors/* KubeconfigError */.C2(`Context ${contextName} of ${context.origin} names the cluster ${clusterName || '(none)'}, which is not defined`);
    }
    const userName = stringIn(context, 'user');
    const user = config.users.get(userName) ?? { value: {}, folder: context.folder, origin: context.origin };
    if (userName !== '' && !config.users.has(userName)) {
        throw new errors/* KubeconfigError */.C2(`Context ${contextName} of ${context.origin} names the user ${userName}, which is not defined`);
    }
    const server = serverOf(cluster, clusterName);
    const proxyUrl = proxyOf(cluster, clusterName, server, source);
    const tls = await tlsOf(cluster, clusterName, user, userName, source);
    return {
        server: server.href.replace(/\/+$/, ''),
        contextName,
        namespace: stringIn(context, 'namespace') || 'default',
        tls,
        ...(proxyUrl === undefined ? {} : { proxyUrl }),
        credentials: await credentialsOf({ user, userName, cluster, server, tls, proxyUrl, source }),
        origin,
    };
}
function serverOf(cluster, clusterName) {
    const server = stringIn(cluster, 'server');
    const url = URL.parse(server.includes('://') ? server : `https://${server}`);
    if (server === '' || url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
        throw new errors/* KubeconfigError */.C2(`Cluster ${clusterName} of ${cluster.origin} has no usable \`server\`: it must be an https:// (or http://) URL`);
    }
    return url;
}
function proxyOf(cluster, clusterName, server, source) {
    const fromCluster = stringIn(cluster, 'proxy-url');
    const proxy = fromCluster || (0,kubernetes_proxy/* proxyFor */.i)(server, source.env);
    if (!proxy) {
        return undefined;
    }
    const where = fromCluster
        ? `Cluster ${clusterName} of ${cluster.origin}: its \`proxy-url\``
        : 'The proxy variable';
    return checkedProxy(proxy, where, source);
}

// EXTERNAL MODULE: external "node:http"
var external_node_http_ = __webpack_require__(7067);
// EXTERNAL MODULE: external "node:https"
var external_node_https_ = __webpack_require__(4708);
// EXTERNAL MODULE: external "node:net"
var external_node_net_ = __webpack_require__(7030);
// EXTERNAL MODULE: external "node:stream"
var external_node_stream_ = __webpack_require__(7075);
// EXTERNAL MODULE: external "node:util"
var external_node_util_ = __webpack_require__(7975);
// EXTERNAL MODULE: external "node:zlib"
var external_node_zlib_ = __webpack_require__(8522);
;// CONCATENATED MODULE: ./build/kubernetes/exchange.js




const gunzipped = (0,external_node_util_.promisify)(external_node_zlib_.gunzip);
function exchange(outgoing, agent, attempt) {
    const { url, method, headers, body } = outgoing;
    const secure = url.protocol === 'https:';
    return new Promise((resolve, reject) => {
        attempt.signal.throwIfAborted();
        const request = (secure ? external_node_https_ : external_node_http_).request(url, { method, headers, agent });
        attempt.signal.addEventListener('abort', () => request.destroy(), { once: true });
        const answer = (response, socket) => resolve({
            status: response.statusCode ?? 0,
            statusText: response.statusMessage ?? '',
            headers: response.headers,
            body: response,
            socket,
        });
        request.once('response', (response) => answer(response, response.socket));
        request.once('upgrade', (response, socket, head) => {
            if (head.length > 0)
                socket.unshift(head);
            answer(response, socket);
        });
        request.once('socket', (socket) => {
            if (isUp(socket, secure)) {
                attempt.sent = true;
            }
            else {
                socket.once(secure ? 'secureConnect' : 'connect', () => {
                    attempt.sent = true;
                });
            }
        });
        request.on('error', reject);
        request.on('close', () => reject(new Error('the connection was closed')));
        request.end(body);
    });
}
function isUp(socket, secure) {
    return secure
        ? !socket.secureConnecting
        : !socket.connecting;
}
function isSuccess({ status }) {
    return status >= 200 && status < 300;
}
async function readText({ headers, body }, limit = Number.POSITIVE_INFINITY) {
    const chunks = [];
    let size = 0;
    for await (const chunk of body) {
        chunks.push(chunk);
        size += chunk.length;
        if (size >= limit) {
            break;
        }
    }
    const whole = Buffer.concat(chunks);
    return (headers['content-encoding'] === 'gzip' ? await gunzipped(whole) : whole).toString('utf8');
}

;// CONCATENATED MODULE: ./build/kubernetes/multiplexer.js




const usualPatience = { connect: 30, ping: 15 };
const WINDOW_BYTES = 1024 * 1024;
class Multiplexer {
    #server;
    #agent;
    #patience;
    #sessions = new Set();
    #connecting;
    #isSpoken = true;
    #isClosed = false;
    constructor(server, agent, patience = usualPatience) {
        this.#server = server;
        this.#agent = agent;
        this.#patience = patience;
    }
    async send(outgoing, attempt) {
        while (this.#isSpoken) {
            if (this.#isClosed)
                throw new Error('the connection was closed');
            const session = this.#withRoom();
            if (session)
                return await this.#sendOver(session, outgoing, attempt);
            this.#connecting ??= this.#connect().finally(() => {
                this.#connecting = undefined;
            });
            await abortable(this.#connecting, attempt.signal);
        }
        return undefined;
    }
    close() {
        this.#isClosed = true;
        for (const { http2 } of this.#sessions)
            http2.close();
    }
    #withRoom() {
        for (const session of this.#sessions) {
            if (session.open < session.most && !session.http2.closed && !session.http2.destroyed)
                return session;
        }
        return undefined;
    }
    async #connect() {
        const { connect } = await Promise.resolve(/* import() */).then(__webpack_require__.t.bind(__webpack_require__, 2467, 19));
        const signal = AbortSignal.timeout(this.#patience.connect * 1000);
        const socket = await this.#socket(signal);
        if (socket.alpnProtocol !== 'h2') {
            this.#isSpoken = false;
            socket.destroy();
            return;
        }
        const http2 = connect(this.#server, {
            createConnection: () => socket,
            settings: { enablePush: false, initialWindowSize: WINDOW_BYTES },
        });
        http2.on('error', () => { });
        await settled(http2, signal);
        const session = { http2, most: http2.remoteSettings.maxConcurrentStreams ?? 100, open: 0 };
        this.#sessions.add(session);
        const forget = () => this.#sessions.delete(session);
        http2.once('goaway', forget).once('close', forget);
        keepAsking(http2, this.#patience.ping);
        http2.unref();
        if (this.#isClosed)
            http2.close();
    }
    #socket(signal) {
        const { hostname, port } = this.#server;
        const host = hostname.replace(/^\[|\]$/g, '');
        const servername = this.#agent.options.servername ?? ((0,external_node_net_.isIP)(host) ? '' : host);
        const options = {
            ...this.#agent.options,
            host,
            port: Number(port || 443),
            servername,
            ALPNProtocols: ['h2', 'http/1.1'],
        };
        return new Promise((resolve, reject) => {
            const begun = [];
            const fail = (error) => {
                for (const each of begun)
                    each.destroy();
                reject(error);
            };
            const tooLate = () => fail(new Error('no connection came about'));
            signal.addEventListener('abort', tooLate);
            const connected = (duplex) => {
                const socket = duplex;
                begun.push(socket);
                socket.on('error', fail);
                const done = () => {
                    signal.removeEventListener('abort', tooLate);
                    socket.off('error', fail);
                    resolve(socket);
                };
                if (signal.aborted)
                    tooLate();
                else if (isUp(socket, true))
                    done();
                else
                    socket.once('secureConnect', done);
            };
            const first = this.#agent.createConnection(options, (error, socket) => error ? fail(error) : connected(socket));
            if (first && this.#agent.options.proxyEnv === undefined)
                connected(first);
            else if (first)
                begun.push(first);
        });
    }
    #sendOver(session, { url, method, headers }, attempt) {
        return new Promise((resolve, reject) => {
            attempt.signal.throwIfAborted();
            const stream = session.http2.request({
                ...headers,
                ':method': method,
                ':authority': url.host,
                ':path': url.pathname + url.search,
            }, { endStream: true });
            attempt.sent = true;
            session.open += 1;
            session.http2.ref();
            attempt.signal.addEventListener('abort', () => hangUp(stream), { once: true });
            stream.once('response', (answer) => {
                const { ':status': status = 0, ...rest } = answer;
                resolve({ status, statusText: external_node_http_.STATUS_CODES[status] ?? '', headers: rest, body: bodyOf(stream) });
            });
            stream.on('error', reject);
            stream.once('close', () => {
                session.open -= 1;
                if (session.open === 0)
                    session.http2.unref();
                reject(new Error('the stream was closed'));
            });
        });
    }
}
function bodyOf(stream) {
    const body = new external_node_stream_.Readable({
        read: () => void stream.resume(),
        destroy(error, done) {
            hangUp(stream);
            done(error);
        },
    });
    const brokenOff = () => body.destroy(new Error('the stream broke off'));
    stream.on('data', (chunk) => {
        if (!body.push(chunk))
            stream.pause();
    });
    stream.once('end', () => {
        if (stream.rstCode === 0 && !stream.destroyed)
            body.push(null);
        else
            brokenOff();
    });
    stream.once('error', (error) => body.destroy(error));
    stream.once('close', () => {
        if (!stream.readableEnded)
            brokenOff();
    });
    return body;
}
const CANCEL = 8;
function hangUp(stream) {
    if (!stream.closed)
        stream.close(CANCEL);
    stream.destroy();
}
function settled(http2, signal) {
    return new Promise((resolve, reject) => {
        const tooLate = () => http2.destroy(new Error('the server sends nothing'));
        signal.addEventListener('abort', tooLate);
        http2.once('remoteSettings', () => {
            signal.removeEventListener('abort', tooLate);
            resolve();
        });
        http2.once('error', reject);
        http2.once('close', () => reject(new Error('the connection was closed')));
    });
}
function keepAsking(http2, seconds) {
    let asked = 0;
    let answered = 0;
    const timer = setInterval(() => {
        setImmediate(() => {
            if (http2.destroyed)
                return;
            if (answered < asked) {
                http2.destroy(new Error('the server has not answered a ping'));
                return;
            }
            asked += 1;
            http2.ping((error) => {
                if (!error)
                    answered += 1;
            });
        });
    }, seconds * 1000).unref();
    http2.once('close', () => clearInterval(timer));
}
function abortable(promise, signal) {
    return new Promise((resolve, reject) => {
        const abort = () => reject(signal.reason);
        signal.addEventListener('abort', abort, { once: true });
        promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
        if (signal.aborted)
            abort();
    });
}

;// CONCATENATED MODULE: ./build/kubernetes/agents.js




const MAX_REQUESTS = 6;
const MAX_IDLE_MILLISECONDS = 20_000;
const KEEP_ALIVE_MILLISECONDS = 15_000;
function createAgents(connection, certificate) {
    const { tls, proxyUrl } = connection;
    const secure = connection.server.startsWith('https:');
    const common = {
        keepAlive: true,
        keepAliveMsecs: KEEP_ALIVE_MILLISECONDS,
        ...(proxyUrl === undefined ? {} : { proxyEnv: { HTTPS_PROXY: proxyUrl, HTTP_PROXY: proxyUrl } }),
        ...(secure ? { ...tls, ...certificate, ca: tls.ca ?? publicAuthorities(tls.rejectUnauthorized) } : {}),
    };
    const requestOptions = { ...common, maxSockets: MAX_REQUESTS, timeout: MAX_IDLE_MILLISECONDS };
    if (!secure) {
        return {
            requests: new external_node_http_.Agent(requestOptions),
            streams: new external_node_http_.Agent(common),
            shared: undefined,
        };
    }
    const streams = new external_node_https_.Agent(common);
    return {
        requests: new external_node_https_.Agent(requestOptions),
        streams,
        shared: new Multiplexer(new URL(connection.server), streams),
    };
}
function retire({ requests, streams, shared }) {
    shared?.close();
    for (const agent of [requests, streams]) {
        for (const sockets of Object.values(agent.freeSockets)) {
            for (const socket of sockets ?? []) {
                socket.destroy();
            }
        }
        agent.maxFreeSockets = 0;
    }
}
function publicAuthorities(needed) {
    return !needed ? [] : [...(0,external_node_tls_.getCACertificates)('default'), ...(0,external_node_tls_.getCACertificates)('system')];
}

;// CONCATENATED MODULE: ./build/kubernetes/attempt.js
const DEFAULT_TIMEOUT_SECONDS = 30;
class Attempt {
    seconds;
    #controller = new AbortController();
    #outer;
    #onAbort;
    #timer;
    timedOut = false;
    sent = false;
    constructor(call) {
        this.seconds = call.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS;
        this.#outer = call.signal;
        this.#onAbort = () => this.#controller.abort(this.#outer.reason);
        this.#outer.addEventListener('abort', this.#onAbort, { once: true });
        if (this.#outer.aborted)
            this.#onAbort();
        else if (Number.isFinite(this.seconds)) {
            this.#timer = setTimeout(() => {
                this.timedOut = true;
                this.#controller.abort();
            }, this.seconds * 1000);
        }
    }
    get signal() {
        return this.#controller.signal;
    }
    clearTimeout() {
        clearTimeout(this.#timer);
    }
    end() {
        this.clearTimeout();
        this.#outer.removeEventListener('abort', this.#onAbort);
    }
}

;// CONCATENATED MODULE: ./build/kubernetes/connection-failure.js

const REASONS = {
    ECONNREFUSED: 'connection refused',
    ECONNRESET: 'the connection was closed before the answer was whole',
    EPIPE: 'the connection was closed while we were sending',
    ENOTFOUND: 'its host name is unknown',
    EAI_AGAIN: 'its host name could not be looked up',
    EHOSTUNREACH: 'its host is unreachable',
    ENETUNREACH: 'its network is unreachable',
    ETIMEDOUT: 'the connection timed out',
    EPROTO: 'it does not speak TLS as expected; is it an http:// server, or a proxy?',
    ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS; is it an http:// server, or a proxy?',
    ERR_STREAM_PREMATURE_CLOSE: 'the connection was closed before the answer was whole',
};
const TRUST = "Its authority is not trusted: check the kubeconfig's certificate-authority-data, or that nothing between " +
    'the runner and the cluster answers in its place.';
const CERTIFICATES = {
    UNABLE_TO_VERIFY_LEAF_SIGNATURE: TRUST,
    UNABLE_TO_GET_ISSUER_CERT: TRUST,
    UNABLE_TO_GET_ISSUER_CERT_LOCALLY: TRUST,
    SELF_SIGNED_CERT_IN_CHAIN: TRUST,
    DEPTH_ZERO_SELF_SIGNED_CERT: TRUST,
    CERT_UNTRUSTED: TRUST,
    CERT_SIGNATURE_FAILURE: TRUST,
    INVALID_CA: TRUST,
    CERT_HAS_EXPIRED: "It has expired: renew the cluster's certificate, or check the runner's clock.",
    CERT_NOT_YET_VALID: "It is not valid yet: check the runner's clock.",
    ERR_TLS_CERT_ALTNAME_INVALID: "It was issued for another name: correct the kubeconfig's server, or name the right one as tls-server-name.",
};
function connectionFailure(error, connection, sent) {
    const code = codeOf(error);
    const { server, proxyUrl } = connection;
    const advice = CERTIFICATES[code];
    if (advice !== undefined) {
        const message = `The certificate of ${server} is refused (${(0,errors/* messageOf */.bD)(error)}). ${advice}`;
        return new errors/* ConnectionError */.Rc(server, message, { cause: error, sent: false });
    }
    const reason = REASONS[code] ?? ((0,errors/* messageOf */.bD)(error) || code || 'unknown failure');
    const through = proxyUrl === undefined ? '' : ` through the proxy ${withoutPassword(proxyUrl)}`;
    return new errors/* ConnectionError */.Rc(server, `${server} does not answer${through}: ${reason}`, {
        cause: error,
        sent,
    });
}
function timeoutFailure(connection, seconds, sent) {
    const { server } = connection;
    return new errors/* ConnectionError */.Rc(server, `${server} does not answer: nothing came within ${seconds} s`, { sent });
}
function isCertificateFailure(error) {
    return codeOf(error.cause) in CERTIFICATES;
}
function codeOf(error) {
    return error instanceof Error && 'code' in error ? String(error.code) : '';
}
function withoutPassword(proxyUrl) {
    return URL.parse(proxyUrl)?.origin ?? 'that is configured';
}

// EXTERNAL MODULE: ./build/clip.js
var clip = __webpack_require__(1992);
;// CONCATENATED MODULE: ./build/kubernetes/status-error.js


const SHOWN_CHARACTERS = 200;
const MAX_MESSAGE_CHARACTERS = 2_000;
const KEPT_CHARACTERS = 800;
function errorFromAnswer(answer) {
    const { status, request, body } = answer;
    const parsed = parseStatus(body);
    const details = parsed?.details;
    const shown = (0,clip/* clip */.$Q)(body.trim(), SHOWN_CHARACTERS);
    const plain = shown === '' ? '' : `: ${shown}`;
    return new errors/* ApiError */.hD({
        status,
        reason: parsed?.reason ?? '',
        message: inShort(parsed?.message ?? '') ||
            `the answer was ${`${status} ${answer.statusText}`.trim()}${parsed ? '' : plain}`,
        request,
        causes: (details?.causes ?? []).map(shortened),
        retryAfter: secondsFrom(answer.retryAfter, answer.now) ?? details?.retryAfterSeconds,
    });
}
function inShort(message) {
    return message.length <= MAX_MESSAGE_CHARACTERS ? message : (0,clip/* clipMiddle */.e9)(message, KEPT_CHARACTERS);
}
function shortened(cause) {
    return cause.message === undefined ? cause : { ...cause, message: inShort(cause.message) };
}
function parseStatus(body) {
    try {
        const value = JSON.parse(body);
        return value?.kind === 'Status' ? value : undefined;
    }
    catch {
        return undefined;
    }
}
function secondsFrom(header, now) {
    if (header === undefined) {
        return undefined;
    }
    if (/^\d+$/.test(header.trim())) {
        return Number(header);
    }
    const date = Date.parse(header);
    return Number.isNaN(date) ? undefined : Math.max(0, (date - now) / 1000);
}

// EXTERNAL MODULE: ./build/kubernetes/websocket.js
var websocket = __webpack_require__(9698);
;// CONCATENATED MODULE: ./build/kubernetes/transport.js








const DEFAULT_PATIENCE_SECONDS = 15;
const FIRST_WAIT_SECONDS = 0.25;
const LONGEST_WAIT_SECONDS = 8;
const LONGEST_RETRY_AFTER_SECONDS = 30;
const MAX_ERROR_BYTES = 64 * 1024;
const FORBIDDEN_SECONDS = 10;
const TRANSIENT_STATUSES = new Set([429, 500, 502, 503, 504]);
class Transport {
    #connection;
    #options;
    #clock;
    #agents;
    #certificate;
    #known = false;
    #troubledAt = Number.NEGATIVE_INFINITY;
    #outageSince;
    constructor(connection, options) {
        this.#connection = connection;
        this.#options = options;
        this.#clock = options.clock ?? build_clock/* systemClock */.m;
    }
    async request(call) {
        return this.#persist(call, async (credential) => {
            const attempt = new Attempt(call);
            try {
                const { requests } = this.#agentsFor(credential);
                const outgoing = this.#outgoing(call, credential, { 'accept-encoding': 'gzip' });
                const answer = await exchange(outgoing, requests, attempt);
                const body = await readText(answer);
                if (!isSuccess(answer)) {
                    throw this.#errorFrom(call, answer, body);
                }
                return parseJson(body, call, answer);
            }
            catch (error) {
                throw this.#failure(error, attempt);
            }
            finally {
                attempt.end();
            }
        });
    }
    async stream(call) {
        return this.#persist(call, async (credential) => {
            const attempt = new Attempt(call);
            try {
                const { shared, streams } = this.#agentsFor(credential);
                const outgoing = this.#outgoing(call, credential);
                const answer = (call.alone ? undefined : await shared?.send(outgoing, attempt)) ??
                    (await exchange(outgoing, streams, attempt));
                if (!isSuccess(answer)) {
                    throw this.#errorFrom(call, answer, await readText(answer, MAX_ERROR_BYTES));
                }
                const { body } = answer;
                attempt.clearTimeout();
                body.on('error', () => { });
                body.once('close', () => attempt.end());
                return body;
            }
            catch (error) {
                attempt.end();
                throw this.#failure(error, attempt);
            }
        });
    }
    async upgrade(call, protocol) {
        return this.#persist(call, async (credential) => {
            const attempt = new Attempt(call);
            const { headers, accept } = (0,websocket/* upgradeRequest */.oN)(protocol);
            try {
                const outgoing = this.#outgoing(call, credential, headers);
                const answer = await exchange(outgoing, this.#agentsFor(credential).streams, attempt);
                if (answer.status !== 101) {
                    throw this.#errorFrom(call, answer, await readText(answer, MAX_ERROR_BYTES));
                }
                const { socket } = answer;
                if (answer.headers['sec-websocket-accept'] !== accept) {
                    socket.destroy();
                    throw new Error('the answer is no WebSocket; is there a proxy in between?');
                }
                attempt.clearTimeout();
                socket.on('error', () => { });
                const hangUp = () => socket.destroy();
                attempt.signal.addEventListener('abort', hangUp, { once: true });
                socket.once('close', () => attempt.end());
                return socket;
            }
            catch (error) {
                attempt.end();
                throw this.#failure(error, attempt);
            }
        });
    }
    close() {
        if (this.#agents !== undefined) {
            retire(this.#agents);
            this.#agents = undefined;
        }
    }
    async #persist(call, attemptOnce) {
        const patience = call.patience ?? this.#options.patience ?? DEFAULT_PATIENCE_SECONDS;
        let firstFailure;
        let renewed = false;
        for (let attempt = 1;; attempt++) {
            call.signal.throwIfAborted();
            let credential;
            let failure;
            try {
                credential = await this.#connection.credentials.current(call.signal);
                const result = await attemptOnce(credential);
                this.#answered();
                return result;
            }
            catch (error) {
                call.signal.throwIfAborted();
                if (!(error instanceof Error)) {
                    throw error;
                }
                failure = error;
            }
            if (failure instanceof errors/* ApiError */.hD) {
                if (failure.status < 500) {
                    this.#answered();
                }
                if (failure.status === 401 &&
                    !renewed &&
                    credential &&
                    this.#connection.credentials.renew(credential)) {
                    renewed = true;
                    continue;
                }
            }
            if (isDown(failure)) {
                this.#troubledAt = this.#clock.now();
            }
            if (!this.#mayRepeat(call, failure)) {
                throw failure;
            }
            const now = this.#clock.now();
            firstFailure ??= now;
            const waitSeconds = waitBefore(attempt + 1, failure);
            if ((now - firstFailure) / 1000 + waitSeconds > patience) {
                throw failure;
            }
            this.#tell(call, attempt, waitSeconds, failure);
            await this.#clock.sleep(waitSeconds, call.signal);
        }
    }
    #mayRepeat(call, failure) {
        const repeatable = call.repeatable ?? call.method === 'GET';
        if (failure instanceof errors/* ApiError */.hD) {
            if (failure.status === 403) {
                return this.#clock.now() - this.#troubledAt < FORBIDDEN_SECONDS * 1000;
            }
            return failure.status === 429 || (repeatable && TRANSIENT_STATUSES.has(failure.status));
        }
        if (failure instanceof errors/* ConnectionError */.Rc) {
            if (isCertificateFailure(failure)) {
                return this.#known;
            }
            return repeatable || !failure.sent;
        }
        return failure instanceof errors/* KubeconfigError */.C2 && this.#known;
    }
    #tell(call, attempt, waitSeconds, error) {
        this.#options.onRetry?.({ request: nameOf(call), attempt, waitSeconds, error });
        if (isDown(error) && attempt > 1 && this.#outageSince === undefined) {
            this.#outageSince = this.#clock.now();
            this.#options.onOutage?.({ error });
        }
    }
    #answered() {
        this.#known = true;
        if (this.#outageSince !== undefined) {
            const seconds = (this.#clock.now() - this.#outageSince) / 1000;
            this.#outageSince = undefined;
            this.#options.onRecovered?.({ seconds });
        }
    }
    #agentsFor(credential) {
        if (this.#agents === undefined || this.#certificate !== credential.cert) {
            this.close();
            const { cert, key } = credential;
            this.#agents = createAgents(this.#connection, cert && key ? { cert, key } : {});
            this.#certificate = cert;
        }
        return this.#agents;
    }
    #outgoing(call, credential, more = {}) {
        const url = new URL(this.#connection.server + call.path);
        for (const [key, value] of Object.entries(call.query ?? {})) {
            if (value !== undefined) {
                url.searchParams.set(key, `${value}`);
            }
        }
        const body = call.body === undefined ? undefined : Buffer.from(JSON.stringify(call.body));
        const headers = {
            accept: 'application/json, */*',
            'user-agent': `safe-rollout/${this.#options.version}`,
            ...(body === undefined
                ? {}
                : { 'content-type': call.contentType ?? 'application/json', 'content-length': body.length }),
            ...credential.headers,
            ...more,
        };
        if (call.notAfter !== undefined && this.#clock.now() > call.notAfter) {
            throw new Error('there was no time left to send it');
        }
        return { url, method: call.method, headers, body };
    }
    #errorFrom(call, { status, statusText, headers }, body) {
        return errorFromAnswer({
            status,
            statusText,
            body,
            request: nameOf(call),
            retryAfter: headers['retry-after'],
            now: this.#clock.now(),
        });
    }
    #failure(error, attempt) {
        if (error instanceof errors/* ApiError */.hD || error instanceof TypeError) {
            return error;
        }
        return attempt.timedOut
            ? timeoutFailure(this.#connection, attempt.seconds, attempt.sent)
            : connectionFailure(error, this.#connection, attempt.sent);
    }
}
function parseJson(body, call, { status }) {
    if (body === '') {
        return undefined;
    }
    try {
        return JSON.parse(body);
    }
    catch {
        throw new errors/* ApiError */.hD({
            status,
            reason: '',
            message: `the answer is not JSON; is there a proxy in between? It begins: ${body.trim().slice(0, 200)}`,
            request: nameOf(call),
        });
    }
}
function isDown(failure) {
    return failure instanceof errors/* ConnectionError */.Rc || (failure instanceof errors/* ApiError */.hD && failure.status >= 500);
}
function waitBefore(attempt, failure) {
    const full = Math.min(FIRST_WAIT_SECONDS * 2 ** (attempt - 2), LONGEST_WAIT_SECONDS);
    const drawn = full * (0.5 + Math.random() / 2);
    const asked = failure instanceof errors/* ApiError */.hD ? failure.retryAfter : undefined;
    return asked === undefined ? drawn : Math.max(drawn, Math.min(asked, LONGEST_RETRY_AFTER_SECONDS));
}
function nameOf(call) {
    return `${call.method} ${call.path}`;
}

// EXTERNAL MODULE: ./build/kubernetes/workloads/names.js
var names = __webpack_require__(5596);
// EXTERNAL MODULE: ./build/state.js
var state = __webpack_require__(8801);
// EXTERNAL MODULE: ./build/version.js
var version = __webpack_require__(8508);
;// CONCATENATED MODULE: ./build/start-run.js










async function startRun(from) {
    const { inputs, environment, log, journal, signal } = from;
    const { kubeconfig, context } = inputs;
    for (const secret of inputs.watch?.address.secrets ?? [])
        log.mask(secret);
    const connection = await loadConnection({
        kubeconfig,
        context,
        env: environment.variables,
        onSecret: (secret) => log.mask(secret),
    });
    const transport = new Transport(connection, {
        version: version/* version */.r,
        onOutage: ({ error }) => log.line(`The API server does not answer (${(0,errors/* messageOf */.bD)(error)}); waiting for it.`),
        onRecovered: ({ seconds }) => log.line(`The API server answers again, after ${(0,duration/* sayDuration */.k)(seconds)}.`),
    });
    const identity = from.holder || newIdentity(environment.run);
    if (!from.holder)
        (0,state/* saveHolder */.Gl)(identity);
    const namespace = inputs.namespace || connection.namespace;
    const workloads = inputs.workloads.map(names/* sayWorkload */.j);
    journal.add({
        type: 'connected',
        command: inputs.command,
        server: connection.server,
        workloads,
        namespace,
    });
    log.line(`${workloads.join(', ')} in namespace ${namespace}, cluster ${connection.server} (${connection.origin})`);
    return {
        inputs,
        github: environment.run,
        environment: environment.variables,
        client: new Client(transport),
        server: connection.server,
        namespace,
        log,
        journal,
        clock: build_clock/* systemClock */.m,
        holder: { identity, url: environment.run.url },
        signal,
        close: () => transport.close(),
    };
}
function newIdentity({ repository, runId, attempt, job }) {
    const run = [repository, runId, attempt, job].filter((part) => part !== '').join('/');
    return `${run || 'local'}/${(0,external_node_crypto_.randomBytes)(4).toString('hex')}`;
}


/***/ }),

/***/ 8801:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Gl: () => (/* binding */ saveHolder),
/* harmony export */   XQ: () => (/* binding */ saveJournal),
/* harmony export */   fX: () => (/* binding */ saveTold),
/* harmony export */   uL: () => (/* binding */ hasIntents),
/* harmony export */   un: () => (/* binding */ readState),
/* harmony export */   vy: () => (/* binding */ saveIntents),
/* harmony export */   yo: () => (/* binding */ saveEnded)
/* harmony export */ });
/* harmony import */ var _actions_core__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(2767);

const keys = {
    ended: 'ended',
    holder: 'holder',
    intents: 'intents',
    journal: 'journal',
    told: 'told',
};
function saveEnded() {
    _actions_core__WEBPACK_IMPORTED_MODULE_0__/* .saveState */ .LZ(keys.ended, 'true');
}
let isSaved = false;
function hasIntents() {
    return isSaved;
}
function saveIntents(intents) {
    isSaved = intents.length > 0;
    _actions_core__WEBPACK_IMPORTED_MODULE_0__/* .saveState */ .LZ(keys.intents, intents.length === 0 ? '' : JSON.stringify(intents));
}
function saveTold() {
    _actions_core__WEBPACK_IMPORTED_MODULE_0__/* .saveState */ .LZ(keys.told, 'true');
}
function saveJournal(journal) {
    _actions_core__WEBPACK_IMPORTED_MODULE_0__/* .saveState */ .LZ(keys.journal, journal.toState());
}
function saveHolder(identity) {
    _actions_core__WEBPACK_IMPORTED_MODULE_0__/* .saveState */ .LZ(keys.holder, identity);
}
function readState() {
    return {
        holder: _actions_core__WEBPACK_IMPORTED_MODULE_0__/* .getState */ .Gu(keys.holder),
        intents: _actions_core__WEBPACK_IMPORTED_MODULE_0__/* .getState */ .Gu(keys.intents),
        journal: _actions_core__WEBPACK_IMPORTED_MODULE_0__/* .getState */ .Gu(keys.journal),
        isTold: _actions_core__WEBPACK_IMPORTED_MODULE_0__/* .getState */ .Gu(keys.told) === 'true',
    };
}


/***/ }),

/***/ 8195:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   X: () => (/* binding */ applyPatch),
/* harmony export */   q: () => (/* binding */ readIfThere)
/* harmony export */ });
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(9473);
/* harmony import */ var _kubernetes_marks_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(5587);
/* harmony import */ var _kubernetes_workloads_template_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(5984);



const attemptSeconds = 10;
const mostAttempts = 5;
async function applyPatch(run, kind, name, patch, expected, isOurs, patience) {
    const { client, namespace, signal, clock } = run;
    const deadline = clock.now() + patience * 1000;
    for (let attempt = 1;; attempt++) {
        try {
            const held = await run.ensureLock();
            const timeoutSeconds = Math.min(attemptSeconds, held);
            const options = {
                fieldManager: _kubernetes_marks_js__WEBPACK_IMPORTED_MODULE_1__/* .fieldManager */ .wM,
                signal,
                timeoutSeconds,
                patience: Math.min(patience, held - timeoutSeconds),
                notAfter: clock.now() + (held - timeoutSeconds) * 1000,
                repeatable: true,
            };
            const workload = await client.patch(kind.resource, { namespace, name }, patch, options);
            return { kind: 'applied', workload };
        }
        catch (error) {
            signal.throwIfAborted();
            if (error instanceof _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .ConnectionError */ .Rc && clock.now() < deadline)
                continue;
            if (!(error instanceof _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .ApiError */ .hD))
                throw error;
            const workload = await readIfThere(run, kind, name, patience);
            if (workload === undefined)
                return { kind: 'gone' };
            if (isOurs(workload))
                return { kind: 'applied', workload };
            const unchanged = workload.spec !== undefined && (0,_kubernetes_workloads_template_js__WEBPACK_IMPORTED_MODULE_2__/* .templateDigest */ .pd)(workload.spec.template) === expected;
            if (!unchanged)
                return { kind: 'overtaken', workload };
            if (error.status === 409 && attempt < mostAttempts)
                continue;
            if (error.status >= 500)
                throw error;
            return { kind: 'refused', error };
        }
    }
}
async function readIfThere({ client, namespace, signal }, kind, name, patience) {
    try {
        return await client.get(kind.resource, { namespace, name }, { signal, patience });
    }
    catch (error) {
        if (error instanceof _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .ApiError */ .hD && error.status === 404)
            return undefined;
        throw error;
    }
}


/***/ }),

/***/ 2765:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  F: () => (/* binding */ collect),
  O: () => (/* binding */ withEvents)
});

// EXTERNAL MODULE: ./build/diagnosis/rows/log.js
var log = __webpack_require__(2016);
// EXTERNAL MODULE: ./build/kubernetes/events.js
var events = __webpack_require__(4912);
// EXTERNAL MODULE: ./build/kubernetes/resources.js
var resources = __webpack_require__(8268);
// EXTERNAL MODULE: ./build/kubernetes/logs.js
var logs = __webpack_require__(6534);
// EXTERNAL MODULE: ./build/steps/job-logs.js
var job_logs = __webpack_require__(1627);
;// CONCATENATED MODULE: ./build/steps/last-lines.js



const logLines = 50;
async function readPod(run, name, signal) {
    const selection = { namespace: run.namespace, fieldSelector: `metadata.name=${name}` };
    try {
        return (await run.client.list(resources/* resources */.E.pods, selection, { signal, patience: 0 })).items[0];
    }
    catch {
        return undefined;
    }
}
function containerOf(pod, name) {
    const { containers = [], initContainers = [] } = pod?.spec ?? {};
    return [...initContainers, ...containers].find((each) => each.name === name);
}
async function lastLines(run, { pod, container, now, previous }, signal) {
    const status = now && (0,job_logs/* containerStatuses */.up)(now).find(({ name }) => name === container);
    const read = async (before) => {
        const target = { namespace: run.namespace, pod, container, tailLines: logLines };
        try {
            const source = before ? { ...target, previous: true } : target;
            const lines = await (0,logs/* readLog */.x6)(run.client, source, { signal });
            return lines.filter((line) => !(0,logs/* isKubeletsWord */.AW)(line));
        }
        catch {
            return [];
        }
    };
    const isBefore = previous || (status !== undefined && hasJustBegunAgain(status, run.clock.now()));
    const ended = isBefore ? await read(true) : [];
    if (ended.length > 0)
        return ended;
    const present = await read(false);
    const meanwhile = isBefore ? await read(true) : [];
    return meanwhile.length > 0 ? meanwhile : present;
}
const settled = 60_000;
function hasJustBegunAgain({ state, lastState }, now) {
    const [running, ended] = [state?.running, lastState?.terminated];
    if (running === undefined || ended === undefined)
        return false;
    const at = (time) => new Date(time ?? 0).getTime();
    const lived = at(ended.finishedAt) - at(ended.startedAt);
    return now - at(running.startedAt) <= Math.max(settled, lived);
}

;// CONCATENATED MODULE: ./build/steps/collect.js




const collectSeconds = 5;
const mostDiagnoses = 3;
const mostEvents = 8;
async function collect(run, trouble) {
    const limit = AbortSignal.any([run.signal, AbortSignal.timeout(collectSeconds * 1000)]);
    const diagnoses = await Promise.all(trouble.diagnoses.map((each, index) => {
        if ('logs' in each)
            return each;
        return index < mostDiagnoses ? withEvidence(run, each, limit) : { ...each, logs: [], events: [] };
    }));
    const { reason, message } = trouble;
    return inPlainerWords({ reason, message, diagnoses }, trouble.diagnoses[0]?.reason);
}
async function withEvents(run, cause) {
    const limit = AbortSignal.any([run.signal, AbortSignal.timeout(collectSeconds * 1000)]);
    const diagnoses = await Promise.all(cause.diagnoses.map(async (each, index) => {
        if (index >= mostDiagnoses)
            return each;
        const objects = [each.object, ...each.others];
        const events = await Promise.all(objects.map((object) => eventsOf(run, object, limit)));
        return { ...each, events: merge(events.flat()) };
    }));
    return { ...cause, diagnoses };
}
async function withEvidence(run, diagnosis, signal) {
    const objects = [diagnosis.object, ...diagnosis.others];
    const [logs, events] = await Promise.all([
        Promise.all(objects.map((object) => logOf(run, diagnosis, object, signal))),
        Promise.all(objects.map((object) => eventsOf(run, object, signal))),
    ]);
    const evidence = {
        ...diagnosis,
        logs: logs.filter(({ lines }) => lines.length > 0).map(({ object, lines }) => ({ object, lines })),
        events: merge(events.flat()),
    };
    return plainer(evidence, logs.find(({ container }) => container)?.container);
}
const crashed = new Set(['crash', 'init-migration-failed']);
function plainer(evidence, container) {
    const row = crashed.has(evidence.reason) ? logRowOf(evidence) : undefined;
    if (row === undefined)
        return evidence;
    const { reason, next } = row;
    return { ...evidence, reason, next, message: `${evidence.message}: ${row.message(container)}` };
}
function logRowOf({ logs }) {
    return log/* logRows */.W.find(({ pattern }) => logs.some(({ lines }) => lines.some((line) => pattern.test(line))));
}
function inPlainerWords(cause, before) {
    const [first] = cause.diagnoses;
    if (first === undefined || first.reason === before || !crashed.has(cause.reason))
        return cause;
    const message = `${first.object}, container ${first.container}: ${first.message}.`;
    return { ...cause, reason: first.reason, message };
}
async function logOf(run, { container, hasLog, previous = false }, object, signal) {
    const [kind, name = ''] = object.split('/');
    if (!hasLog || kind !== 'pod' || container === undefined)
        return { object, lines: [] };
    const pod = await readPod(run, name, signal);
    const lines = await lastLines(run, { pod: name, container, now: pod, previous }, signal);
    return { object, lines, container: containerOf(pod, container) };
}
const tellingEvents = new Set(['Killing', 'TriggeredScaleUp', 'Preempted']);
async function eventsOf(run, object, signal) {
    const fieldSelector = `involvedObject.name=${object.split('/')[1] ?? ''}`;
    try {
        const { items } = await run.client.list(resources/* resources */.E.events, { namespace: run.namespace, fieldSelector }, { signal, patience: 0 });
        return (items
            .filter(({ type, reason }) => (type === 'Warning' && reason !== 'BackOff') || tellingEvents.has(reason ?? ''))
            .map(events/* told */.Ev)
            .sort((a, b) => b.lastSeen - a.lastSeen));
    }
    catch {
        return [];
    }
}
function merge(events) {
    const merged = new Map();
    for (const { reason, message, count } of events) {
        const key = `${reason}/${message.split(':')[0]}`;
        const alike = merged.get(key);
        merged.set(key, alike ? { ...alike, count: alike.count + count } : { reason, message, count });
    }
    return [...merged.values()].slice(0, mostEvents);
}


/***/ }),

/***/ 2883:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   E: () => (/* binding */ conclude),
/* harmony export */   O: () => (/* binding */ restorePace)
/* harmony export */ });
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(9473);
/* harmony import */ var _kubernetes_marks_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(5587);
/* harmony import */ var _kubernetes_workloads_pace_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(4245);
/* harmony import */ var _apply_patch_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(8195);




const mostAttempts = 5;
const patience = 60;
async function conclude(run, kind, intent) {
    const generation = await restorePace(run, kind, intent);
    await run.saveIntent(undefined);
    return generation;
}
async function restorePace(run, kind, { pace, uid }) {
    const { client, namespace, signal, log, workload } = run;
    for (let attempt = 1; pace !== undefined; attempt++) {
        const now = await (0,_apply_patch_js__WEBPACK_IMPORTED_MODULE_3__/* .readIfThere */ .q)(run, kind, workload.name, patience);
        if (now === undefined || now.metadata?.uid !== uid || !(0,_kubernetes_workloads_pace_js__WEBPACK_IMPORTED_MODULE_2__/* .bearsPace */ .V1)(now, pace))
            return 0;
        const patch = [
            { op: 'test', path: '/metadata/uid', value: uid },
            ...(0,_kubernetes_workloads_pace_js__WEBPACK_IMPORTED_MODULE_2__/* .restorePacePatch */ .Qt)(now, pace),
        ];
        try {
            const held = await run.ensureLock();
            const options = { fieldManager: _kubernetes_marks_js__WEBPACK_IMPORTED_MODULE_1__/* .fieldManager */ .wM, signal, patience: Math.min(patience, held / 2), repeatable: true };
            const patched = await client.patch(kind.resource, { namespace, name: workload.name }, patch, options);
            log.line('The pace of rollouts is put back to what it was.');
            return patched.metadata?.generation ?? 0;
        }
        catch (error) {
            const isRace = error instanceof _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .ApiError */ .hD && (error.status === 409 || error.status === 422);
            if (!isRace || attempt >= mostAttempts)
                throw error;
        }
    }
    return 0;
}


/***/ }),

/***/ 8147:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   W: () => (/* binding */ isHealthy),
/* harmony export */   p: () => (/* binding */ finishLeft)
/* harmony export */ });
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(9473);
/* harmony import */ var _intent_js__WEBPACK_IMPORTED_MODULE_8__ = __webpack_require__(7048);
/* harmony import */ var _kubernetes_workloads_digests_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(741);
/* harmony import */ var _kubernetes_workloads_names_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(5596);
/* harmony import */ var _kubernetes_workloads_template_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(5984);
/* harmony import */ var _conclude_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(2883);
/* harmony import */ var _look_js__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(909);
/* harmony import */ var _records_js__WEBPACK_IMPORTED_MODULE_9__ = __webpack_require__(1706);
/* harmony import */ var _undo_js__WEBPACK_IMPORTED_MODULE_6__ = __webpack_require__(8600);
/* harmony import */ var _watch_rollout_js__WEBPACK_IMPORTED_MODULE_7__ = __webpack_require__(9448);










async function finishLeft(run, observation, left) {
    const { log, journal } = run;
    if (left.phase === 'migrating') {
        await run.saveIntent(undefined);
        return '';
    }
    await run.saveIntent(left);
    log.line(`An earlier run (${left.by}) was lost while it changed ${(0,_kubernetes_workloads_names_js__WEBPACK_IMPORTED_MODULE_2__/* .sayWorkload */ .j)(run.workload)}; finishing that first.`);
    const { message, isKept = false } = await finish(run, observation, left);
    log.line(message);
    journal.add({
        type: 'resumed',
        message: `An earlier run (${left.by}) was lost half-way. ${message}`,
        ...(isKept && left.isRollback && { rolledBackTo: (0,_intent_js__WEBPACK_IMPORTED_MODULE_8__/* .templateSet */ .b$)(left) }),
    });
    const generation = await (0,_conclude_js__WEBPACK_IMPORTED_MODULE_4__/* .conclude */ .E)(run, observation.kind, left);
    await seen(run, observation, generation);
    return message;
}
const seenSeconds = 10;
async function seen(run, observation, generation) {
    if (generation === 0)
        return;
    const isSeen = (view) => view === undefined ||
        ((view.workload.metadata?.generation ?? 0) >= generation &&
            observation.kind.status(view).state !== 'unseen');
    await (0,_look_js__WEBPACK_IMPORTED_MODULE_5__/* .awaitLook */ .ur)(run, observation, seenSeconds, isSeen);
}
async function finish(run, observation, left) {
    const view = observation.view();
    const template = view?.workload.spec?.template;
    if (view === undefined || template === undefined || view.workload.metadata?.uid !== left.uid) {
        return { message: 'The workload that it changed is gone; nothing is to be done.' };
    }
    const isOurs = left.ours.includes((0,_kubernetes_workloads_template_js__WEBPACK_IMPORTED_MODULE_3__/* .templateDigest */ .pd)(template));
    if (!isOurs && left.phase === 'setting-image')
        return { message: 'What it meant to set does not run; nothing is to be done.' };
    if (isOurs && left.phase === 'setting-image' && (await isHealthy(run, observation, left))) {
        (0,_records_js__WEBPACK_IMPORTED_MODULE_9__/* .noteRolledOut */ .D1)(run, left);
        return { message: 'What it had set has become healthy, and is kept.', isKept: true };
    }
    if (left.undoTo === undefined) {
        (0,_records_js__WEBPACK_IMPORTED_MODULE_9__/* .noteLeft */ .Yz)(run, left);
        const message = 'No revision was healthy before it, so there is nothing to go back to.';
        return { message, isKept: isOurs };
    }
    try {
        const end = await (0,_undo_js__WEBPACK_IMPORTED_MODULE_6__/* .undo */ .t)(run, observation, left, run.inputs.undoTimeout);
        if (end.kind === 'undone')
            (0,_records_js__WEBPACK_IMPORTED_MODULE_9__/* .noteUndone */ .yb)(run, left);
        if (end.kind === 'undone')
            return { message: `Undone to revision ${left.undoTo.number}, which is healthy.` };
        if (end.kind === 'superseded')
            return { message: end.message };
        return { message: `It could not be undone: ${end.trouble.message}` };
    }
    catch (error) {
        run.signal.throwIfAborted();
        return { message: `It could not be undone: ${(0,_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .messageOf */ .bD)(error)}` };
    }
}
const healthySeconds = 15;
async function isHealthy(run, observation, left) {
    const view = observation.view();
    if (view === undefined || observation.kind.status(view).state !== 'complete')
        return false;
    const ours = new Set(left.ours);
    const expected = {
        ours,
        before: undefined,
        generation: 0,
        timeout: healthySeconds,
        isUndo: false,
        images: (0,_kubernetes_workloads_digests_js__WEBPACK_IMPORTED_MODULE_1__/* .wantedImages */ .mo)(left.changes),
        toleratesImages: left.isRollback ?? false,
    };
    return (await (0,_watch_rollout_js__WEBPACK_IMPORTED_MODULE_7__/* .watchRollout */ .D)(run, observation, expected)).kind === 'complete';
}


/***/ }),

/***/ 4876:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Q4: () => (/* binding */ doubtUnchanged),
/* harmony export */   U6: () => (/* binding */ sayUnsaid),
/* harmony export */   n_: () => (/* binding */ noteImagesAfter),
/* harmony export */   sl: () => (/* binding */ noteImagesBefore)
/* harmony export */ });
/* harmony import */ var _image_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(349);
/* harmony import */ var _kubernetes_workloads_digests_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(741);
/* harmony import */ var _kubernetes_workloads_names_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(5596);
/* harmony import */ var _look_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(909);




function noteImagesBefore(journal, kind, view, containers) {
    const before = (0,_kubernetes_workloads_digests_js__WEBPACK_IMPORTED_MODULE_1__/* .runningDigests */ .Jc)((0,_look_js__WEBPACK_IMPORTED_MODULE_3__/* .presentPods */ .O_)(kind, view));
    const images = containers.map(({ container }) => ({ container, before: before(container), after: [] }));
    journal.add({ type: 'images', images });
}
function noteImagesAfter(journal, kind, view, containers) {
    if (view === undefined)
        return;
    const after = (0,_kubernetes_workloads_digests_js__WEBPACK_IMPORTED_MODULE_1__/* .runningDigests */ .Jc)((0,_look_js__WEBPACK_IMPORTED_MODULE_3__/* .presentPods */ .O_)(kind, view));
    const known = journal.last('images')?.images ?? [];
    const images = containers.map(({ container }) => {
        const before = known.find((each) => each.container === container)?.before ?? [];
        return { container, before, after: after(container) };
    });
    journal.add({ type: 'images', images });
}
function sayUnsaid({ workload, namespace }, { kind, view: look }, changes) {
    const view = look();
    if (view === undefined)
        return [];
    const verdict = (0,_kubernetes_workloads_digests_js__WEBPACK_IMPORTED_MODULE_1__/* .judgeImages */ .Mk)((0,_look_js__WEBPACK_IMPORTED_MODULE_3__/* .presentPods */ .O_)(kind, view), (0,_kubernetes_workloads_digests_js__WEBPACK_IMPORTED_MODULE_1__/* .wantedImages */ .mo)(changes));
    if (verdict.state !== 'unsaid')
        return [];
    const columns = 'POD:.metadata.name,IMAGE:.status.containerStatuses[*].imageID';
    return [
        `${(0,_kubernetes_workloads_names_js__WEBPACK_IMPORTED_MODULE_2__/* .sayWorkload */ .j)(workload)}: ${verdict.message} Compare them: kubectl -n ${namespace} get pods -o custom-columns='${columns}'`,
    ];
}
function doubtUnchanged({ journal, workload }, { observation: { kind, view: look }, changes, }) {
    const view = look();
    if (view === undefined)
        return [];
    noteImagesAfter(journal, kind, view, changes);
    const wanted = (0,_kubernetes_workloads_digests_js__WEBPACK_IMPORTED_MODULE_1__/* .wantedImages */ .mo)(changes);
    const verdict = (0,_kubernetes_workloads_digests_js__WEBPACK_IMPORTED_MODULE_1__/* .judgeImages */ .Mk)((0,_look_js__WEBPACK_IMPORTED_MODULE_3__/* .presentPods */ .O_)(kind, view), wanted);
    const movable = [...new Set(wanted.map(({ image }) => image))].filter((image) => {
        const parsed = (0,_image_js__WEBPACK_IMPORTED_MODULE_0__/* .parseImage */ .zZ)(image);
        return parsed !== undefined && !(0,_image_js__WEBPACK_IMPORTED_MODULE_0__/* .isNamedForGood */ .G4)(parsed);
    });
    return [
        ...(verdict.state === 'wrong' ? [verdict.message] : []),
        ...movable.map((image) => `${(0,_kubernetes_workloads_names_js__WEBPACK_IMPORTED_MODULE_2__/* .sayWorkload */ .j)(workload)} is set to ${image} already, so nothing was pulled. If another image has been pushed by that name since, it does not run: name the digest (${(0,_image_js__WEBPACK_IMPORTED_MODULE_0__/* .parseImage */ .zZ)(image)?.repository}@sha256:…) to be sure.`),
    ];
}


/***/ }),

/***/ 1627:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   DC: () => (/* binding */ JobLogs),
/* harmony export */   gd: () => (/* binding */ hasStarted),
/* harmony export */   up: () => (/* binding */ containerStatuses)
/* harmony export */ });
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(9473);
/* harmony import */ var _kubernetes_logs_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(6534);


const keptLines = 50;
const drainSeconds = 5;
class JobLogs {
    #run;
    #signal;
    #podOf;
    #names;
    #tails = new Map();
    #streams = [];
    constructor(run, signal, podOf, names) {
        this.#run = run;
        this.#signal = signal;
        this.#podOf = podOf;
        this.#names = names;
    }
    follow(pod) {
        const several = (pod.spec?.containers.length ?? 0) + (pod.spec?.initContainers?.length ?? 0) > 1;
        for (const status of containerStatuses(pod)) {
            const key = keyOf(pod, status);
            if (this.#names?.has(status.name) === false)
                continue;
            if (!hasStarted(status) || this.#tails.has(key))
                continue;
            const tail = [];
            this.#tails.set(key, tail);
            const stream = (0,_kubernetes_logs_js__WEBPACK_IMPORTED_MODULE_1__/* .followLog */ .wO)(this.#run.client, { namespace: this.#run.namespace, pod: pod.metadata?.name ?? '', container: status.name }, {
                signal: this.#signal,
                ended: () => this.#hasEnded(pod.metadata?.uid ?? '', status),
                onLine: (line) => {
                    if ((0,_kubernetes_logs_js__WEBPACK_IMPORTED_MODULE_1__/* .isKubeletsWord */ .AW)(line))
                        return;
                    tail.push(line);
                    if (tail.length > keptLines)
                        tail.shift();
                    this.#run.log.line(several ? `[${status.name}] ${line}` : line);
                },
            }).catch((error) => {
                if (!this.#signal.aborted) {
                    this.#run.log.line(`(The log of ${status.name} cannot be read: ${(0,_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .messageOf */ .bD)(error)})`);
                }
            });
            this.#streams.push(stream);
        }
    }
    tail(pod, status) {
        const lines = this.#tails.get(keyOf(pod, status)) ?? [];
        const containerID = status.lastState?.terminated?.containerID;
        if (lines.length > 0 || containerID === undefined)
            return lines;
        return this.#tails.get(keyOf(pod, { ...status, containerID })) ?? [];
    }
    async drain() {
        const done = new AbortController();
        const limit = this.#run.clock
            .sleep(drainSeconds, AbortSignal.any([done.signal, this.#signal]))
            .catch(() => { });
        await Promise.race([Promise.all(this.#streams), limit]);
        done.abort();
        this.#signal.throwIfAborted();
    }
    #hasEnded(uid, { name, containerID }) {
        const pod = this.#podOf(uid);
        const status = pod && containerStatuses(pod).find((each) => each.name === name);
        return status?.state?.running === undefined || status.containerID !== containerID;
    }
}
function containerStatuses(pod) {
    return [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
}
function hasStarted({ state, lastState }) {
    const ran = (end) => end !== undefined && new Date(end.startedAt ?? 0).getTime() > 0;
    return state?.running !== undefined || ran(state?.terminated) || ran(lastState?.terminated);
}
function keyOf(pod, { name, containerID }) {
    return `${pod.metadata?.uid}/${name}/${containerID}`;
}


/***/ }),

/***/ 3329:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   l4: () => (/* binding */ lockName),
/* harmony export */   xp: () => (/* binding */ underLocks),
/* harmony export */   yP: () => (/* binding */ underLock)
/* harmony export */ });
/* harmony import */ var _duration_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(3110);
/* harmony import */ var _history_js__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(2740);
/* harmony import */ var _intent_js__WEBPACK_IMPORTED_MODULE_6__ = __webpack_require__(7048);
/* harmony import */ var _kubernetes_lease_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(9611);
/* harmony import */ var _kubernetes_marks_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(5587);
/* harmony import */ var _kubernetes_workloads_names_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(5596);
/* harmony import */ var _kubernetes_workloads_template_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(5984);
/* harmony import */ var _run_js__WEBPACK_IMPORTED_MODULE_7__ = __webpack_require__(6501);








async function underLocks(runs, onHeld, work) {
    const lost = new AbortController();
    const deadline = (runs[0]?.clock.now() ?? 0) + (runs[0]?.inputs.lockTimeout ?? 0) * 1000;
    const held = new Map();
    const inOrder = [...runs].sort((a, b) => (lockName(a.workload) < lockName(b.workload) ? -1 : 1));
    const next = (index) => {
        const run = inOrder[index];
        if (run === undefined)
            return work(runs.flatMap((each) => held.get(each) ?? []));
        const signal = AbortSignal.any([run.signal, lost.signal]);
        const timeout = Math.max(0, (deadline - run.clock.now()) / 1000);
        return underLock({ ...run, signal }, timeout, async (locked) => {
            held.set(run, locked);
            locked.signal.addEventListener('abort', () => lost.abort(locked.signal.reason), { once: true });
            await onHeld(locked, runs.indexOf(run));
            return next(index + 1);
        });
    };
    return next(0);
}
async function underLock(run, timeout, work) {
    const { client, namespace, clock, holder, workload, log } = run;
    let waited = false;
    const attempt = await (0,_kubernetes_lease_js__WEBPACK_IMPORTED_MODULE_1__/* .acquireLock */ .IZ)({
        client,
        namespace,
        name: lockName(workload),
        holder,
        clock,
        signal: run.signal,
        timeout,
        onWait: (by) => {
            waited = true;
            log.line(`Waiting for ${sayHolder(by)}, which deploys ${(0,_kubernetes_workloads_names_js__WEBPACK_IMPORTED_MODULE_3__/* .sayWorkload */ .j)(workload)} too.`);
        },
    });
    if (attempt.kind === 'held')
        return stillLocked(run, attempt.by);
    const { lock, notes } = attempt;
    const left = notes[_kubernetes_marks_js__WEBPACK_IMPORTED_MODULE_2__/* .marks */ .Z8.intent] ?? '';
    let history = (0,_history_js__WEBPACK_IMPORTED_MODULE_5__/* .parseHistory */ .i6)(notes[_kubernetes_marks_js__WEBPACK_IMPORTED_MODULE_2__/* .marks */ .Z8.history]);
    let isHistoryNew = false;
    const historyNote = () => isHistoryNew && { [_kubernetes_marks_js__WEBPACK_IMPORTED_MODULE_2__/* .marks */ .Z8.history]: JSON.stringify(history) };
    let isIntentOurs = left === '';
    let begun;
    const release = () => lock.release({ ...(isIntentOurs && { [_kubernetes_marks_js__WEBPACK_IMPORTED_MODULE_2__/* .marks */ .Z8.intent]: null }), ...historyNote() });
    const giveOver = () => {
        run.journal.add({ type: 'workload-ended', result: 'superseded' });
        void run.saveIntent(undefined);
    };
    lock.lost.addEventListener('abort', giveOver, { once: true });
    const locked = {
        ...run,
        left: (0,_intent_js__WEBPACK_IMPORTED_MODULE_6__/* .parseIntent */ .Gf)(left),
        waited,
        signal: AbortSignal.any([run.signal, lock.lost]),
        history: () => history,
        record: (what) => {
            history = (0,_history_js__WEBPACK_IMPORTED_MODULE_5__/* .withRecord */ .q8)(history, { ...what, at: new Date(clock.now()).toISOString(), by: (0,_run_js__WEBPACK_IMPORTED_MODULE_7__/* .nameOf */ .V)(run) });
            isHistoryNew = true;
        },
        ensureLock: () => lock.ensure(),
        saveIntent: async (intent) => {
            isIntentOurs = true;
            begun = intent;
            await run.saveIntent(intent);
            if (intent !== undefined)
                await lock.note({ [_kubernetes_marks_js__WEBPACK_IMPORTED_MODULE_2__/* .marks */ .Z8.intent]: JSON.stringify(intent), ...historyNote() });
        },
    };
    try {
        const ending = await work(locked);
        await release();
        return ending;
    }
    catch (error) {
        const isHalfWay = run.signal.aborted || (begun !== undefined && begun.phase !== 'migrating');
        if (isHalfWay)
            lock.stop();
        else
            await release();
        throw error;
    }
}
const longestName = 253;
function lockName(workload) {
    const name = `safe-rollout-${workload.kind.toLowerCase()}-${workload.name}`;
    return name.length <= longestName ? name : `${name.slice(0, longestName - 17)}-${(0,_kubernetes_workloads_template_js__WEBPACK_IMPORTED_MODULE_4__/* .digestOf */ .ol)(workload)}`;
}
function sayHolder({ identity, url, since }) {
    const time = new Date(since).toISOString().slice(11, 19);
    return `the run ${identity}${url ? ` (${url})` : ''}, which has the lock since ${time} UTC`;
}
function stillLocked(run, by) {
    const { inputs, namespace, workload } = run;
    const waited = inputs.lockTimeout > 0 ? ` after ${(0,_duration_js__WEBPACK_IMPORTED_MODULE_0__/* .sayDuration */ .k)(inputs.lockTimeout)}` : '';
    return {
        result: 'locked',
        cause: {
            reason: 'locked',
            message: `${(0,_kubernetes_workloads_names_js__WEBPACK_IMPORTED_MODULE_3__/* .sayWorkload */ .j)(workload)} is still being deployed by ${sayHolder(by)}${waited}.`,
            diagnoses: [],
        },
        next: [
            `Wait for that run${by.url ? ` (${by.url})` : ''}, then run this again; or raise 'lock-timeout'.`,
            `See the lock: kubectl -n ${namespace} get lease ${lockName(workload)} -o yaml`,
        ],
    };
}


/***/ }),

/***/ 909:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   O_: () => (/* binding */ presentPods),
/* harmony export */   TE: () => (/* binding */ lostPods),
/* harmony export */   Wr: () => (/* binding */ healthOf),
/* harmony export */   pV: () => (/* binding */ findRevision),
/* harmony export */   rM: () => (/* binding */ isQuiet),
/* harmony export */   ur: () => (/* binding */ awaitLook),
/* harmony export */   zG: () => (/* binding */ toUndoTarget)
/* harmony export */ });
/* harmony import */ var _diagnosis_diagnose_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(6215);
/* harmony import */ var _history_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(2740);
/* harmony import */ var _kubernetes_workloads_restarts_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(342);
/* harmony import */ var _kubernetes_workloads_template_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(5984);




function healthOf(kind, view, now, records) {
    const status = kind.status(view);
    const current = kind.current(view);
    const pods = current ? kind.podsOf(view, current) : [];
    const creator = current && kind.creator(view, current);
    const verdict = (0,_diagnosis_diagnose_js__WEBPACK_IMPORTED_MODULE_0__/* .diagnose */ .h4)({ pods, creator, everyPodCounts: kind.everyPodCounts }, new _diagnosis_diagnose_js__WEBPACK_IMPORTED_MODULE_0__/* .Sightings */ .lL(), now);
    const settled = kind.settled(view.workload);
    const serves = status.state === 'complete' || (settled && (current?.available ?? 0) > 0);
    const others = kind.revisions(view).filter(({ holderUid }) => holderUid !== current?.holderUid);
    const undoTo = serves
        ? current
        : (others.find(({ available }) => available > 0) ??
            others.find(({ template }) => (0,_history_js__WEBPACK_IMPORTED_MODULE_2__/* .standingOf */ .YP)(records, (0,_kubernetes_workloads_template_js__WEBPACK_IMPORTED_MODULE_1__/* .templateDigest */ .pd)(template)) === 'healthy'));
    return { status, settled, current, verdict, undoTo };
}
function presentPods(kind, view) {
    const current = kind.current(view);
    const pods = current ? kind.podsOf(view, current) : [];
    return pods.filter(({ metadata }) => metadata?.deletionTimestamp === undefined);
}
const quietSeconds = 600;
function isQuiet(pods, { diagnoses }, now) {
    const isLate = (pod) => (0,_kubernetes_workloads_restarts_js__WEBPACK_IMPORTED_MODULE_3__/* .restartsOf */ .w)(pod).some(({ end }) => now - new Date(end?.finishedAt ?? 0).getTime() < quietSeconds * 1000);
    return diagnoses.length === 0 && pods.filter(isLate).length * 2 < Math.max(1, pods.length);
}
function lostPods(kind, view, revision) {
    return revision && view.lost ? kind.podsOf({ ...view, pods: view.lost }, revision) : [];
}
async function awaitLook({ clock, signal }, observation, seconds, isSo) {
    const deadline = clock.now() + seconds * 1000;
    for (;;) {
        signal.throwIfAborted();
        const seen = observation.changes;
        if (isSo(observation.view()) || clock.now() >= deadline)
            return;
        await observation.changed(seen, (deadline - clock.now()) / 1000);
    }
}
function toUndoTarget(revision) {
    const { number, holder, holderUid, template } = revision;
    return { number, holder, holderUid, templateDigest: (0,_kubernetes_workloads_template_js__WEBPACK_IMPORTED_MODULE_1__/* .templateDigest */ .pd)(template) };
}
function findRevision(kind, view, target) {
    const revisions = kind.revisions(view);
    return (revisions.find(({ holderUid }) => holderUid === target.holderUid) ??
        revisions.find(({ template }) => (0,_kubernetes_workloads_template_js__WEBPACK_IMPORTED_MODULE_1__/* .templateDigest */ .pd)(template) === target.templateDigest));
}


/***/ }),

/***/ 1706:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   D1: () => (/* binding */ noteRolledOut),
/* harmony export */   Hm: () => (/* binding */ noteMigration),
/* harmony export */   SU: () => (/* binding */ hasBegun),
/* harmony export */   YQ: () => (/* binding */ settleMigration),
/* harmony export */   Yz: () => (/* binding */ noteLeft),
/* harmony export */   bc: () => (/* binding */ noteServing),
/* harmony export */   yb: () => (/* binding */ noteUndone)
/* harmony export */ });
/* harmony import */ var _history_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(2740);
/* harmony import */ var _intent_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(7048);


function noteMigration(plans, what, job) {
    for (const { run, plan } of plans)
        run.record({ what, template: (0,_intent_js__WEBPACK_IMPORTED_MODULE_0__/* .templateSet */ .b$)(plan.intent), job });
}
function hasBegun(journal) {
    return journal.last('migration-ended')?.began ?? journal.last('migration-started') !== undefined;
}
function settleMigration(run, intent) {
    const ended = run.journal.last('migration-ended');
    const job = intent.job ?? ended?.job;
    if (job === undefined)
        return;
    const template = (0,_intent_js__WEBPACK_IMPORTED_MODULE_0__/* .templateSet */ .b$)(intent);
    if (ended !== undefined && ended.cause === undefined)
        run.record({ what: 'migrated', template, job });
    else if (ended?.began === false)
        run.record({ what: 'unmigrated', template, job });
}
function noteRolledOut(run, intent, template = (0,_intent_js__WEBPACK_IMPORTED_MODULE_0__/* .templateSet */ .b$)(intent)) {
    noteLeft(run, intent, template);
    run.record({ what: 'healthy', template });
}
function noteLeft(run, intent, template = (0,_intent_js__WEBPACK_IMPORTED_MODULE_0__/* .templateSet */ .b$)(intent)) {
    const isReturn = (0,_history_js__WEBPACK_IMPORTED_MODULE_1__/* .standingOf */ .YP)(run.history(), template) === 'left';
    if (intent.isRollback && !isReturn)
        run.record({ what: 'left', template: intent.before });
}
function noteUndone(run, intent) {
    if (intent.isRollback) {
        run.record({ what: 'returned', template: intent.before });
        return;
    }
    const template = (0,_intent_js__WEBPACK_IMPORTED_MODULE_0__/* .templateSet */ .b$)(intent);
    if ((0,_history_js__WEBPACK_IMPORTED_MODULE_1__/* .standingOf */ .YP)(run.history(), template) === undefined)
        run.record({ what: 'undone', template });
}
function noteServing(run, { before, isRollback = false }) {
    const standing = (0,_history_js__WEBPACK_IMPORTED_MODULE_1__/* .standingOf */ .YP)(run.history(), before);
    if (isRollback || standing === 'healthy' || standing === 'failed')
        return;
    run.record({ what: 'healthy', template: before });
}


/***/ }),

/***/ 7576:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  lj: () => (/* binding */ recover),
  ju: () => (/* binding */ undoAndSay),
  Eb: () => (/* binding */ undoCommand)
});

// EXTERNAL MODULE: ./build/diagnosis/plain-reasons.js
var plain_reasons = __webpack_require__(5334);
// EXTERNAL MODULE: ./build/errors.js
var errors = __webpack_require__(9473);
// EXTERNAL MODULE: ./build/kubernetes/workloads/names.js
var names = __webpack_require__(5596);
// EXTERNAL MODULE: ./build/kubernetes/workloads/observe.js
var observe = __webpack_require__(52);
// EXTERNAL MODULE: ./build/kubernetes/workloads/patch.js
var patch = __webpack_require__(8290);
// EXTERNAL MODULE: ./build/report/cause.js
var report_cause = __webpack_require__(2828);
// EXTERNAL MODULE: ./build/steps/collect.js + 1 modules
var collect = __webpack_require__(2765);
// EXTERNAL MODULE: ./build/steps/conclude.js
var conclude = __webpack_require__(2883);
// EXTERNAL MODULE: ./build/steps/records.js
var records = __webpack_require__(1706);
// EXTERNAL MODULE: ./build/steps/undo.js
var undo = __webpack_require__(8600);
// EXTERNAL MODULE: ./build/image.js
var build_image = __webpack_require__(349);
// EXTERNAL MODULE: ./build/kubernetes/workloads/digests.js
var digests = __webpack_require__(741);
// EXTERNAL MODULE: ./build/kubernetes/workloads/template.js
var workloads_template = __webpack_require__(5984);
// EXTERNAL MODULE: ./build/steps/look.js
var look = __webpack_require__(909);
;// CONCATENATED MODULE: ./build/steps/undo-doubt.js






function doubtsOf(revision, undone, setImage) {
    return undone.flatMap(({ container, set, failed, target, earlier }) => {
        const [digest] = earlier;
        const isOne = earlier.length === 1 && digest !== undefined;
        if (isOne && failed.length === 1 && failed[0] === digest) {
            return [
                {
                    message: `Revision ${revision} runs, in container ${container}, the very image that is undone (${digest}): the undo brings no other program back.`,
                    next: `The image of container ${container} is the same before and after (${digest}), so look for the cause elsewhere: its settings, its database, what it depends on.`,
                },
            ];
        }
        if (!(0,digests/* isSameMovableName */.MD)(set, target))
            return [];
        const repository = (0,build_image/* parseImage */.zZ)(target)?.repository ?? target;
        return [
            {
                message: `Revision ${revision} names, in container ${container}, the image that has just failed (${target}${failed.length > 0 ? `, now ${failed.join(' and ')}` : ''}): new pods of it bring the same program back.`,
                next: isOne
                    ? `To bring back what ran before in container ${container}, set it by its digest: ${setImage} ${container}=${repository}@${digest}`
                    : `Set container ${container} by the digest of an image that works: ${setImage} ${container}=${repository}@sha256:…`,
            },
        ];
    });
}
function doubtUndo(journal, observation, intent, target) {
    const { kind } = observation;
    const view = observation.view();
    const template = view?.workload.spec?.template;
    if (view === undefined || template === undefined || !intent.ours.includes((0,workloads_template/* templateDigest */.pd)(template)))
        return [];
    const revision = (0,look/* findRevision */.pV)(kind, view, target);
    const before = new Map(revision && (0,patch/* imagesOf */.IC)(revision.template));
    const failed = (0,digests/* runningDigests */.Jc)((0,look/* presentPods */.O_)(kind, view));
    const still = (0,digests/* runningDigests */.Jc)(revision ? kind.podsOf(view, revision) : []);
    const { namespace, workload } = intent;
    return doubtsOf(target.number, intent.changes.map(({ container, from, to }) => ({
        container,
        set: to,
        failed: failed(container),
        target: before.get(container) ?? from,
        earlier: still(container).length > 0 ? still(container) : notedBefore(journal, target, container),
    })), `kubectl -n ${namespace} set image ${(0,names/* sayWorkload */.j)(workload)}`);
}
function movedByUndo(journal, observation, intent) {
    const view = observation.view();
    const target = intent.undoTo;
    if (view === undefined || target === undefined)
        return [];
    const now = (0,digests/* runningDigests */.Jc)((0,look/* presentPods */.O_)(observation.kind, view));
    return intent.changes.flatMap(({ container }) => {
        const before = notedBefore(journal, target, container);
        const others = now(container).filter((digest) => !before.includes(digest));
        if (before.length === 0 || others.length === 0)
            return [];
        return [
            `After the undo, container ${container} runs ${others.join(' and ')}; before this deploy it ran ${before.join(' and ')}. Its tag has been moved in the meantime.`,
        ];
    });
}
function notedBefore(journal, target, container) {
    if (journal.last('observed')?.revision !== target.number)
        return [];
    return journal.last('images')?.images.find((each) => each.container === container)?.before ?? [];
}

;// CONCATENATED MODULE: ./build/steps/recover.js











async function recover(run, observation, intent, end, turn) {
    const { journal, log, inputs } = run;
    if (end.kind === 'superseded') {
        await (0,conclude/* conclude */.E)(run, observation.kind, intent);
        return superseded(run, end);
    }
    const cause = await (0,collect/* collect */.F)(run, end.trouble);
    journal.add({ type: 'rollout-failed', revision: end.revision?.number, cause });
    for (const line of (0,report_cause/* sayCause */.n)(cause))
        log.line(line);
    log.endGroup();
    if (inputs.onFailure === 'leave') {
        (0,records/* noteLeft */.Yz)(run, intent);
        await (0,conclude/* conclude */.E)(run, observation.kind, intent);
        return {
            result: 'left-failed',
            cause,
            next: [
                ...adviceOnCause(cause),
                "It is left as it is, as the input 'on-failure' asks for.",
                `To go back: ${undoCommand(run, intent)}`,
                ...(intent.undoTo ? sayDoubts(doubtUndo(journal, observation, intent, intent.undoTo)) : []),
            ],
        };
    }
    if (end.trouble.reason !== 'watch-failed')
        return undoAndSay(run, observation, intent, cause, inputs.undoTimeout, turn);
    const fresh = await (0,observe/* observeIfThere */.wk)(run);
    try {
        return await undoAndSay(run, fresh, intent, cause, inputs.undoTimeout, turn);
    }
    finally {
        fresh.close();
    }
}
async function undoAndSay(run, observation, intent, cause, timeout, turn) {
    const { journal, log, namespace } = run;
    const workload = (0,names/* sayWorkload */.j)(run.workload);
    const target = intent.undoTo;
    if (target === undefined) {
        (0,records/* noteLeft */.Yz)(run, intent);
        await (0,conclude/* conclude */.E)(run, observation.kind, intent);
        return {
            result: 'left-failed',
            cause,
            next: [
                'There is no healthy revision to go back to, so it is left as it is.',
                `See the history: kubectl -n ${namespace} rollout history ${workload}`,
            ],
        };
    }
    log.group(`Undo to revision ${target.number}`);
    await run.saveIntent({ ...intent, phase: 'undoing' });
    const doubts = doubtUndo(journal, observation, intent, target);
    for (const { message } of doubts)
        log.line(message);
    journal.add({
        type: 'undo-started',
        revision: target.number,
        ...(doubts.length > 0 && { doubts: doubts.map(({ message }) => message) }),
    });
    await turn?.mine;
    const end = await undoOrExplain(run, observation, intent, timeout, turn?.passOn);
    log.endGroup();
    if (end.kind === 'undone') {
        const { number, template } = end.revision;
        const images = (0,patch/* imagesOf */.IC)(template)
            .filter(([name]) => intent.changes.some(({ container }) => container === name))
            .map(([container, image]) => ({ container, image }));
        journal.add({ type: 'undone', revision: number, images });
        (0,records/* noteUndone */.yb)(run, intent);
    }
    if (end.kind === 'failed') {
        journal.add({ type: 'undo-failed', cause: { ...end.trouble, diagnoses: [] } });
        if (!end.applied)
            (0,records/* noteLeft */.Yz)(run, intent);
    }
    await (0,conclude/* conclude */.E)(run, observation.kind, intent);
    if (end.kind === 'undone') {
        const moved = movedByUndo(journal, observation, intent);
        for (const line of moved)
            log.line(line);
        return { result: 'undone', cause, next: [...sayDoubts(doubts), ...moved, ...adviceOnCause(cause)] };
    }
    if (end.kind === 'superseded')
        return superseded(run, end, cause);
    const undoCause = await (0,collect/* collect */.F)(run, end.trouble);
    journal.add({ type: 'undo-failed', cause: undoCause });
    for (const line of (0,report_cause/* sayCause */.n)(undoCause))
        log.line(line);
    return {
        result: 'undo-failed',
        cause,
        next: [
            `The undo failed too: ${undoCause.message}`,
            ...sayDoubts(doubts),
            `See where it stands: kubectl -n ${namespace} rollout status ${workload} --watch=false; kubectl -n ${namespace} get pods`,
            wayOut(run, intent, end),
        ],
    };
}
async function undoOrExplain(run, observation, intent, timeout, onSet) {
    let applied = false;
    try {
        return await (0,undo/* undo */.t)(run, observation, intent, timeout, () => {
            applied = true;
            onSet?.();
        });
    }
    catch (error) {
        run.signal.throwIfAborted();
        return {
            kind: 'failed',
            applied,
            trouble: { reason: 'undo-error', message: (0,errors/* messageOf */.bD)(error), diagnoses: [] },
        };
    }
}
function superseded(run, { reason, message }, earlier) {
    const status = `kubectl -n ${run.namespace} rollout status ${(0,names/* sayWorkload */.j)(run.workload)}`;
    return {
        result: 'superseded',
        cause: { reason, message, diagnoses: earlier?.diagnoses ?? [] },
        next: [...(0,plain_reasons/* adviceOn */.i)(reason), ...(reason === 'deleted' ? [] : [`See where it stands: ${status}`])],
    };
}
function undoCommand({ namespace, workload }, { undoTo }) {
    const command = `kubectl -n ${namespace} rollout undo ${(0,names/* sayWorkload */.j)(workload)}`;
    return undoTo ? `${command} --to-revision=${undoTo.number}` : command;
}
function wayOut(run, intent, { trouble, applied }) {
    const workload = (0,names/* sayWorkload */.j)(run.workload);
    if (trouble.reason === 'revision-gone')
        return `Set the image that ran before by hand: ${setImageCommand(run)}`;
    if (trouble.reason === 'paused')
        return `Resume it: kubectl -n ${run.namespace} rollout resume ${workload}`;
    if (applied)
        return `The image before is set; wait for its pods: kubectl -n ${run.namespace} rollout status ${workload}`;
    return `Try the undo again: ${undoCommand(run, intent)}`;
}
function setImageCommand({ namespace, workload, journal }) {
    const images = journal.last('planned')?.changes.map(({ container, from }) => `${container}=${from}`) ?? [];
    return `kubectl -n ${namespace} set image ${(0,names/* sayWorkload */.j)(workload)} ${images.join(' ')}`;
}
function sayDoubts(doubts) {
    return doubts.flatMap(({ message, next }) => [message, next]);
}
function adviceOnCause({ reason, diagnoses }) {
    return [...new Set([...diagnoses.map(({ next }) => next), ...(0,plain_reasons/* adviceOn */.i)(reason)])];
}


/***/ }),

/***/ 8761:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   b: () => (/* binding */ lastFirst)
/* harmony export */ });
async function lastFirst(items, work) {
    let next = Promise.resolve();
    const all = [...items.entries()].reverse().map(async ([index, item]) => {
        const mine = next;
        const { promise, resolve } = Promise.withResolvers();
        next = promise;
        try {
            return await work(item, { mine, passOn: resolve }, index);
        }
        finally {
            resolve();
        }
    });
    const settled = await Promise.allSettled(all);
    return settled
        .map((each) => {
        if (each.status === 'rejected')
            throw each.reason;
        return each.value;
    })
        .reverse();
}


/***/ }),

/***/ 8600:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   t: () => (/* binding */ undo)
/* harmony export */ });
/* harmony import */ var _intent_js__WEBPACK_IMPORTED_MODULE_8__ = __webpack_require__(7048);
/* harmony import */ var _kubernetes_workloads_last_change_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(2539);
/* harmony import */ var _kubernetes_workloads_names_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(5596);
/* harmony import */ var _kubernetes_workloads_pace_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(4245);
/* harmony import */ var _kubernetes_workloads_patch_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(8290);
/* harmony import */ var _kubernetes_workloads_template_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(5984);
/* harmony import */ var _apply_patch_js__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(8195);
/* harmony import */ var _look_js__WEBPACK_IMPORTED_MODULE_6__ = __webpack_require__(909);
/* harmony import */ var _watch_rollout_js__WEBPACK_IMPORTED_MODULE_7__ = __webpack_require__(9448);









async function undo(run, observation, intent, timeout, onSet) {
    const { clock } = run;
    const target = intent.undoTo;
    if (target === undefined)
        throw new Error('There is no revision to go back to.');
    const { kind } = observation;
    const workload = (0,_kubernetes_workloads_names_js__WEBPACK_IMPORTED_MODULE_1__/* .sayWorkload */ .j)(run.workload);
    const { name } = run.workload;
    const deadline = clock.now() + timeout * 1000;
    const left = () => Math.max(0, (deadline - clock.now()) / 1000);
    const before = await (0,_apply_patch_js__WEBPACK_IMPORTED_MODULE_5__/* .readIfThere */ .q)(run, kind, name, left());
    const view = observation.view();
    if (view === undefined || before?.spec === undefined || before.metadata?.uid !== intent.uid) {
        return { kind: 'superseded', reason: 'deleted', message: `${workload} was deleted.` };
    }
    const wanted = new Set([target.templateDigest]);
    const digest = (0,_kubernetes_workloads_template_js__WEBPACK_IMPORTED_MODULE_4__/* .templateDigest */ .pd)(before.spec.template);
    let generation = before.metadata?.generation ?? 0;
    if (!wanted.has(digest)) {
        if (!intent.ours.includes(digest)) {
            const author = (0,_kubernetes_workloads_last_change_js__WEBPACK_IMPORTED_MODULE_0__/* .lastChangeOf */ .k)(before, run.github.url);
            return {
                kind: 'superseded',
                reason: 'superseded',
                message: `${workload} was changed by ${author}, so it is left as it is.`,
            };
        }
        const revision = (0,_look_js__WEBPACK_IMPORTED_MODULE_6__/* .findRevision */ .pV)(kind, view, target) ?? rebuild(before, intent, target);
        if (revision === undefined) {
            const message = `Revision ${target.number} (${target.holder}) is no longer in the workload's history.`;
            return { kind: 'failed', applied: false, trouble: { reason: 'revision-gone', message, diagnoses: [] } };
        }
        const patch = [
            ...kind.undoPatch(before, revision),
            ...(intent.pace ? (0,_kubernetes_workloads_pace_js__WEBPACK_IMPORTED_MODULE_2__/* .restorePacePatch */ .Qt)(before, intent.pace) : []),
        ];
        const isBack = ({ spec }) => spec !== undefined && wanted.has((0,_kubernetes_workloads_template_js__WEBPACK_IMPORTED_MODULE_4__/* .templateDigest */ .pd)(spec.template));
        const end = await (0,_apply_patch_js__WEBPACK_IMPORTED_MODULE_5__/* .applyPatch */ .X)(run, kind, name, patch, digest, isBack, left());
        if (end.kind === 'refused')
            throw end.error;
        if (end.kind === 'gone')
            return { kind: 'superseded', reason: 'deleted', message: `${workload} was deleted.` };
        if (end.kind === 'overtaken') {
            const author = (0,_kubernetes_workloads_last_change_js__WEBPACK_IMPORTED_MODULE_0__/* .lastChangeOf */ .k)(end.workload, run.github.url);
            return {
                kind: 'superseded',
                reason: 'superseded',
                message: `${workload} was changed by ${author} just before the undo, so it is left as it is.`,
            };
        }
        generation = end.workload.metadata?.generation ?? 0;
        if (end.workload.spec)
            wanted.add((0,_kubernetes_workloads_template_js__WEBPACK_IMPORTED_MODULE_4__/* .templateDigest */ .pd)(end.workload.spec.template));
    }
    onSet?.();
    const end = await (0,_watch_rollout_js__WEBPACK_IMPORTED_MODULE_7__/* .watchRollout */ .D)(run, observation, {
        ours: wanted,
        before,
        generation,
        timeout: left(),
        broken: (0,_intent_js__WEBPACK_IMPORTED_MODULE_8__/* .brokenTemplates */ .Jv)(intent, wanted, true),
        isUndo: true,
    });
    if (end.kind === 'complete')
        return { kind: 'undone', revision: end.revision };
    return end.kind === 'failed' ? { kind: 'failed', trouble: end.trouble, applied: true } : end;
}
function rebuild(workload, { changes }, target) {
    const template = (0,_kubernetes_workloads_patch_js__WEBPACK_IMPORTED_MODULE_3__/* .withImages */ .nS)(workload, changes.map(({ container, from }) => ({ container, to: from })));
    if ((0,_kubernetes_workloads_template_js__WEBPACK_IMPORTED_MODULE_4__/* .templateDigest */ .pd)(template) !== target.templateDigest)
        return undefined;
    const { number, holder, holderUid } = target;
    return { number, holder, holderUid, template, hash: '', annotations: {}, available: 0 };
}


/***/ }),

/***/ 9448:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  D: () => (/* binding */ watchRollout)
});

// UNUSED EXPORTS: troubleOf

// EXTERNAL MODULE: ./build/diagnosis/diagnose.js + 8 modules
var diagnose = __webpack_require__(6215);
// EXTERNAL MODULE: ./build/diagnosis/diagnosis.js
var diagnosis_diagnosis = __webpack_require__(1851);
;// CONCATENATED MODULE: ./build/diagnosis/taken-away.js
const aftermath = 60_000;
class TakenAway {
    #pods = new Map();
    note({ diagnoses }, now) {
        for (const diagnosis of diagnoses.filter(({ about }) => about === 'ended-pod')) {
            const { reason, object, count } = diagnosis;
            const earlier = this.#pods.get(reason);
            const isOld = earlier?.diagnosis.object === object && count <= earlier.diagnosis.count;
            this.#pods.set(reason, { diagnosis, at: isOld ? earlier.at : now });
        }
    }
    among({ diagnoses, hopeless }, now) {
        const others = diagnoses.filter(({ about }) => about !== 'ended-pod');
        const remembered = (isFresh) => [...this.#pods.values()]
            .filter(({ at }) => now - at <= aftermath === isFresh)
            .map(({ diagnosis }) => diagnosis);
        const isOfItsOwn = ({ about }) => about === 'pod' || about === 'creator';
        return {
            hopeless,
            diagnoses: [
                ...others.filter((each) => each.hopeless),
                ...remembered(true),
                ...others.filter((each) => !each.hopeless && isOfItsOwn(each)),
                ...remembered(false),
                ...others.filter((each) => !each.hopeless && !isOfItsOwn(each)),
            ],
        };
    }
}

// EXTERNAL MODULE: ./build/duration.js
var duration = __webpack_require__(3110);
// EXTERNAL MODULE: ./build/kubernetes/events.js
var events = __webpack_require__(4912);
// EXTERNAL MODULE: ./build/kubernetes/workloads/digests.js
var digests = __webpack_require__(741);
// EXTERNAL MODULE: ./build/kubernetes/workloads/last-change.js
var last_change = __webpack_require__(2539);
// EXTERNAL MODULE: ./build/kubernetes/workloads/names.js
var names = __webpack_require__(5596);
// EXTERNAL MODULE: ./build/kubernetes/workloads/template.js
var workloads_template = __webpack_require__(5984);
// EXTERNAL MODULE: ./build/steps/images.js
var steps_images = __webpack_require__(4876);
// EXTERNAL MODULE: ./build/kubernetes/workloads/init-containers.js
var init_containers = __webpack_require__(881);
// EXTERNAL MODULE: ./build/steps/job-logs.js
var job_logs = __webpack_require__(1627);
;// CONCATENATED MODULE: ./build/steps/init-progress.js



const mostPods = 5;
const ended = 'its init containers have ended';
class InitProgress {
    #run;
    #changed;
    #signal;
    #told = new Map();
    #pods = [];
    #followed;
    #hasMigrated = false;
    constructor(run, changed, signal) {
        this.#run = run;
        this.#changed = changed;
        this.#signal = signal;
    }
    look(pods) {
        this.#pods = pods.filter(({ metadata }) => metadata?.deletionTimestamp === undefined);
        const begun = this.#pods.filter((pod) => !(0,diagnose/* isReady */.i_)(pod) && (pod.status?.initContainerStatuses?.length ?? 0) > 0);
        for (const pod of begun.sort((a, b) => createdAt(a) - createdAt(b)))
            this.#lookAt(pod);
        for (const pod of this.#pods)
            if ((0,diagnose/* isReady */.i_)(pod) && this.#told.has(pod.metadata?.name ?? ''))
                this.#tell(pod, ended);
    }
    #lookAt(pod) {
        const migrations = pod.spec ? (0,init_containers/* initMigrations */.qH)(pod.spec, this.#changed) : [];
        if (migrations.length === 0)
            return;
        const names = new Set(migrations.map(({ container }) => container));
        const now = (0,init_containers/* initStatus */.JI)(pod) ?? ended;
        const running = pod.status?.initContainerStatuses?.findLast(({ state }) => state?.running)?.name;
        this.#tell(pod, running && now !== ended ? `${now} (${running} runs)` : now);
        this.#follow(pod, names);
    }
    #tell({ metadata }, now) {
        const name = metadata?.name ?? '';
        const before = this.#told.get(name);
        if (before === undefined && (this.#told.size >= mostPods || now === ended))
            return;
        if (now === before)
            return;
        this.#told.set(name, now);
        const message = `pod/${name}: ${now}`;
        this.#run.log.line(message);
        this.#run.journal.add({ type: 'progress', message });
    }
    #follow(pod, names) {
        const uid = pod.metadata?.uid ?? '';
        const isThere = this.#followed && this.#podOf(this.#followed.uid) !== undefined;
        if (!isThere)
            this.#followed = undefined;
        if (this.#hasMigrated || (this.#followed && this.#followed.uid !== uid))
            return;
        this.#followed ??= {
            uid,
            logs: new job_logs/* JobLogs */.DC(this.#run, this.#signal, (wanted) => this.#podOf(wanted), names),
        };
        this.#followed.logs.follow(pod);
        this.#hasMigrated = (0,init_containers/* initStatus */.JI)(pod) === undefined;
    }
    #podOf(uid) {
        return this.#pods.find(({ metadata }) => metadata?.uid === uid);
    }
}
function createdAt({ metadata }) {
    return new Date(metadata?.creationTimestamp ?? 0).getTime();
}

// EXTERNAL MODULE: ./build/steps/look.js
var look = __webpack_require__(909);
;// CONCATENATED MODULE: ./build/steps/teller.js


const firstPause = 15;
const longestPause = 60;
class Teller {
    #run;
    #told = new Set();
    #crashed = new Set();
    #last = '';
    #lastAt;
    #pause = firstPause;
    constructor(run) {
        this.#run = run;
        this.#lastAt = run.clock.now();
    }
    tell(status, diagnoses) {
        const now = this.#run.clock.now();
        if (status.state !== 'unseen' && status.message !== this.#last) {
            this.#last = status.message;
            this.#line(status.message, now);
        }
        for (const diagnosis of diagnoses) {
            const key = keyOf(diagnosis);
            const isYoung = waitsOnly.has(diagnosis.reason) && now - diagnosis.since <= firstPause * 1000;
            const isEcho = waitsOnly.has(diagnosis.reason) && this.#crashed.has(diagnosis.container);
            if (this.#told.has(key) || isYoung || isEcho)
                continue;
            if (diagnosis.hasLog && !waitsOnly.has(diagnosis.reason))
                this.#crashed.add(diagnosis.container);
            this.#told.add(key);
            this.#line(`${(0,diagnosis_diagnosis/* sayObject */.X)(diagnosis)}: ${diagnosis.message}${diagnosis.said ? ` (${diagnosis.said})` : ''}`, now);
        }
        if (now - this.#lastAt < this.#pause * 1000)
            return;
        const pause = Math.min(this.#pause * 2, longestPause);
        const [worst] = diagnoses;
        const why = worst
            ? `; ${(0,diagnosis_diagnosis/* sayObject */.X)(worst)}: ${worst.message}, for ${(0,duration/* sayDuration */.k)((now - worst.since) / 1000)}`
            : '';
        if (worst)
            this.#told.add(keyOf(worst));
        this.#line(`still waiting: ${status.message}${why}`, now);
        this.#pause = pause;
    }
    tellOnce(text) {
        if (this.#told.has(text))
            return;
        this.#told.add(text);
        this.#line(text, this.#run.clock.now());
    }
    #line(text, now) {
        const { log, journal } = this.#run;
        log.line(text);
        journal.add({ type: 'progress', message: text });
        this.#lastAt = now;
        this.#pause = firstPause;
    }
}
function keyOf({ reason, container, message }) {
    return `${reason}/${container ?? ''}/${message}`;
}
const waitsOnly = new Set([
    'not-ready',
    'startup-probe-failing',
    'init-waiting',
    'init-migration-running',
]);

// EXTERNAL MODULE: ./build/errors.js
var errors = __webpack_require__(9473);
// EXTERNAL MODULE: ./build/kubernetes/resources.js
var resources = __webpack_require__(8268);
;// CONCATENATED MODULE: ./build/steps/unstick.js



const pause = 0.5;
const graceSeconds = 2;
const attemptSeconds = 10;
async function unstick(run, observation, broken, signal) {
    if (broken.size === 0 || !observation.kind.getsStuck)
        return;
    try {
        await new Unsticker(run, observation, broken, signal).untilAborted();
    }
    catch {
    }
}
class Unsticker {
    #run;
    #observation;
    #broken;
    #signal;
    #since = new Map();
    #refused = new Set();
    constructor(run, observation, broken, signal) {
        this.#run = run;
        this.#observation = observation;
        this.#broken = broken;
        this.#signal = signal;
    }
    async untilAborted() {
        for (;;) {
            const view = this.#observation.view();
            for (const { pod, revision } of view ? stuckPods(this.#observation.kind, view, this.#broken) : []) {
                const uid = pod.metadata?.uid ?? '';
                const now = this.#run.clock.now();
                const since = this.#since.get(uid) ?? now;
                this.#since.set(uid, since);
                if (now - since < graceSeconds * 1000 || this.#refused.has(uid))
                    continue;
                await this.#delete(pod, revision);
            }
            await this.#run.clock.sleep(pause, this.#signal);
        }
    }
    async #delete({ metadata }, revision) {
        const { client, namespace, log, journal } = this.#run;
        const { name = '', uid = '', resourceVersion } = metadata ?? {};
        const timeoutSeconds = Math.min(attemptSeconds, await this.#run.ensureLock());
        try {
            await client.delete(resources/* resources */.E.pods, { namespace, name }, {
                signal: this.#signal,
                timeoutSeconds,
                patience: 0,
                preconditions: { uid, ...(resourceVersion && { resourceVersion }) },
            });
            log.line(`Deleted pod/${name} (revision ${revision.number}): it was not ready, and its controller would have waited for it for ever.`);
            journal.add({ type: 'pod-deleted', pod: name });
        }
        catch (error) {
            this.#signal.throwIfAborted();
            if (error instanceof errors/* ConnectionError */.Rc)
                return;
            if (!(error instanceof errors/* ApiError */.hD))
                throw error;
            if (error.status === 404 || error.status === 409 || error.status >= 500)
                return;
            this.#refused.add(uid);
            log.line(`pod/${name} holds the rollout up and cannot be deleted (${(0,errors/* messageOf */.bD)(error)}). Delete it by hand: kubectl -n ${namespace} delete pod ${name}`);
        }
    }
}
function stuckPods(kind, view, broken) {
    const revisions = kind.revisions(view).filter(({ template }) => broken.has((0,workloads_template/* templateDigest */.pd)(template)));
    return revisions.flatMap((revision) => kind.stuckPods(view, [revision]).map((pod) => ({ pod, revision })));
}

;// CONCATENATED MODULE: ./build/steps/watch-rollout.js














async function watchRollout(run, observation, expected) {
    const watching = new AbortController();
    const signal = AbortSignal.any([run.signal, watching.signal]);
    const watch = new RolloutWatch(run, observation, expected, signal);
    const unsticking = unstick(run, observation, expected.broken ?? new Set(), signal);
    let end;
    try {
        end = await watch.toEnd();
        return end;
    }
    finally {
        watching.abort();
        if (expected.images && end?.kind !== 'superseded')
            (0,steps_images/* noteImagesAfter */.n_)(run.journal, observation.kind, observation.view(), expected.images);
        await unsticking;
    }
}
const pausedSeconds = 5;
const youngSeconds = 2;
class RolloutWatch {
    #run;
    #observation;
    #expected;
    #deadline;
    #name;
    #teller;
    #sightings = new diagnose/* Sightings */.lL();
    #podEvents;
    #workloadEvents;
    #inits;
    #takenAway = new TakenAway();
    #completeSince;
    constructor(run, observation, expected, signal) {
        this.#run = run;
        this.#observation = observation;
        this.#expected = expected;
        this.#deadline = run.clock.now() + expected.timeout * 1000;
        this.#name = (0,names/* sayWorkload */.j)(run.workload);
        this.#teller = new Teller(run);
        const changed = expected.images?.map(({ container }) => container);
        this.#inits = changed && new InitProgress(run, changed, signal);
        this.#podEvents = new events/* ObjectEvents */.v8(run.client, run.namespace, signal, () => { });
        this.#workloadEvents = new events/* ObjectEvents */.v8(run.client, run.namespace, signal, () => { });
    }
    async toEnd() {
        const { clock } = this.#run;
        for (;;) {
            this.#run.signal.throwIfAborted();
            const seen = this.#observation.changes;
            const end = this.#look();
            if (end)
                return end;
            await this.#observation.changed(seen, Math.min(1, Math.max(0, this.#deadline - clock.now()) / 1000));
        }
    }
    #look() {
        const { kind } = this.#observation;
        const view = this.#observation.view();
        if (view === undefined) {
            const message = `${this.#name} was deleted during the rollout.`;
            return { kind: 'superseded', reason: 'deleted', message };
        }
        if ((view.workload.metadata?.generation ?? 0) < this.#expected.generation)
            return this.#trouble(unseen, nothing);
        if (!view.workload.spec || !this.#expected.ours.has((0,workloads_template/* templateDigest */.pd)(view.workload.spec.template))) {
            const message = `${this.#name} was changed during the rollout by ${(0,last_change/* lastChangeOf */.k)(view.workload, this.#run.github.url)}.`;
            return { kind: 'superseded', reason: 'superseded', message };
        }
        const status = kind.status(view, this.#expected.before);
        const revision = kind.current(view);
        const verdict = this.#judge(view, revision);
        this.#teller.tell(status, verdict.diagnoses);
        const wrong = this.#expected.alsoWrong?.();
        if (wrong && !verdict.hopeless)
            return { kind: 'failed', revision, trouble: { ...wrong, diagnoses: verdict.diagnoses } };
        const wanted = wantedPods(kind, view.workload);
        if (status.state === 'complete' && wanted === 0 && !this.#expected.isUndo) {
            return scaledToZero(this.#name, revision);
        }
        const pods = revision ? kind.podsOf(view, revision) : [];
        this.#inits?.look(pods);
        if (status.state === 'complete' && revision && isSound(pods, wanted, verdict)) {
            this.#completeSince ??= this.#run.clock.now();
            const settled = this.#run.clock.now() - this.#completeSince;
            const images = (0,digests/* judgeImages */.Mk)((0,look/* presentPods */.O_)(kind, view), this.#expected.images ?? []);
            if (images.state === 'wrong' && !this.#expected.toleratesImages) {
                return { kind: 'failed', revision, trouble: { ...images, diagnoses: [] } };
            }
            if (images.state === 'wrong')
                this.#teller.tellOnce(images.message);
            const least = Math.max(settleSeconds(view.workload), images.state === 'unsaid' ? unsaidSeconds : 0);
            if (this.#isOver() || settled >= least * 1000) {
                return this.#expected.isHeld?.(true) ? undefined : { kind: 'complete', revision };
            }
        }
        else {
            this.#completeSince = undefined;
            this.#expected.isHeld?.(false);
        }
        return this.#trouble(status, verdict, revision);
    }
    #judge(view, revision) {
        const { kind } = this.#observation;
        const now = this.#run.clock.now();
        const own = revision ? kind.podsOf(view, revision) : [];
        const pods = revision ? [...own, ...this.#blocking(view, revision)] : [];
        const lost = (0,look/* lostPods */.TE)(kind, view, revision);
        const isOld = ({ metadata }) => now - new Date(metadata?.creationTimestamp ?? now).getTime() > youngSeconds * 1000;
        this.#podEvents.follow((0,diagnose/* worthAsking */.qe)([...pods.filter(isOld), ...lost], events/* mostObjects */.Cn));
        const { before } = this.#expected;
        const scene = {
            pods: [...pods, ...lost],
            creator: revision && kind.creator(this.#withEvents(view), revision),
            everyPodCounts: kind.everyPodCounts,
            isMakingRoom: view.pods.some(({ metadata }) => metadata?.deletionTimestamp !== undefined),
            otherPods: view.pods.length - pods.length,
            available: revision?.available,
            events: this.#podEvents.facts(),
            timeout: this.#expected.timeout,
            workload: {
                object: this.#name,
                paused: kind.paused(view.workload),
                recreates: kind.recreates(view.workload),
                replicas: kind.replicas(view.workload),
                replicasBefore: before && kind.replicas(before),
                ending: view.pods.filter((pod) => pod.metadata?.deletionTimestamp !== undefined && !own.includes(pod)),
                now,
            },
        };
        const { failFast } = this.#run.inputs;
        const patience = this.#expected.isUndo && failFast === 'strict' ? 'patient' : failFast;
        const verdict = (0,diagnose/* diagnose */.h4)(scene, this.#sightings, now, patience);
        this.#takenAway.note(verdict, now);
        return verdict;
    }
    #blocking(view, revision) {
        const { kind } = this.#observation;
        const pods = kind.blocking(view, revision);
        const { broken } = this.#expected;
        if (pods.length === 0 || broken === undefined)
            return pods;
        const leaving = kind
            .revisions(view)
            .filter(({ template }) => broken.has((0,workloads_template/* templateDigest */.pd)(template)))
            .flatMap((each) => kind.podsOf(view, each));
        return pods.filter((pod) => !leaving.includes(pod));
    }
    #withEvents(view) {
        if (!this.#observation.kind.refusesByEvent)
            return view;
        this.#workloadEvents.follow([view.workload]);
        return { ...view, events: [...this.#workloadEvents.facts().values()].flat() };
    }
    #trouble(status, verdict, revision) {
        const isOver = this.#run.clock.now() >= this.#deadline;
        const trouble = troubleOf(status, this.#takenAway.among(verdict, this.#run.clock.now()), isOver ? this.#expected.timeout : undefined);
        if (trouble)
            return { kind: 'failed', revision, trouble };
        return this.#expected.isUndo ? this.#pausedUndo(verdict, revision) : undefined;
    }
    #isOver() {
        return this.#run.clock.now() >= this.#deadline;
    }
    #pausedUndo({ diagnoses }, revision) {
        const paused = diagnoses.find(({ reason }) => reason === 'paused');
        if (paused === undefined || this.#run.clock.now() - paused.since < pausedSeconds * 1000)
            return undefined;
        const message = `${this.#name} is paused: its template is back, but will be rolled out only once it is resumed.`;
        return { kind: 'failed', revision, trouble: { reason: 'paused', message, diagnoses } };
    }
}
const unseen = { state: 'unseen', message: 'the change has not been seen yet' };
const nothing = { diagnoses: [], hopeless: false };
function wantedPods(kind, workload) {
    const replicas = kind.replicas(workload);
    return replicas === undefined ? undefined : replicas - kind.kept(workload);
}
function isSound(pods, wanted, verdict) {
    return (verdict.diagnoses.every(({ about }) => about !== 'pod' && about !== 'creator') &&
        pods.filter(diagnose/* isReady */.i_).length >= (wanted ?? 1));
}
const unsaidSeconds = 10;
const unprobedSeconds = 10;
function settleSeconds({ spec }) {
    const containers = spec?.template.spec?.containers ?? [];
    return containers.every(({ readinessProbe }) => readinessProbe !== undefined) ? 0 : unprobedSeconds;
}
function scaledToZero(name, revision) {
    const message = `${name} was scaled to zero during the rollout${wayToZero(name)}, so nothing shows whether the new image works.`;
    return { kind: 'failed', revision, trouble: { reason: 'scaled-to-zero', message, diagnoses: [] } };
}
function wayToZero(name) {
    if (name.startsWith('daemonset/'))
        return ' (no node takes its pods any more)';
    return name.startsWith('statefulset/') ? ' (or its partition raised to all of its pods)' : '';
}
function troubleOf(status, { diagnoses, hopeless }, overdue) {
    const worst = diagnoses.find(({ reason }) => reason !== 'scaled');
    const why = worst && `${(0,diagnosis_diagnosis/* sayObject */.X)(worst)}: ${worst.message}`;
    if (hopeless && worst)
        return { reason: worst.reason, message: `${why}. Waiting longer would not help.`, diagnoses };
    if (status.state === 'failed') {
        const message = `The cluster gave the rollout up: ${status.message.replace(/\.$/, '')}${why ? ` (${why})` : ''}.`;
        return { reason: worst?.reason ?? 'progress-deadline-exceeded', message, diagnoses };
    }
    if (overdue === undefined)
        return undefined;
    return {
        reason: worst?.reason ?? 'timeout',
        message: `Not rolled out within ${(0,duration/* sayDuration */.k)(overdue)} (${status.message})${why ? `; ${why}` : ''}.`,
        diagnoses,
    };
}


/***/ }),

/***/ 6748:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   F_: () => (/* binding */ sayPercent),
/* harmony export */   NJ: () => (/* binding */ sayLimit),
/* harmony export */   b3: () => (/* binding */ parseErrorLimit)
/* harmony export */ });
function parseErrorLimit(text) {
    const trimmed = text.trim();
    if (trimmed.toLowerCase() === 'off')
        return { kind: 'off' };
    if (/^\d{1,9}$/.test(trimmed))
        return { kind: 'count', count: Number(trimmed) };
    const [, percent] = /^(\d{1,3}(?:\.\d{1,6})?)\s?%$/.exec(trimmed) ?? [];
    if (percent === undefined || Number(percent) > 100)
        return undefined;
    if (Number(percent) === 0)
        return { kind: 'count', count: 0 };
    return { kind: 'share', share: Number(percent) / 100 };
}
function sayLimit(limit) {
    if (limit.kind === 'off')
        return 'any number is allowed';
    if (limit.kind === 'share')
        return `${sayPercent(limit.share)} of a phase is allowed`;
    return limit.count === 0
        ? 'none is allowed'
        : `${limit.count} in all ${limit.count === 1 ? 'is' : 'are'} allowed`;
}
function sayPercent(share) {
    return `${Number((share * 100).toPrecision(2))} %`;
}


/***/ }),

/***/ 5836:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   A7: () => (/* binding */ sayCounts),
/* harmony export */   B$: () => (/* binding */ sayPhase),
/* harmony export */   Cr: () => (/* binding */ sayUnjudged),
/* harmony export */   NL: () => (/* binding */ saySlowest),
/* harmony export */   V2: () => (/* binding */ phaseWords),
/* harmony export */   hz: () => (/* binding */ sayErrors),
/* harmony export */   jL: () => (/* binding */ sayStretch),
/* harmony export */   li: () => (/* binding */ picture),
/* harmony export */   pp: () => (/* binding */ sayExcess),
/* harmony export */   qW: () => (/* binding */ sayUnseen)
/* harmony export */ });
/* harmony import */ var _duration_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(3110);
/* harmony import */ var _limit_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(6748);


const phaseWords = {
    before: 'before the image was set',
    during: 'during the rollout',
    after: 'after the rollout',
    undo: 'during the undo',
};
function sayPhase(tally) {
    const { requests, slowest } = tally;
    const told = [
        `${requests} ${requests === 1 ? 'request' : 'requests'}`,
        sayErrors(tally),
        ...(slowest === undefined ? [] : [`slowest ${saySlowest(slowest)}`]),
    ].join(', ');
    const statuses = requests > 0 ? `: ${sayCounts(tally.statuses)}` : '';
    const aside = Object.keys(tally.setAside).length > 0 ? ` (set aside: ${sayCounts(tally.setAside)})` : '';
    return `${phaseStart(tally.phase)}: ${told}${statuses}${aside}  ${picture(tally)}`;
}
function sayErrors({ requests, errors }) {
    if (requests === 0)
        return 'nothing known';
    if (errors === 0)
        return 'no errors';
    return `${errors} ${errors === 1 ? 'error' : 'errors'} (${(0,_limit_js__WEBPACK_IMPORTED_MODULE_1__/* .sayPercent */ .F_)(errors / requests)})`;
}
function sayCounts(counts) {
    return Object.entries(counts)
        .sort(([, a], [, b]) => b - a)
        .map(([what, count]) => `${what} ×${count}`)
        .join(', ');
}
function saySlowest(milliseconds) {
    return milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}
const heights = '▁▂▃▄▅▆▇█';
function picture({ timeline }) {
    return timeline
        .map(([requests, errors]) => {
        if (requests === 0)
            return '·';
        return heights[Math.ceil((errors / requests) * (heights.length - 1))] ?? '';
    })
        .join('');
}
function sayExcess({ address, limit, phases }, { phase, errors, requests }) {
    const before = phases.find((each) => each.phase === 'before');
    const seen = phases.find((each) => each.phase === phase)?.statuses ?? {};
    const usual = before === undefined || before.requests === 0
        ? ''
        : ` ${phaseStart('before')}, ${before.errors === 0 ? 'none' : before.errors} of ${before.requests} failed.`;
    return `${errors} of ${requests} requests to ${address} failed ${phaseWords[phase]} (${(0,_limit_js__WEBPACK_IMPORTED_MODULE_1__/* .sayPercent */ .F_)(errors / requests)}; ${(0,_limit_js__WEBPACK_IMPORTED_MODULE_1__/* .sayLimit */ .NJ)(limit)}): ${sayCounts(seen)}.${usual}`;
}
function sayUnseen({ address, phases, judgedIn, limit }) {
    if (limit.kind === 'off')
        return [];
    return phases
        .filter(({ phase, requests }) => judgedIn.includes(phase) && requests === 0)
        .map(({ phase, setAside }) => {
        const aside = Object.keys(setAside).length > 0 ? ` (set aside: ${sayCounts(setAside)})` : '';
        return `What users of ${address} saw ${phaseWords[phase]} is not known: no request counts${aside}. Look for yourself.`;
    });
}
function sayUnjudged({ judgedIn }) {
    return judgedIn.includes('during')
        ? ''
        : ' Only what comes after a rollback is judged: until then, users also meet what is rolled back from.';
}
function phaseStart(phase) {
    const words = phaseWords[phase];
    return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}
function sayStretch({ stretch }) {
    return `Each bar stands for ${(0,_duration_js__WEBPACK_IMPORTED_MODULE_0__/* .sayDuration */ .k)(stretch)}; the higher it is, the more of the requests failed (▁ none, █ all, · none asked).`;
}


/***/ }),

/***/ 8508:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   r: () => (/* binding */ version)
/* harmony export */ });
const version = '0.1.0';


/***/ }),

/***/ 8651:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   k: () => (/* binding */ runsOf)
/* harmony export */ });
/* harmony import */ var _kubernetes_workloads_names_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(5596);
/* harmony import */ var _state_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(8801);


function runsOf(run, left = []) {
    const { workloads } = run.inputs;
    const intents = new Map(left.map((intent) => [(0,_kubernetes_workloads_names_js__WEBPACK_IMPORTED_MODULE_0__/* .sayWorkload */ .j)(intent.workload), intent]));
    return workloads.map((workload) => {
        const name = (0,_kubernetes_workloads_names_js__WEBPACK_IMPORTED_MODULE_0__/* .sayWorkload */ .j)(workload);
        return {
            ...run,
            workload,
            history: () => [],
            record: () => { },
            journal: run.journal.of(name),
            log: workloads.length > 1 ? logOf(run.log, name) : run.log,
            saveIntent: async (intent) => {
                if (intent === undefined)
                    intents.delete(name);
                else
                    intents.set(name, intent);
                (0,_state_js__WEBPACK_IMPORTED_MODULE_1__/* .saveIntents */ .vy)([...intents.values()]);
            },
            ensureLock: async () => Number.POSITIVE_INFINITY,
        };
    });
}
function logOf(log, workload) {
    return {
        ...log,
        line: (text) => log.line(`[${workload}] ${text}`),
        group: (title) => log.line(`[${workload}] ${title}`),
        endGroup: () => { },
    };
}


/***/ })

};
