export const id = 728;
export const ids = [728];
export const modules = {

/***/ 8728:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  main: () => (/* binding */ main)
});

// EXTERNAL MODULE: ./build/clock.js
var clock = __webpack_require__(7094);
// EXTERNAL MODULE: ./build/kubernetes/marks.js
var marks = __webpack_require__(5587);
// EXTERNAL MODULE: ./build/kubernetes/workloads/pace.js
var workloads_pace = __webpack_require__(4245);
// EXTERNAL MODULE: ./build/kubernetes/workloads/patch.js
var patch = __webpack_require__(8290);
;// CONCATENATED MODULE: ./build/steps/draft.js



const draftDeploy = ({ inputs, github }, kind, { workload }) => {
    if (inputs.image === undefined)
        throw new Error('A deploy needs an image.');
    const plan = (0,patch/* planImages */.y6)(workload, inputs.image, inputs.containers);
    if (!plan.ok)
        return { ...plan, rule: 'container-missing' };
    const paced = (0,workloads_pace/* planPace */.Tl)(kind.kind, workload, inputs.pace);
    if (!paced.ok)
        return { ...paced, rule: 'no-pace' };
    const { pace } = paced;
    const { changes } = plan;
    return {
        ok: true,
        changes,
        patch: [
            ...(0,patch/* setImagePatch */.Kf)(workload, changes, (0,marks/* traces */.d7)(github, changes[0]?.to ?? '')),
            ...(pace ? (0,workloads_pace/* setPacePatch */.AE)(pace) : []),
        ],
        pace,
        template: (0,patch/* withImages */.nS)(workload, changes),
        isUnchanged: changes.every(({ from, to }) => from === to),
        about: [
            ...changes.map(({ container, from, to }) => `Setting image of container ${container}: ${from} → ${to}`),
            ...(pace ? [(0,workloads_pace/* sayPace */.zg)(inputs.pace)] : []),
        ],
    };
};

// EXTERNAL MODULE: ./build/kubernetes/workloads/observe.js
var observe = __webpack_require__(52);
// EXTERNAL MODULE: ./build/steps/finish-left.js
var finish_left = __webpack_require__(8147);
// EXTERNAL MODULE: ./build/steps/images.js
var steps_images = __webpack_require__(4876);
// EXTERNAL MODULE: ./build/steps/lock.js
var lock = __webpack_require__(3329);
// EXTERNAL MODULE: ./build/duration.js
var duration = __webpack_require__(3110);
// EXTERNAL MODULE: ./build/errors.js
var build_errors = __webpack_require__(9473);
// EXTERNAL MODULE: ./build/kubernetes/workloads/template.js
var workloads_template = __webpack_require__(5984);
;// CONCATENATED MODULE: ./build/kubernetes/jobs.js


const longestName = 57;
const defaultTimeToLive = 86_400;
const leastTimeToLive = 60;
function migrationJob(plan) {
    const isMigration = plan.purpose !== 'verify';
    const base = plan.migration.kind === 'job'
        ? structuredClone(plan.migration.job)
        : commandJob(plan, plan.migration.command);
    const prefix = base.metadata?.name ??
        base.metadata?.generateName?.replace(/-+$/, '') ??
        `${plan.workload.metadata?.name}-${isMigration ? 'migrate' : 'verify'}`;
    const suffix = [plan.run.runId, plan.unique].filter((part) => part !== '').join('-');
    const name = `${prefix.slice(0, longestName - suffix.length - 1).replace(/[-.]+$/, '')}-${suffix}`;
    const labels = {
        'app.kubernetes.io/managed-by': 'safe-rollout',
        [isMigration ? marks/* marks */.Z8.workload : marks/* marks */.Z8.verifies]: workloadLabel(plan.workloadNames[0] ?? ''),
        [marks/* marks */.Z8.runId]: labelValue(plan.run.runId),
    };
    const { generateName: _, ...metadata } = base.metadata ?? {};
    const runs = {
        workload: plan.workload.metadata?.uid,
        image: plan.image,
        template: base.spec?.template.spec,
    };
    const template = base.spec?.template ?? { spec: { containers: [] } };
    return {
        ...base,
        metadata: {
            ...metadata,
            name,
            namespace: plan.namespace,
            labels: { ...metadata.labels, ...labels },
            annotations: {
                ...metadata.annotations,
                ...(isMigration && { [marks/* marks */.Z8.migration]: (0,workloads_template/* digestOf */.ol)(runs) }),
                ...(plan.run.url && { [marks/* marks */.Z8.run]: plan.run.url }),
                ...(plan.run.sha && { [marks/* marks */.Z8.commit]: plan.run.sha }),
                ...(isMigration &&
                    plan.workloadNames.length > 1 && { [marks/* marks */.Z8.workloads]: plan.workloadNames.join(',') }),
            },
            ownerReferences: [
                {
                    apiVersion: plan.workload.apiVersion ?? 'apps/v1',
                    kind: plan.workload.kind ?? 'Deployment',
                    name: plan.workload.metadata?.name ?? '',
                    uid: plan.workload.metadata?.uid ?? '',
                },
            ],
        },
        spec: {
            podReplacementPolicy: 'Failed',
            backoffLimit: 0,
            ...base.spec,
            ttlSecondsAfterFinished: Math.max(base.spec?.ttlSecondsAfterFinished ?? defaultTimeToLive, leastTimeToLive),
            activeDeadlineSeconds: Math.min(base.spec?.activeDeadlineSeconds ?? Infinity, Math.ceil(plan.timeout)),
            template: {
                ...template,
                metadata: { ...template.metadata, labels: { ...template.metadata?.labels, ...labels } },
                spec: withImage({ restartPolicy: 'Never', ...template.spec, containers: template.spec?.containers ?? [] }, plan.image),
            },
        },
    };
}
function jobEnd(job) {
    const terminal = job.status?.conditions?.find(({ type, status }) => status === 'True' && (type === 'Complete' || type === 'Failed'));
    if (terminal === undefined)
        return undefined;
    if (terminal.type === 'Complete')
        return { complete: true };
    return { complete: false, reason: terminal.reason ?? 'Failed', message: terminal.message ?? '' };
}
function commandJob(plan, command) {
    const pod = plan.workload.spec?.template.spec ?? { containers: [] };
    const source = [...pod.containers, ...(pod.initContainers ?? [])].find(({ name }) => name === plan.container);
    const { livenessProbe: _liveness, readinessProbe: _readiness, startupProbe: _startup, lifecycle: _lifecycle, ports: _ports, args: _args, restartPolicy: _restart, ...kept } = source ?? { name: plan.container };
    const [program = '', ...words] = command;
    const claims = claimTemplates(plan.workload);
    const container = {
        ...withoutVolumes(kept, claims),
        image: plan.image,
        command: [program],
        args: words,
    };
    const sidecars = (pod.initContainers ?? [])
        .filter(({ name, restartPolicy }) => restartPolicy === 'Always' && name !== plan.container)
        .map((sidecar) => withoutVolumes(sidecar, claims));
    const { topologySpreadConstraints: _spread, affinity, hostname: _hostname, subdomain: _subdomain, readinessGates: _gates, terminationGracePeriodSeconds: _grace, ...podKept } = pod;
    return {
        apiVersion: 'batch/v1',
        kind: 'Job',
        metadata: { name: `${plan.workload.metadata?.name}-migrate` },
        spec: {
            template: {
                spec: {
                    ...podKept,
                    ...(affinity?.nodeAffinity && { affinity: { nodeAffinity: affinity.nodeAffinity } }),
                    restartPolicy: 'Never',
                    initContainers: sidecars,
                    containers: [container],
                },
            },
        },
    };
}
function claimTemplates({ spec }) {
    const { volumeClaimTemplates } = (spec ?? {});
    return new Set(volumeClaimTemplates?.map(({ metadata }) => metadata?.name ?? ''));
}
function withoutVolumes(container, names) {
    const { volumeMounts, volumeDevices } = container;
    const stays = ({ name }) => !names.has(name);
    return {
        ...container,
        ...(volumeMounts && { volumeMounts: volumeMounts.filter(stays) }),
        ...(volumeDevices && { volumeDevices: volumeDevices.filter(stays) }),
    };
}
function withImage(pod, image) {
    const fill = (container) => container.image ? container : { ...container, image };
    return {
        ...pod,
        containers: pod.containers.map(fill),
        ...(pod.initContainers && { initContainers: pod.initContainers.map(fill) }),
    };
}
function migrates({ metadata }, workload) {
    return (metadata?.labels?.[marks/* marks */.Z8.workload] === workloadLabel(workload) ||
        (metadata?.annotations?.[marks/* marks */.Z8.workloads]?.split(',').includes(workload) ?? false));
}
function workloadLabel(workload) {
    return labelValue(workload.replace('/', '.'));
}
function labelValue(text) {
    return text
        .replace(/[^A-Za-z0-9._-]/g, '-')
        .slice(0, 63)
        .replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '');
}

// EXTERNAL MODULE: ./build/kubernetes/resources.js
var resources = __webpack_require__(8268);
// EXTERNAL MODULE: ./build/kubernetes/workloads/names.js
var workloads_names = __webpack_require__(5596);
// EXTERNAL MODULE: ./build/report/cause.js
var report_cause = __webpack_require__(2828);
// EXTERNAL MODULE: ./build/diagnosis/diagnose.js + 8 modules
var diagnose = __webpack_require__(6215);
// EXTERNAL MODULE: ./build/kubernetes/events.js
var kubernetes_events = __webpack_require__(4912);
// EXTERNAL MODULE: ./build/kubernetes/pulse.js
var pulse = __webpack_require__(2468);
// EXTERNAL MODULE: ./build/kubernetes/watch.js
var watch = __webpack_require__(6862);
// EXTERNAL MODULE: ./build/kubernetes/workloads/ended.js
var ended = __webpack_require__(7056);
// EXTERNAL MODULE: ./build/steps/collect.js + 1 modules
var collect = __webpack_require__(2765);
// EXTERNAL MODULE: ./build/steps/job-logs.js
var job_logs = __webpack_require__(1627);
// EXTERNAL MODULE: ./build/clip.js
var clip = __webpack_require__(1992);
// EXTERNAL MODULE: ./build/diagnosis/diagnosis.js
var diagnosis_diagnosis = __webpack_require__(1851);
// EXTERNAL MODULE: ./build/diagnosis/exit-code.js
var exit_code = __webpack_require__(5956);
// EXTERNAL MODULE: ./build/diagnosis/row.js
var row = __webpack_require__(5458);
;// CONCATENATED MODULE: ./build/steps/migration-cause.js







function failureOf(seen, end) {
    if (end.reason !== 'DeadlineExceeded')
        return crashOf(seen, end);
    const time = (0,duration/* sayDuration */.k)(seen.timeout);
    const [standstill] = seen.standstill;
    if (standstill) {
        const message = `The ${seen.purpose.noun} could not start within ${time}: ${(0,diagnosis_diagnosis/* sayObject */.X)(standstill)}: ${standstill.message}.`;
        const reason = startReason(seen.purpose, standstill);
        return { reason, message, diagnoses: seen.standstill.map((each) => withTail(seen, each)) };
    }
    const diagnoses = evidenceOf(seen, end.message, true);
    const where = diagnoses[0] ? ` (${(0,diagnosis_diagnosis/* sayObject */.X)(diagnoses[0])})` : '';
    const message = `The ${seen.purpose.noun} did not end within ${time} and was stopped by the cluster${where}.`;
    return { reason: `${seen.purpose.reason}-timeout`, message, diagnoses };
}
function crashOf(seen, end) {
    const diagnoses = evidenceOf(seen, end.message, false);
    const [first] = diagnoses;
    const unstarted = first === undefined && cannotStart(seen, startFailures(seen));
    if (unstarted)
        return unstarted;
    const what = first ? `${(0,diagnosis_diagnosis/* sayObject */.X)(first)}: ${first.message}${lastLine(first)}` : end.message;
    const policy = end.reason === 'PodFailurePolicy' ? ` (by the Job's podFailurePolicy: ${end.message})` : '';
    const tried = seen.pods.reduce((sum, pod) => sum + Math.max(1, ...(pod.status?.containerStatuses ?? []).map(row/* crashes */.sB)), 0);
    const tries = tried > 1 ? ` It was tried ${tried} times: ${end.message}.` : '';
    return {
        reason: first?.about === 'ended-pod' ? startReason(seen.purpose, first) : `${seen.purpose.reason}-failed`,
        message: `The ${seen.purpose.noun} failed: ${what}${policy}.${tries}`,
        diagnoses,
    };
}
function lastLine({ logs }) {
    const line = logs[0]?.lines.findLast((each) => each.trim() !== '');
    return line ? ` (its last line: ${(0,clip/* clip */.$Q)(line, 200)})` : '';
}
function startFailures({ pods, standstill, now }) {
    const found = pods.flatMap((pod) => (0,diagnose/* whyNotStarted */.hb)(pod, now));
    return found.length > 0 ? found : standstill;
}
function cannotStart(seen, reasons) {
    const diagnoses = reasons.map((each) => withTail(seen, each));
    const [worst] = diagnoses;
    if (worst === undefined)
        return undefined;
    const message = `The ${seen.purpose.noun} cannot start: ${(0,diagnosis_diagnosis/* sayObject */.X)(worst)}: ${worst.message}${lastLine(worst)}.`;
    return { reason: startReason(seen.purpose, worst), message, diagnoses };
}
function startReason({ reason }, { reason: own }) {
    return reason === 'migration' ? own : `${reason}-failed`;
}
function heldBy(diagnosis, purpose) {
    const { object, message } = diagnosis;
    return {
        reason: startReason(purpose, diagnosis),
        message: `${object}: ${message}.`,
        diagnoses: [{ ...diagnosis, logs: [], events: [] }],
    };
}
function overdue(seen) {
    return {
        reason: `${seen.purpose.reason}-timeout`,
        message: `The ${seen.purpose.noun} did not end within ${(0,duration/* sayDuration */.k)(seen.timeout)}, and the cluster did not stop it.`,
        diagnoses: evidenceOf(seen, '', false),
    };
}
function deleted(seen) {
    return {
        reason: `${seen.purpose.reason}-deleted`,
        message: `Job ${seen.job.metadata?.name} was deleted by somebody else before it had ended, so nobody knows how far it came.`,
        diagnoses: evidenceOf(seen, '', false),
    };
}
const advice = {
    migration: 'Read its last log lines, correct the migration, and run this again.',
    'verify-job': 'Read its last log lines; mend the image, or the Job.',
};
function evidenceOf(seen, said, wasStopped) {
    const isAtFault = (status) => (0,job_logs/* hasStarted */.gd)(status) &&
        ((0,row/* lastEnd */.WN)(status)?.exitCode !== 0 || (wasStopped && ranToDeadline(seen.job, status)));
    const found = seen.pods.map((pod) => {
        const statuses = (0,job_logs/* containerStatuses */.up)(pod).filter(isAtFault);
        const takenAway = (0,diagnose/* whyTakenAway */.it)(pod, seen.now);
        if (takenAway)
            return { takenAway: [interrupted(seen, takenAway, pod, statuses)], failed: [] };
        const failed = statuses.map((status) => failedContainer(seen, pod, status, said, wasStopped));
        return { takenAway: [], failed };
    });
    return [...found.flatMap(({ failed }) => failed), ...found.flatMap(({ takenAway }) => takenAway)];
}
function interrupted({ purpose, tail }, diagnosis, pod, statuses) {
    const { object, next } = diagnosis;
    const logs = statuses.map((status) => ({ object, lines: tail(pod, status) }));
    return {
        ...diagnosis,
        next: purpose.reason === 'migration'
            ? `${next} Find out how far the migration came before it is run again.`
            : next,
        hopeless: true,
        logs: logs.filter(({ lines }) => lines.length > 0),
        events: [],
    };
}
function failedContainer({ purpose, tail, now }, pod, status, said, wasStopped) {
    const end = (0,row/* lastEnd */.WN)(status);
    const object = `pod/${pod.metadata?.name}`;
    return {
        reason: `${purpose.reason}-${end ? 'failed' : 'timeout'}`,
        about: 'pod',
        object,
        others: [],
        count: 1,
        container: status.name,
        message: end ? howItEnded(end.exitCode, end.reason, wasStopped) : 'it was still running',
        said: end?.message ?? (end ? '' : said),
        next: advice[purpose.reason],
        since: now,
        hopeless: true,
        hasLog: true,
        logs: [{ object, lines: tail(pod, status) }],
        events: [],
    };
}
function ranToDeadline({ status, spec }, container) {
    const deadline = new Date(status?.startTime ?? 0).getTime() + (spec?.activeDeadlineSeconds ?? 0) * 1000;
    const finishedAt = (0,row/* lastEnd */.WN)(container)?.finishedAt;
    return finishedAt === undefined || new Date(finishedAt).getTime() >= deadline - 1000;
}
function howItEnded(code, reason, wasStopped) {
    if (reason === 'OOMKilled')
        return 'it was killed for using more memory than its limit';
    return wasStopped
        ? `it was still running, and was stopped (${(0,exit_code/* sayExit */.C)(code)})`
        : `it ended with ${(0,exit_code/* sayExit */.C)(code)}`;
}
function withTail({ pods, tail }, diagnosis) {
    const logs = [diagnosis.object, ...diagnosis.others].flatMap((object) => pods
        .filter(({ metadata }) => object === `pod/${metadata?.name}`)
        .flatMap((pod) => (0,job_logs/* containerStatuses */.up)(pod)
        .filter(({ name }) => name === diagnosis.container)
        .map((status) => ({ object, lines: tail(pod, status) }))));
    const told = diagnosis.hasLog ? logs.filter(({ lines }) => lines.length > 0) : [];
    return { ...diagnosis, logs: told, events: [] };
}

;// CONCATENATED MODULE: ./build/steps/migrate.js












const controllerSeconds = 30;
const catchUpSeconds = 3;
const attemptSeconds = 10;
async function createJob(run, job) {
    const { client, namespace, signal } = run;
    try {
        const held = await run.ensureLock();
        return await client.create(resources/* resources */.E.jobs, { namespace }, job, {
            fieldManager: marks/* fieldManager */.wM,
            signal,
            timeoutSeconds: Math.min(attemptSeconds, held / 2),
            patience: Math.min(attemptSeconds, held / 2),
            notAfter: run.clock.now() + (held / 2) * 1000,
            repeatable: true,
        });
    }
    catch (error) {
        if (!(error instanceof build_errors/* ApiError */.hD) || error.reason !== 'AlreadyExists')
            throw error;
        const there = await readJob(run, job.metadata?.name ?? '');
        if (there?.metadata?.labels?.[marks/* marks */.Z8.runId] !== job.metadata?.labels?.[marks/* marks */.Z8.runId])
            throw error;
        return there;
    }
}
async function readJob({ client, namespace, signal }, name) {
    const fieldSelector = `metadata.name=${name}`;
    const { items } = await client.list(resources/* resources */.E.jobs, { namespace, fieldSelector }, { signal });
    return items[0];
}
async function followJob(run, job, purpose = migration) {
    const watching = new AbortController();
    const follower = new JobFollower(run, job, purpose, AbortSignal.any([run.signal, watching.signal]));
    try {
        const { cause, kept } = await follower.toEnd();
        const began = cause === undefined || follower.mayHaveRun;
        return { cause: cause && (await (0,collect/* withEvents */.O)(run, cause)), kept, began };
    }
    finally {
        watching.abort();
    }
}
const migration = { reason: 'migration', noun: 'migration' };
class JobFollower {
    #run;
    #purpose;
    #signal;
    #name;
    #timeout;
    #pulse = new pulse/* Pulse */.S();
    #sightings = new diagnose/* Sightings */.lL();
    #pods = new Map();
    #gonePods = new Set();
    #events;
    #podEvents;
    #logs;
    #job;
    #gone = false;
    #isRemoved = false;
    #standstill = [];
    constructor(run, job, purpose, signal) {
        this.#run = run;
        this.#purpose = purpose;
        this.#job = job;
        this.#signal = signal;
        this.#name = job.metadata?.name ?? '';
        this.#timeout = job.spec?.activeDeadlineSeconds ?? run.inputs.migrationTimeout;
        this.#logs = new job_logs/* JobLogs */.DC(run, signal, (uid) => (this.#gone ? undefined : this.#pods.get(uid)));
        const { client, namespace } = run;
        const beat = () => this.#pulse.beat();
        this.#podEvents = new kubernetes_events/* ObjectEvents */.v8(client, namespace, signal, beat);
        const uid = job.metadata?.uid;
        const jobs = (0,watch/* mirror */.e)(client, resources/* resources */.E.jobs, { namespace, fieldSelector: `metadata.name=${this.#name}` }, {
            signal,
            onChange: (change) => {
                if (change.type === 'synced')
                    this.#gone = jobs.get(this.#name)?.metadata?.uid !== uid;
                else if (change.object.metadata?.uid === uid) {
                    this.#job = change.object;
                    this.#gone = change.type === 'deleted';
                }
                beat();
            },
        });
        const pods = (0,watch/* mirror */.e)(client, resources/* resources */.E.pods, { namespace, labelSelector: `batch.kubernetes.io/controller-uid=${uid}` }, {
            signal,
            onChange: (change) => {
                if (change.type !== 'synced')
                    this.#pods.set(change.object.metadata?.uid ?? '', change.object);
                if (change.type === 'applied')
                    this.#logs.follow(change.object);
                if (change.type === 'deleted')
                    this.#gonePods.add(change.object.metadata?.uid ?? '');
                beat();
            },
        });
        const events = (0,watch/* mirror */.e)(client, resources/* resources */.E.events, { namespace, fieldSelector: `involvedObject.uid=${uid}` }, { signal, onChange: beat, project: kubernetes_events/* told */.Ev });
        this.#events = () => events.items().sort((a, b) => b.lastSeen - a.lastSeen);
        for (const each of [jobs, pods])
            each.done.catch((error) => this.#pulse.fail(error));
    }
    get mayHaveRun() {
        const { failed = 0, succeeded = 0 } = this.#job.status ?? {};
        const pods = [...this.#pods.values()];
        const isSeen = this.#isRemoved || (jobEnd(this.#job) !== undefined && pods.length >= failed + succeeded);
        return !isSeen || pods.some((pod) => (0,job_logs/* containerStatuses */.up)(pod).some(job_logs/* hasStarted */.gd));
    }
    async toEnd() {
        const { clock } = this.#run;
        const grace = this.#job.spec?.template.spec?.terminationGracePeriodSeconds ?? 30;
        const deadline = clock.now() + (this.#timeout + grace + controllerSeconds) * 1000;
        for (;;) {
            const seen = this.#pulse.beats;
            const end = jobEnd(this.#job);
            if (end?.complete || (this.#gone && this.#wasSeenToSucceed())) {
                await this.#hearOut();
                return { cause: undefined, kept: !this.#gone };
            }
            if (end !== undefined) {
                await this.#hearOut();
                return { cause: failureOf(this.#seen(), end), kept: !this.#gone };
            }
            if (this.#gone)
                return { cause: deleted(this.#seen()), kept: false };
            const stuck = this.#stuck();
            if (stuck)
                return { cause: stuck, kept: !(await this.#removeUnlessRunning()) };
            if (clock.now() >= deadline) {
                const late = await this.#lastLook();
                if (late)
                    return late;
                return { cause: overdue(this.#seen()), kept: !(await this.#removeUnlessRunning()) };
            }
            await this.#pulse.wait(seen, 1, clock, this.#signal);
        }
    }
    async #hearOut() {
        try {
            await this.#catchUp();
            await this.#logs.drain();
        }
        catch {
        }
    }
    async #catchUp() {
        const { clock } = this.#run;
        const deadline = clock.now() + catchUpSeconds * 1000;
        for (;;) {
            const seen = this.#pulse.beats;
            const left = (deadline - clock.now()) / 1000;
            if (this.#gone || left <= 0 || this.#isEveryPodsEndSeen())
                return;
            await this.#pulse.wait(seen, left, clock, this.#signal);
        }
    }
    #isEveryPodsEndSeen() {
        const { failed = 0, succeeded = 0 } = this.#job.status ?? {};
        const pods = [...this.#pods].filter(([uid]) => !this.#gonePods.has(uid));
        return this.#pods.size >= Math.min(failed + succeeded, 1) && pods.every(([, pod]) => (0,ended/* hasEnded */.h)(pod));
    }
    #wasSeenToSucceed() {
        const meets = this.#job.status?.conditions?.some(({ type, status }) => type === 'SuccessCriteriaMet' && status === 'True');
        return meets === true || this.#events().some(({ reason }) => reason === 'Completed');
    }
    async #lastLook() {
        const job = await readJob(this.#run, this.#name);
        const end = job && jobEnd(job);
        if (end === undefined)
            return undefined;
        await this.#hearOut();
        return { cause: end.complete ? undefined : failureOf(this.#seen(), end), kept: true };
    }
    #stuck() {
        const now = this.#run.clock.now();
        const { failFast } = this.#run.inputs;
        const pods = [...this.#pods.values()];
        const held = (0,diagnose/* judgeJob */.JB)({ job: this.#job, pods }, `job/${this.#name}`, this.#sightings, now, failFast);
        if (held?.hopeless)
            return heldBy(held, this.#purpose);
        if (pods.some((pod) => pod.status?.containerStatuses?.some(job_logs/* hasStarted */.gd))) {
            this.#standstill = [];
            return undefined;
        }
        this.#podEvents.follow(pods);
        const creator = pods.length === 0 ? this.#creator() : undefined;
        const scene = { pods, creator, events: this.#podEvents.facts() };
        const verdict = (0,diagnose/* diagnose */.h4)(scene, this.#sightings, now, failFast);
        if (verdict.diagnoses.length > 0)
            this.#standstill = verdict.diagnoses;
        return verdict.hopeless ? cannotStart(this.#seen(), verdict.diagnoses) : undefined;
    }
    #creator() {
        const refusal = this.#events().find(({ reason }) => reason === 'FailedCreate');
        return refusal && { object: `job/${this.#name}`, words: refusal.message };
    }
    #seen() {
        return {
            purpose: this.#purpose,
            job: this.#job,
            pods: [...this.#pods.values()],
            standstill: this.#standstill,
            timeout: this.#timeout,
            tail: (pod, status) => this.#logs.tail(pod, status),
            now: this.#run.clock.now(),
        };
    }
    async #removeUnlessRunning() {
        const { client, namespace, signal, log } = this.#run;
        const there = [...this.#pods].filter(([podUid]) => !this.#gonePods.has(podUid));
        if (there.some(([, pod]) => isWorking(pod, this.#job)))
            return false;
        const uid = this.#job.metadata?.uid;
        try {
            await client.delete(resources/* resources */.E.jobs, { namespace, name: this.#name }, { propagationPolicy: 'Background', ...(uid && { preconditions: { uid } }), signal, repeatable: true });
            this.#isRemoved = true;
            return true;
        }
        catch (error) {
            signal.throwIfAborted();
            if (error instanceof build_errors/* ApiError */.hD && error.reason === 'NotFound')
                return true;
            log.line(`Job ${this.#name} could not be removed and may still start: ${(0,build_errors/* messageOf */.bD)(error)}`);
            return false;
        }
    }
}
function isWorking(pod, { spec }) {
    const { containers = [], initContainers = [] } = spec?.template.spec ?? {};
    const named = [...containers, ...initContainers.filter(({ restartPolicy }) => restartPolicy !== 'Always')];
    return (0,job_logs/* containerStatuses */.up)(pod).some(({ name, state }) => state?.running !== undefined && named.some((each) => each.name === name));
}

;// CONCATENATED MODULE: ./build/steps/migration.js








const lookSeconds = 2;
async function awaitOtherMigrations(run, wanted) {
    const { clock, inputs, log } = run;
    const deadline = clock.now() + inputs.lockTimeout * 1000;
    let waited = false;
    for (;;) {
        const running = await runningMigrations(run);
        const [other] = running;
        if (other === undefined)
            return { adopted: undefined, waited };
        const same = (job) => job?.metadata?.annotations?.[marks/* marks */.Z8.migration];
        if (running.length === 1 && same(other) !== undefined && same(other) === same(wanted)) {
            log.line(`Job ${other.metadata?.name} of an earlier run is this very migration, and still runs: following it.`);
            return { adopted: other, waited };
        }
        if (clock.now() >= deadline)
            return stillRunning(run, other);
        if (!waited)
            log.line(`Waiting for ${sayJob(other)}: two migrations must not run at once.`);
        waited = true;
        await clock.sleep(Math.min(lookSeconds, (deadline - clock.now()) / 1000), run.signal);
    }
}
async function runningMigrations({ client, namespace, inputs, signal }) {
    const ours = inputs.workloads.map(workloads_names/* sayWorkload */.j);
    const { items } = await client.list(resources/* resources */.E.jobs, { namespace, labelSelector: marks/* marks */.Z8.workload }, { signal });
    return items.filter((job) => ours.some((workload) => migrates(job, workload)) && jobEnd(job) === undefined);
}
function sayJob({ metadata }) {
    const run = metadata?.annotations?.[marks/* marks */.Z8.run];
    return `job/${metadata?.name}, the migration of ${run ? `run ${run}` : 'another run'}`;
}
function stillRunning({ namespace, inputs }, job) {
    const waited = inputs.lockTimeout > 0 ? ` after ${(0,duration/* sayDuration */.k)(inputs.lockTimeout)}` : '';
    return {
        result: 'locked',
        cause: {
            reason: 'migration-running',
            message: `${sayJob(job)}, still runs${waited}, and two migrations must not run at once.`,
            diagnoses: [],
        },
        next: [
            `See how it goes on: kubectl -n ${namespace} logs -f job/${job.metadata?.name}`,
            'Run this again once it has ended.',
        ],
    };
}
async function runMigration(run, plan, wanted, adopted) {
    const { journal, log } = run;
    const name = (adopted ?? wanted).metadata?.name ?? '';
    log.group(`Migration job/${name}`);
    const started = () => journal.add({ type: 'migration-started', job: name, image: plan.changes[0]?.to ?? '' });
    if (adopted)
        started();
    await run.saveIntent({ ...plan.intent, job: name });
    const job = adopted ?? (await createAndTell(run, wanted, started));
    const { cause, kept, began } = await followJob(run, job);
    journal.add({ type: 'migration-ended', job: name, cause, kept, began });
    log.endGroup();
    if (cause === undefined)
        return undefined;
    for (const line of (0,report_cause/* sayCause */.n)(withoutLogs(cause)))
        log.line(line);
    await run.saveIntent(undefined);
    return {
        result: 'migration-failed',
        cause,
        next: [
            ...new Set(cause.diagnoses.map(({ next }) => next)),
            ...(kept ? [`Look at the Job: kubectl -n ${run.namespace} describe job/${name}`] : []),
        ],
    };
}
function withoutLogs(cause) {
    return { ...cause, diagnoses: cause.diagnoses.map((each) => ({ ...each, logs: [] })) };
}
async function createAndTell(run, job, started) {
    try {
        const created = await createJob(run, job);
        started();
        return created;
    }
    catch (error) {
        if (!(error instanceof build_errors/* ApiError */.hD) || error.status >= 500)
            started();
        throw error;
    }
}

// EXTERNAL MODULE: ./build/kubernetes/workloads/init-containers.js
var init_containers = __webpack_require__(881);
// EXTERNAL MODULE: ./build/kubernetes/workloads/kinds.js + 3 modules
var kinds = __webpack_require__(6260);
// EXTERNAL MODULE: ./build/preflight/access.js
var access = __webpack_require__(212);
// EXTERNAL MODULE: ./build/preflight/preflight.js + 25 modules
var preflight = __webpack_require__(5860);
// EXTERNAL MODULE: external "node:net"
var external_node_net_ = __webpack_require__(7030);
// EXTERNAL MODULE: ./build/kubernetes/websocket.js
var websocket = __webpack_require__(9698);
;// CONCATENATED MODULE: ./build/kubernetes/port-forward.js



const portBytes = 2;
const channels = { data: 0, error: 1 };
const lingerMilliseconds = 10_000;
async function forwardPort(client, choose, { signal, onError }) {
    const sockets = new Set();
    const server = (0,external_node_net_.createServer)({ allowHalfOpen: true, pauseOnConnect: true }, (socket) => {
        sockets.add(socket);
        socket.on('error', () => { });
        socket.once('close', () => sockets.delete(socket));
        lead(socket).catch((error) => {
            if (!signal.aborted)
                onError((0,build_errors/* messageOf */.bD)(error));
            socket.destroy();
        });
    });
    const lead = async (socket) => {
        const target = await choose();
        const tunnel = await client.portForward(target, { signal });
        join(socket, tunnel, onError);
    };
    const close = () => {
        server.close();
        for (const socket of sockets)
            socket.destroy();
    };
    const { promise, resolve, reject } = Promise.withResolvers();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
        const address = server.address();
        resolve(typeof address === 'object' && address ? address.port : 0);
    });
    const port = await promise;
    signal.addEventListener('abort', close, { once: true });
    return {
        port,
        close() {
            signal.removeEventListener('abort', close);
            close();
        },
    };
}
function join(socket, tunnel, onError) {
    const begun = new Set();
    const give = (target, bytes, source) => {
        if (target.destroyed || target.write(bytes))
            return;
        source.pause();
        target.once('drain', () => source.resume());
    };
    const reader = new websocket/* FrameReader */.tS((opcode, payload) => {
        if (opcode === websocket/* opcodes */.Ez.ping)
            tunnel.write((0,websocket/* frame */.Gt)(websocket/* opcodes */.Ez.pong, payload));
        if (opcode === websocket/* opcodes */.Ez.close)
            tunnel.end((0,websocket/* frame */.Gt)(websocket/* opcodes */.Ez.close, payload));
        if (opcode !== websocket/* opcodes */.Ez.binary || payload.length === 0)
            return;
        const channel = payload[0] ?? 0;
        const isFirst = !begun.has(channel);
        begun.add(channel);
        const bytes = payload.subarray(1 + (isFirst ? portBytes : 0));
        if (bytes.length === 0)
            return;
        if (channel === channels.data)
            give(socket, bytes, tunnel);
        if (channel === channels.error)
            onError(bytes.toString('utf8').trim());
    });
    tunnel.on('data', (chunk) => {
        try {
            reader.write(chunk);
        }
        catch (error) {
            onError((0,build_errors/* messageOf */.bD)(error));
            tunnel.destroy();
        }
    });
    const linger = () => {
        socket.setTimeout(lingerMilliseconds, () => socket.destroy());
    };
    socket.on('data', (chunk) => give(tunnel, (0,websocket/* frame */.Gt)(websocket/* opcodes */.Ez.binary, Buffer.concat([Buffer.from([channels.data]), chunk])), socket));
    socket.once('end', linger);
    socket.once('close', () => {
        if (!tunnel.destroyed)
            tunnel.end((0,websocket/* frame */.Gt)(websocket/* opcodes */.Ez.close, Buffer.alloc(0)));
    });
    tunnel.on('error', () => { });
    tunnel.once('end', () => socket.end());
    tunnel.once('close', () => socket.end());
    socket.resume();
}

;// CONCATENATED MODULE: ./build/kubernetes/ports.js
function podPort(spec, port) {
    if (/^\d+$/.test(port))
        return Number(port);
    const { containers = [], initContainers = [] } = spec ?? {};
    const ports = [...containers, ...initContainers].flatMap(({ ports: all = [] }) => all);
    const found = ports.find(({ name }) => name === port);
    if (found)
        return found.containerPort;
    const names = ports.flatMap(({ name }) => (name ? [name] : []));
    throw new Error(`no container has a port named ${port}${names.length > 0 ? `; there are: ${names.join(', ')}` : ''}`);
}
function servicePort(service, port, pod) {
    const found = portOfService(service, port);
    if (service.spec?.clusterIP === 'None')
        return found.port;
    return podPort(pod, String(found.targetPort || found.port));
}
function portOfService({ spec }, port) {
    const ports = spec?.ports ?? [];
    const found = ports.find((each) => each.name === port || String(each.port) === port);
    if (found)
        return found;
    const all = ports.map((each) => (each.name ? `${each.port} (${each.name})` : `${each.port}`));
    throw new Error(`the Service has no port ${port}; it has: ${all.join(', ') || 'none'}`);
}

// EXTERNAL MODULE: ./build/kubernetes/workloads/selector.js
var selector = __webpack_require__(8155);
;// CONCATENATED MODULE: ./build/steps/verify-port.js







async function portProblemOf(run, observation) {
    const { port: target } = run.inputs.verification;
    const template = observation.view()?.workload.spec?.template;
    const [primary] = run.inputs.workloads;
    const isAsked = target !== undefined && (0,workloads_names/* sayWorkload */.j)(run.workload) === (0,workloads_names/* sayWorkload */.j)(primary);
    if (!isAsked || template === undefined)
        return undefined;
    try {
        if (target.kind === 'pod')
            podPort(template.spec, target.port);
        else
            await checkService(run, target.name, target.port, template);
        return undefined;
    }
    catch (error) {
        if (error instanceof build_errors/* ConnectionError */.Rc || (error instanceof build_errors/* ApiError */.hD && error.status >= 500))
            throw error;
        return error instanceof build_errors/* ApiError */.hD && error.status !== 404 ? undefined : (0,build_errors/* messageOf */.bD)(error);
    }
}
async function checkService({ client, namespace, signal }, name, port, template) {
    const service = await client.get(resources/* resources */.E.services, { namespace, name }, { signal });
    const selector = Object.entries(service.spec?.selector ?? {});
    if (selector.length === 0)
        throw new Error(noSelector);
    const isOurs = selector.every(([key, value]) => template.metadata?.labels?.[key] === value);
    if (isOurs)
        servicePort(service, port, template.spec);
    else
        portOfService(service, port);
}
const noSelector = 'the Service has no selector, so no pods of its own';
async function openPort(run, observation, target) {
    const name = target.kind === 'pod' ? `pod:${target.port}` : `service/${target.name}:${target.port}`;
    const chooser = new PortChooser(run, observation, target);
    try {
        const { pod, port } = await chooser.choose();
        const forward = await forwardPort(run.client, () => chooser.choose(), {
            signal: run.signal,
            onError: (message) => run.log.line(`(A connection to ${name} failed: ${message})`),
        });
        run.log.line(`Forwarding 127.0.0.1:${forward.port} to ${name} (pod/${pod}, port ${port})`);
        return { facts: addressOf(forward.port), close: () => forward.close() };
    }
    catch (error) {
        run.signal.throwIfAborted();
        const message = `The verify-port ${name} cannot be reached: ${(0,build_errors/* messageOf */.bD)(error)}.`;
        return { reason: 'verify-port-failed', message, diagnoses: [] };
    }
}
function addressOf(port) {
    const host = '127.0.0.1';
    return {
        SAFE_ROLLOUT_HOST: host,
        SAFE_ROLLOUT_PORT: `${port}`,
        SAFE_ROLLOUT_URL: `http://${host}:${port}`,
    };
}
class PortChooser {
    #run;
    #observation;
    #target;
    #chosen;
    constructor(run, observation, target) {
        this.#run = run;
        this.#observation = observation;
        this.#target = target;
    }
    async choose() {
        const ready = this.#ourReadyPods();
        if (this.#chosen && ready.has(this.#chosen.pod))
            return this.#chosen;
        this.#chosen =
            this.#target.kind === 'pod'
                ? this.#ofPod(ready, this.#target.port)
                : await this.#ofService(ready, this.#target.name, this.#target.port);
        return this.#chosen;
    }
    #ofPod(ready, port) {
        const [pod] = ready;
        if (pod === undefined)
            throw new Error('no pod of the rollout is ready');
        const template = this.#observation.view()?.workload.spec?.template;
        return { namespace: this.#run.namespace, pod, port: podPort(template?.spec, port) };
    }
    async #ofService(ready, name, port) {
        const { client, namespace, signal } = this.#run;
        const service = await client.get(resources/* resources */.E.services, { namespace, name }, { signal });
        const labelSelector = (0,selector/* selectorText */.n)({ matchLabels: service.spec?.selector ?? {} });
        if (labelSelector === '')
            throw new Error(noSelector);
        const { items } = await client.list(resources/* resources */.E.pods, { namespace, labelSelector }, { signal });
        const serving = items.filter(isServing);
        const pod = serving.find(({ metadata }) => ready.has(metadata?.name ?? '')) ?? serving[0];
        if (pod === undefined)
            throw new Error('no pod behind the Service is ready');
        return { namespace, pod: pod.metadata?.name ?? '', port: servicePort(service, port, pod.spec) };
    }
    #ourReadyPods() {
        const { kind } = this.#observation;
        const view = this.#observation.view();
        const revision = view && kind.current(view);
        const pods = view && revision ? kind.podsOf(view, revision) : [];
        return new Set(pods.filter(isServing).map(({ metadata }) => metadata?.name ?? ''));
    }
}
function isServing(pod) {
    return (0,diagnose/* isReady */.i_)(pod) && pod.metadata?.deletionTimestamp === undefined;
}

;// CONCATENATED MODULE: ./build/steps/preflight.js











async function reviewAccess(runs) {
    const asked = new Map();
    return Promise.all(runs.map((run) => {
        const { migration, verification, watch } = run.inputs;
        const { kind, name } = run.workload;
        const proof = {
            job: verification.job !== undefined,
            port: verification.port?.kind,
            service: watch?.address.kind === 'service' ? watch.address.id : undefined,
        };
        const needs = (0,access/* neededAccess */.EQ)(kind, migration !== undefined, name, (0,lock/* lockName */.l4)(run.workload), proof);
        return Promise.all(needs.map((need) => {
            const key = JSON.stringify(need);
            const answer = asked.get(key) ?? review(run, need);
            asked.set(key, answer);
            return answer;
        }));
    }));
}
const mostReviews = 2;
const reviewSeconds = 2;
async function review(run, need) {
    const [resource, subresource] = need.resource.split('/');
    const body = {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        spec: {
            resourceAttributes: {
                namespace: run.namespace,
                verb: need.verb,
                group: need.group,
                ...(resource && { resource }),
                ...(subresource && { subresource }),
                ...(need.name && { name: need.name }),
            },
        },
    };
    for (let attempt = 1;; attempt++) {
        const answer = await run.client.create(resources/* resources */.E.selfSubjectAccessReviews, {}, body, {
            signal: run.signal,
            repeatable: true,
        });
        const allowed = answer.status?.allowed ?? false;
        if (allowed || attempt >= mostReviews)
            return { ...need, allowed };
        await run.clock.sleep(reviewSeconds, run.signal);
    }
}
async function siblingsOf(run) {
    try {
        const { items } = await run.client.list(kinds/* kinds */.E[run.workload.kind].resource, { namespace: run.namespace, limit: 500 }, { signal: run.signal });
        return items.map(({ metadata }) => metadata?.name ?? '');
    }
    catch (error) {
        if (error instanceof build_errors/* ApiError */.hD)
            return [];
        throw error;
    }
}
async function rehearse(run, observation, patch, jobs) {
    if (patch === undefined && jobs.migration === undefined && jobs.verification === undefined)
        return undefined;
    const { client, namespace, signal } = run;
    const dryRun = { dryRun: true, fieldManager: marks/* fieldManager */.wM, signal, repeatable: true };
    const create = (job) => job &&
        refusalOf(client.create(resources/* resources */.E.jobs, { namespace }, job, { ...dryRun, fieldValidation: 'Strict' }));
    const [patched, migration, verification, portProblem] = await Promise.all([
        patch &&
            refusalOf(client.patch(observation.kind.resource, { namespace, name: run.workload.name }, patch, dryRun)),
        create(jobs.migration),
        create(jobs.verification),
        portProblemOf(run, observation),
    ]);
    return {
        patched: patched?.value,
        patchRefusal: patched?.refusal,
        migrationRefusal: migration?.refusal,
        verificationRefusal: verification?.refusal,
        portProblem,
    };
}
function judgeFacts(run, read, locked) {
    return (0,preflight/* judge */.S)({
        command: run.inputs.command,
        workload: (0,workloads_names/* sayWorkload */.j)(run.workload),
        kind: run.workload.kind,
        namespace: run.namespace,
        missing: read.missing,
        found: read.found,
        siblings: read.siblings,
        access: read.access,
        patchRefusal: read.rehearsal?.patchRefusal,
        isPaceLost: isPaceLost(read.rehearsal?.patched, read.plan?.pace),
        migrationRefusal: read.rehearsal?.migrationRefusal,
        verificationRefusal: read.rehearsal?.verificationRefusal,
        portProblem: read.rehearsal?.portProblem,
        unwell: read.unwell,
    }, run.inputs.preflight, run.inputs.preflightIgnore, locked);
}
function isPaceLost(patched, pace) {
    return patched !== undefined && pace !== undefined && !(0,workloads_pace/* bearsPace */.V1)(patched, pace);
}
function factsOf(kind, view, health, draft) {
    const template = draft.ok ? draft.template : view.workload.spec?.template;
    const changed = draft.ok ? draft.changes.map(({ container }) => container) : [];
    return {
        paused: kind.paused(view.workload),
        replicas: kind.replicas(view.workload),
        kept: kind.kept(view.workload),
        onDelete: kind.onDelete(view.workload),
        status: health.status,
        settled: health.settled,
        verdict: health.verdict,
        undoTo: (draft.ok ? draft.undoTo : undefined)?.number ?? health.undoTo?.number,
        plan: draft,
        initMigrations: (0,init_containers/* initMigrations */.qH)(template?.spec ?? { containers: [] }, changed),
    };
}
async function refusalOf(request) {
    try {
        return { value: await request };
    }
    catch (error) {
        if (error instanceof build_errors/* ApiError */.hD && error.status < 500)
            return { refusal: error.message };
        throw error;
    }
}

// EXTERNAL MODULE: ./build/steps/records.js
var records = __webpack_require__(1706);
// EXTERNAL MODULE: ./build/steps/conclude.js
var conclude = __webpack_require__(2883);
// EXTERNAL MODULE: ./build/kubernetes/workloads/digests.js
var digests = __webpack_require__(741);
// EXTERNAL MODULE: ./build/kubernetes/workloads/restarts.js
var restarts = __webpack_require__(342);
// EXTERNAL MODULE: ./build/diagnosis/rows/crash.js
var crash = __webpack_require__(3609);
// EXTERNAL MODULE: ./build/diagnosis/rows/placement.js
var placement = __webpack_require__(717);
;// CONCATENATED MODULE: ./build/diagnosis/dip.js







const blinkSeconds = 3;
class Dips {
    #ready = new Map();
    #unreadySince = new Map();
    #ended;
    constructor(pods) {
        this.#ended = new Set(pods.filter(ended/* hasEnded */.h).map(uidOf));
        for (const pod of pods)
            this.#meet(pod);
    }
    look(pods, verdict, now) {
        for (const pod of pods) {
            const dip = this.#dipOf(pod, verdict, now);
            if (dip)
                return dip;
        }
        const crash = verdict.diagnoses.find(({ reason, hopeless }) => hopeless && crashReasons.has(reason));
        return crash && dip('restarted-after-rollout', crash);
    }
    #dipOf(pod, verdict, now) {
        const uid = uidOf(pod);
        const found = foundIn(verdict, pod);
        if (found && isEvicted(pod, found) && !this.#ended.has(uid))
            return dip('evicted-after-rollout', { ...found, about: 'pod' });
        if (pod.metadata?.deletionTimestamp !== undefined || (0,ended/* hasEnded */.h)(pod))
            return undefined;
        const before = this.#ready.get(uid);
        if (before === undefined) {
            this.#meet(pod);
            return undefined;
        }
        const restart = (0,restarts/* restartsOf */.w)(pod).find(({ container, count }) => count > (before.get(container) ?? 0));
        if (restart)
            return dip('restarted-after-rollout', crashed(pod, restart, verdict, now));
        if ((0,diagnose/* isReady */.i_)(pod) || isTakenAway(pod)) {
            this.#unreadySince.delete(uid);
            return undefined;
        }
        const since = this.#unreadySince.get(uid) ?? now;
        this.#unreadySince.set(uid, since);
        if (now - since < blinkSeconds * 1000)
            return undefined;
        return dip('unready-after-rollout', found ?? unready(pod, since));
    }
    #meet(pod) {
        if (!(0,diagnose/* isReady */.i_)(pod))
            return;
        this.#ready.set(uidOf(pod), new Map((0,restarts/* restartsOf */.w)(pod).map(({ container, count }) => [container, count])));
    }
}
const crashReasons = new Set(crash/* crashRows */.v.map(({ reason }) => reason));
const words = {
    'restarted-after-rollout': 'a container ended after the rollout was complete',
    'unready-after-rollout': 'a pod was no longer ready after the rollout was complete',
    'evicted-after-rollout': 'a pod was evicted after the rollout was complete',
};
function dip(reason, diagnosis) {
    const what = words[reason];
    const message = `${what[0]?.toUpperCase()}${what.slice(1)}: ${(0,diagnosis_diagnosis/* sayObject */.X)(diagnosis)}: ${diagnosis.message}.`;
    return { reason, message, diagnosis };
}
function uidOf({ metadata }) {
    return metadata?.uid ?? '';
}
function isEvicted(pod, found) {
    const { phase, reason } = pod.status ?? {};
    if (phase === 'Succeeded')
        return found.reason === 'evicted' && (0,placement/* disruption */.e0)(pod, ['EvictionByEvictionAPI']) === undefined;
    return phase === 'Failed' && reason === 'Evicted';
}
function isTakenAway({ spec, status }) {
    const isTrue = (type) => status?.conditions?.some((each) => each.type === type && each.status === 'True') ?? false;
    const areGatesMet = (spec?.readinessGates ?? []).every(({ conditionType }) => isTrue(conditionType));
    const containers = status?.containerStatuses ?? [];
    const areReady = containers.length > 0 && containers.every(({ ready }) => ready);
    return isTrue('DisruptionTarget') || (areReady && areGatesMet);
}
function foundIn({ diagnoses }, { metadata }) {
    const object = `pod/${metadata?.name}`;
    const found = diagnoses.find((each) => each.object === object || each.others.includes(object));
    return found && { ...found, object, others: [], count: 1 };
}
function crashed(pod, { container, end, runs }, verdict, now) {
    const found = foundIn(verdict, pod);
    if (found && !runs && found.container === container && crashReasons.has(found.reason))
        return { ...found, previous: true };
    const isMemory = end?.reason === 'OOMKilled';
    const row = crash/* crashRows */.v.find(({ reason }) => reason === (isMemory ? 'out-of-memory' : 'crash'));
    return {
        ...plain(pod, now),
        reason: isMemory ? 'out-of-memory' : end?.exitCode === 0 ? 'exited' : 'crash',
        container,
        message: isMemory
            ? 'it was killed for using more memory than its limit'
            : end
                ? `it ended with ${(0,exit_code/* sayExit */.C)(end.exitCode)}`
                : 'it was started again',
        said: end?.message ?? '',
        next: row?.next ?? '',
        hasLog: true,
        previous: true,
    };
}
function unready(pod, since) {
    const status = pod.status?.containerStatuses?.find(({ ready }) => !ready);
    return {
        ...plain(pod, since),
        reason: 'not-ready',
        container: status?.name,
        message: 'it is not ready',
        next: 'See what its readiness probe answers, and why, in its last log lines.',
        hasLog: status !== undefined,
    };
}
function plain(pod, since) {
    return {
        reason: '',
        about: 'pod',
        object: `pod/${pod.metadata?.name}`,
        others: [],
        count: 1,
        message: '',
        said: '',
        next: '',
        since,
        hopeless: true,
        hasLog: false,
    };
}

// EXTERNAL MODULE: ./build/kubernetes/workloads/last-change.js
var last_change = __webpack_require__(2539);
// EXTERNAL MODULE: ./build/steps/apply-patch.js
var apply_patch = __webpack_require__(8195);
// EXTERNAL MODULE: ./build/steps/look.js
var look = __webpack_require__(909);
;// CONCATENATED MODULE: ./build/steps/bake.js












const newsSeconds = 60;
const mostPods = 2;
class Vigil {
    #run;
    #baked;
    #name;
    #sightings = new diagnose/* Sightings */.lL();
    #dips;
    #readyBefore;
    constructor(run, baked) {
        this.#run = run;
        this.#baked = baked;
        this.#name = (0,workloads_names/* sayWorkload */.j)(run.workload);
        const pods = this.#pods(baked.observation.view());
        this.#dips = new Dips(this.#podsAndLost(baked.observation.view()));
        this.#readyBefore = pods.filter(diagnose/* isReady */.i_).length;
    }
    async keep(seconds, until) {
        const { clock, client, namespace, log } = this.#run;
        const { observation, patience } = this.#baked;
        const began = clock.now();
        const watching = new AbortController();
        const signal = AbortSignal.any([until, this.#run.signal]);
        const podEvents = new kubernetes_events/* ObjectEvents */.v8(client, namespace, AbortSignal.any([signal, watching.signal]), () => { });
        let toldAt = began;
        try {
            for (;;) {
                signal.throwIfAborted();
                const seen = observation.changes;
                const end = this.#look(observation.view(), podEvents);
                if (end.kind !== 'complete')
                    return end;
                const elapsed = (clock.now() - began) / 1000;
                const { ready, isEnough } = this.#availability(observation.view());
                if (elapsed >= seconds && isEnough) {
                    const view = await this.#fresh(signal);
                    const last = this.#look(view, podEvents);
                    if (last.kind !== 'complete')
                        return last;
                    if (this.#availability(view).isEnough)
                        return this.#withOneImage(last, view);
                }
                if (elapsed >= seconds + patience)
                    return this.#unavailable(end.revision, podEvents);
                if (Number.isFinite(seconds) && clock.now() - toldAt >= newsSeconds * 1000) {
                    toldAt = clock.now();
                    log.line(`${(0,duration/* sayDuration */.k)(elapsed)} of ${(0,duration/* sayDuration */.k)(seconds)}: ${ready} ready, nothing has restarted`);
                }
                const left = elapsed < seconds ? seconds - elapsed : 1;
                await observation.changed(seen, Math.min(1, left));
            }
        }
        finally {
            watching.abort();
        }
    }
    withPods(trouble) {
        const [first] = trouble.diagnoses;
        if (first === undefined)
            return trouble;
        const container = this.#baked.images[0]?.container;
        const pods = this.#pods(this.#baked.observation.view()).filter(diagnose/* isReady */.i_).slice(0, mostPods);
        const diagnoses = pods.map(({ metadata }) => ({
            reason: first.reason,
            about: 'pod',
            object: `pod/${metadata?.name}`,
            others: [],
            count: 1,
            container,
            message: 'it is ready',
            said: '',
            next: first.next,
            since: first.since,
            hopeless: false,
            hasLog: true,
        }));
        return { ...trouble, diagnoses: [...trouble.diagnoses, ...diagnoses] };
    }
    async #fresh(signal) {
        const { client, namespace, workload } = this.#run;
        const { observation, patience } = this.#baked;
        const view = observation.view();
        if (view === undefined)
            return undefined;
        const { kind } = observation;
        const labelSelector = kind.selector(view.workload);
        const [now, pods] = await Promise.all([
            (0,apply_patch/* readIfThere */.q)({ ...this.#run, signal }, kind, workload.name, patience),
            client.list(resources/* resources */.E.pods, { namespace, labelSelector }, { signal, patience }),
        ]);
        if (now?.metadata?.uid !== view.workload.metadata?.uid)
            return undefined;
        return now && { ...view, workload: now, pods: pods.items.map(observe/* slim */.q_) };
    }
    #withOneImage(end, view) {
        const { observation, images } = this.#baked;
        const verdict = (0,digests/* judgeImages */.Mk)(view ? (0,look/* presentPods */.O_)(observation.kind, view) : [], images);
        if (verdict.state !== 'wrong')
            return end;
        return { kind: 'failed', revision: end.revision, trouble: { ...verdict, diagnoses: [] } };
    }
    #look(view, podEvents) {
        const { observation, ours } = this.#baked;
        if (view === undefined) {
            const message = `${this.#name} was deleted after its rollout was complete.`;
            return { kind: 'superseded', reason: 'deleted', message };
        }
        const revision = observation.kind.current(view);
        if (!view.workload.spec || !ours.has((0,workloads_template/* templateDigest */.pd)(view.workload.spec.template)) || !revision) {
            const author = (0,last_change/* lastChangeOf */.k)(view.workload, this.#run.github.url);
            const message = `${this.#name} was changed by ${author} after its rollout was complete.`;
            return { kind: 'superseded', reason: 'superseded', message };
        }
        const pods = this.#podsAndLost(view);
        podEvents.follow((0,diagnose/* worthAsking */.qe)(pods, kubernetes_events/* mostObjects */.Cn));
        const verdict = this.#verdict(view, podEvents);
        const dip = this.#dips.look(pods, verdict, this.#run.clock.now());
        if (dip === undefined)
            return { kind: 'complete', revision };
        const { reason, message, diagnosis } = dip;
        return { kind: 'failed', revision, trouble: { reason, message, diagnoses: [diagnosis] } };
    }
    #verdict(view, podEvents) {
        const { kind } = this.#baked.observation;
        const revision = kind.current(view);
        const scene = {
            pods: this.#podsAndLost(view),
            creator: revision && kind.creator(view, revision),
            events: podEvents.facts(),
        };
        return (0,diagnose/* diagnose */.h4)(scene, this.#sightings, this.#run.clock.now(), this.#run.inputs.failFast);
    }
    #unavailable(revision, podEvents) {
        const view = this.#baked.observation.view();
        const diagnoses = view ? this.#verdict(view, podEvents).diagnoses : [];
        const { ready } = this.#availability(view);
        const message = `After the rollout was complete, pods were taken away and not replaced in time: ${ready} of ${this.#readyBefore} are ready.`;
        return {
            kind: 'failed',
            revision,
            trouble: { reason: 'unavailable-after-rollout', message, diagnoses },
        };
    }
    #availability(view) {
        const { observation } = this.#baked;
        const ready = this.#pods(view).filter(diagnose/* isReady */.i_).length;
        const wanted = view && observation.kind.replicas(view.workload);
        const isEnough = wanted === undefined && view !== undefined
            ? observation.kind.status(view).state === 'complete'
            : ready >= Math.min(this.#readyBefore, wanted ?? 0);
        return { ready, isEnough };
    }
    #podsAndLost(view) {
        const { kind } = this.#baked.observation;
        return [...this.#pods(view), ...(view ? (0,look/* lostPods */.TE)(kind, view, kind.current(view)) : [])];
    }
    #pods(view) {
        const { kind } = this.#baked.observation;
        const revision = view && kind.current(view);
        return view && revision ? kind.podsOf(view, revision) : [];
    }
}

;// CONCATENATED MODULE: ./build/steps/standards.js
const standards = {
    deploy: {
        addressFirst: true,
        usersIn: ['during', 'after'],
        usualIsWell: true,
        images: true,
        wantsOut: false,
    },
    rollback: { addressFirst: false, usersIn: ['after'], usualIsWell: false, images: false, wantsOut: true },
};
function standardsOf({ command }) {
    return standards[command];
}

// EXTERNAL MODULE: external "node:timers/promises"
var promises_ = __webpack_require__(8500);
// EXTERNAL MODULE: ./node_modules/@actions/exec/lib/exec.js + 3 modules
var exec = __webpack_require__(1260);
// EXTERNAL MODULE: ./build/kubernetes/lines.js
var lines = __webpack_require__(8462);
;// CONCATENATED MODULE: ./build/shell.js




const endSeconds = 2;
const drainSeconds = 1;
const longestLine = 16 * 1024;
const shells = [
    { program: 'bash', start: ['--noprofile', '--norc'], run: ['--noprofile', '--norc', '-eo', 'pipefail'] },
    { program: 'sh', start: [], run: ['-e'] },
];
const inGroup = `
begin='echo "$1$$"; shift; exec "$@"'
exec 3>&1 4>&2 >/dev/null 2>&1
if command -v setsid
then
  setsid "$0" -c "$begin" "$0" - "$@" </dev/null >&3 2>&4 3>&- 4>&-
else
  set -m
  case $- in *m*) sign=- ;; *) sign= ;; esac
  "$0" -c "$begin" "$0" "$sign" "$@" </dev/null >&3 2>&4 3>&- 4>&- &
  wait "$!"
fi
exit "$?"
`;
async function runScript(script, options) {
    options.signal.throwIfAborted();
    let failure = { kind: 'not-started', message: 'there is no shell' };
    for (const { program, start, run } of shells) {
        const { BASH_ENV, ...env } = options.env;
        const withSettings = BASH_ENV ? ['env', `BASH_ENV=${BASH_ENV}`] : [];
        const words = [...start, '-c', inGroup, program, ...withSettings, program, ...run, '-c', script];
        const end = await runShell(program, words, { ...options, env });
        if (end.kind !== 'not-started')
            return end;
        failure = end;
    }
    return failure;
}
async function runShell(program, words, { env, timeout, signal, onLine }) {
    const over = new AbortController();
    const group = Promise.withResolvers();
    let isFirst = true;
    const tell = (line) => {
        if (!over.signal.aborted)
            onLine(line);
    };
    const errors = new lines/* LineSplitter */.g(tell, longestLine);
    const output = new lines/* LineSplitter */.g((line) => {
        if (!isFirst)
            return tell(line);
        isFirst = false;
        if (/^-?[1-9]\d*$/.test(line) && Math.abs(Number(line)) > 1)
            group.resolve(Number(line));
    }, longestLine);
    const ended = (0,exec/* exec */.m)(program, words, {
        env: Object.fromEntries(Object.entries(env).filter((each) => each[1] !== undefined)),
        silent: true,
        ignoreReturnCode: true,
        delay: drainSeconds * 1000,
        listeners: { stdout: (chunk) => output.write(chunk), stderr: (chunk) => errors.write(chunk) },
    }).then((code) => ({ kind: 'exited', code }), (error) => ({ kind: 'not-started', message: (0,build_errors/* messageOf */.bD)(error) }));
    const late = AbortSignal.timeout(timeout * 1000);
    const stop = AbortSignal.any([signal, late]);
    const stopped = Promise.withResolvers();
    const onStop = () => void endGently(group.promise, over.signal).then(() => stopped.resolve({ kind: 'timeout' }));
    stop.addEventListener('abort', onStop, { once: true });
    if (stop.aborted)
        onStop();
    const end = await Promise.race([ended, stopped.promise]);
    stop.removeEventListener('abort', onStop);
    for (const splitter of [output, errors])
        splitter.end();
    over.abort();
    if (end.kind === 'not-started')
        return end;
    void group.promise.then((id) => id < 0 && kill(id, 'SIGKILL'));
    signal.throwIfAborted();
    return late.aborted ? { kind: 'timeout' } : end;
}
async function endGently(group, ended) {
    const wait = (seconds) => (0,promises_.setTimeout)(seconds * 1000, undefined, { signal: ended }).catch(() => { });
    void group.then((id) => kill(id, 'SIGTERM'));
    await wait(endSeconds);
    void group.then((id) => kill(id, 'SIGKILL'));
    await wait(drainSeconds);
}
function kill(id, signal) {
    if (process.platform === 'win32')
        return;
    try {
        process.kill(id, signal);
    }
    catch {
    }
}

;// CONCATENATED MODULE: ./build/steps/verify-command.js





const keptLines = 50;
async function verifyByCommand(run, facts) {
    const { command, timeout } = run.inputs.verification;
    const lines = [];
    const end = await runScript(command, {
        env: { ...handedOn(run.environment), ...facts },
        timeout,
        signal: run.signal,
        onLine: (line) => {
            lines.push(line);
            if (lines.length > keptLines)
                lines.shift();
            run.log.line(line);
        },
    });
    return troubleOf(end, lines, timeout, run.clock.now());
}
function verify_command_factsOf({ workload, namespace }, plan) {
    const { observation, changes, intent } = plan;
    const [first] = changes;
    const view = observation.view();
    const revision = view && observation.kind.current(view)?.number;
    return {
        SAFE_ROLLOUT_WORKLOAD: (0,workloads_names/* sayWorkload */.j)(workload),
        SAFE_ROLLOUT_NAMESPACE: namespace,
        SAFE_ROLLOUT_IMAGE: first?.to ?? '',
        SAFE_ROLLOUT_PREVIOUS_IMAGE: first?.from ?? '',
        SAFE_ROLLOUT_REVISION: `${revision ?? ''}`,
        SAFE_ROLLOUT_PREVIOUS_REVISION: `${intent.undoTo?.number ?? ''}`,
    };
}
const ownVariables = /^(INPUT_|STATE_|GITHUB_STATE$|GITHUB_OUTPUT$|ACTIONS_RUNTIME_TOKEN$)/i;
function handedOn(environment) {
    return Object.fromEntries(Object.entries(environment).filter(([name]) => !ownVariables.test(name)));
}
function troubleOf(end, lines, timeout, now) {
    if (end.kind === 'exited' && end.code === 0)
        return undefined;
    const reason = end.kind === 'timeout' ? 'verify-command-timeout' : 'verify-command-failed';
    const what = verify_command_howItEnded(end, timeout);
    const last = lines.findLast((line) => line.trim() !== '');
    const said = last ? ` (its last line: ${(0,clip/* clip */.$Q)(last.trim(), 200)})` : '';
    return {
        reason,
        message: `The verify-command ${what}${said}.`,
        diagnoses: [evidence(reason, what, lines, now)],
    };
}
function verify_command_howItEnded(end, timeout) {
    switch (end.kind) {
        case 'exited':
            return `ended with ${(0,exit_code/* sayExit */.C)(end.code)}`;
        case 'timeout':
            return `did not end within ${(0,duration/* sayDuration */.k)(timeout)}, and was ended`;
        case 'not-started':
            return `could not be started (${end.message})`;
    }
}
function evidence(reason, what, lines, now) {
    const object = 'verify-command';
    const diagnosis = {
        reason,
        about: 'workload',
        object,
        others: [],
        count: 1,
        message: `it ${what}`,
        said: '',
        next: 'Read what it printed last; mend the image, or the command.',
        since: now,
        hopeless: true,
        hasLog: false,
    };
    return { ...diagnosis, logs: lines.length > 0 ? [{ object, lines }] : [], events: [], streamed: true };
}

;// CONCATENATED MODULE: ./build/steps/verify-job.js



const purpose = { reason: 'verify-job', noun: 'verification' };
const removeSeconds = 3;
async function verifyByJob(run, job) {
    const name = job.metadata?.name ?? '';
    try {
        const { cause } = await followJob(run, await createJob(run, job), purpose);
        return cause && { ...cause, diagnoses: cause.diagnoses.map((each) => ({ ...each, streamed: true })) };
    }
    catch (error) {
        if (run.signal.aborted)
            await remove(run, name);
        run.signal.throwIfAborted();
        const message = `The verify-job ${name} could not be followed to its end: ${(0,build_errors/* messageOf */.bD)(error)}`;
        return { reason: 'verify-job-failed', message, diagnoses: [] };
    }
}
async function remove({ client, namespace, log }, name) {
    const signal = AbortSignal.timeout(removeSeconds * 1000);
    const options = { propagationPolicy: 'Background', signal, patience: 0, repeatable: true };
    try {
        await client.delete(resources/* resources */.E.jobs, { namespace, name }, options);
        log.line(`Job ${name} was removed.`);
    }
    catch (error) {
        if (error instanceof build_errors/* ApiError */.hD && error.status === 404)
            return;
        log.line(`(Job ${name} could not be removed, and goes on to its own end: ${(0,build_errors/* messageOf */.bD)(error)})`);
    }
}

;// CONCATENATED MODULE: ./build/steps/prove.js







async function prove(run, rollouts, ends) {
    const { command, bakeTime } = run.inputs.verification;
    const { changed, job } = rollouts;
    if (job === undefined && command === '' && bakeTime === 0)
        return ends;
    if (ends.some((end) => end?.kind !== 'complete'))
        return ends;
    for (const [index, { run: each }] of changed.entries()) {
        const end = ends[index];
        if (end?.kind === 'complete')
            each.journal.add({ type: 'rollout-completed', revision: end.revision.number });
    }
    run.log.endGroup();
    const worse = await proveAll(run, rollouts);
    return worse
        ? ends.map((end, index) => (index === worse.index % ends.length ? withRevision(worse.end, end) : end))
        : ends;
}
function withRevision(end, before) {
    return end.kind === 'failed' && before?.kind === 'complete' ? { ...end, revision: before.revision } : end;
}
async function proveAll(run, rollouts) {
    const { timeout, verification } = run.inputs;
    const { bakeTime } = verification;
    try {
        const vigils = rollouts.changed.map(({ run: each, plan, set }) => new Vigil(each, {
            observation: plan.observation,
            images: standardsOf(run.inputs).images ? (0,digests/* wantedImages */.mo)(plan.changes) : [],
            ours: new Set(set.intent.ours),
            patience: timeout,
        }));
        const keepers = rollouts.users ? [...vigils, keeperOf(run, rollouts.users)] : vigils;
        for (const proof of proofsOf(run, rollouts)) {
            const worse = await told(run, proof.title, () => under(run, rollouts.lead.run, vigils, keepers, proof));
            if (worse)
                return worse;
        }
        if (bakeTime === 0)
            return await keepAll(keepers, 0, run.signal);
        return await told(run, 'Bake', () => keepAll(keepers, bakeTime, run.signal));
    }
    catch (error) {
        for (const { run: each } of [{ run }, ...rollouts.changed])
            each.signal.throwIfAborted();
        const message = `The rollout could not be watched after it was complete: ${(0,build_errors/* messageOf */.bD)(error)}`;
        const trouble = { reason: 'watch-failed', message, diagnoses: [] };
        return { index: 0, end: { kind: 'failed', revision: undefined, trouble } };
    }
}
function proofsOf(run, { lead, job }) {
    const { command } = run.inputs.verification;
    const title = `Verify job/${job?.metadata?.name}`;
    return [
        ...(job ? [{ title, prove: (under) => verifyByJob(under, job) }] : []),
        ...(command === ''
            ? []
            : [{ title: 'Verify command', prove: (under) => verifyAtPort(under, lead.plan) }]),
    ];
}
async function verifyAtPort(run, plan) {
    const { port } = run.inputs.verification;
    const facts = verify_command_factsOf(run, plan);
    if (port === undefined)
        return verifyByCommand(run, facts);
    const open = await openPort(run, plan.observation, port);
    if ('reason' in open)
        return open;
    try {
        return await verifyByCommand(run, { ...facts, ...open.facts });
    }
    finally {
        open.close();
    }
}
async function under({ log, journal }, lead, vigils, keepers, proof) {
    const over = new AbortController();
    const signal = AbortSignal.any([lead.signal, over.signal]);
    const watch = keepAll(keepers, Number.POSITIVE_INFINITY, signal);
    const work = proof.prove({ ...lead, log, journal, signal });
    try {
        const first = await Promise.race([work.then((trouble) => ({ trouble })), watch]);
        if (first === undefined || 'index' in first)
            return first;
        const { trouble } = first;
        const [vigil] = vigils;
        const withPods = trouble && (vigil?.withPods(trouble) ?? trouble);
        return withPods && { index: 0, end: { kind: 'failed', revision: undefined, trouble: withPods } };
    }
    finally {
        over.abort(new Error('It is over.'));
        await Promise.allSettled([watch, work]);
    }
}
async function keepAll(keepers, seconds, signal) {
    const over = new AbortController();
    const both = AbortSignal.any([signal, over.signal]);
    let first;
    const watches = keepers.map(async (keeper, index) => {
        try {
            const end = await keeper.keep(seconds, both);
            if (end === undefined || end.kind === 'complete')
                return;
            first ??= { worse: { index, end } };
        }
        catch (error) {
            first ??= { error };
        }
        over.abort(new Error('It is over.'));
    });
    await Promise.all(watches);
    return outcomeOf(first);
}
function outcomeOf(first) {
    if (first && 'error' in first)
        throw first.error;
    return first?.worse;
}
const usersSeconds = 0.5;
function keeperOf({ clock }, users) {
    return {
        async keep(seconds, until) {
            const end = clock.now() + seconds * 1000;
            for (;;) {
                until.throwIfAborted();
                const trouble = users.exceeded();
                if (trouble)
                    return { kind: 'failed', revision: undefined, trouble };
                if (clock.now() >= end)
                    return undefined;
                await clock.sleep(Math.min(usersSeconds, (end - clock.now()) / 1000), until);
            }
        },
    };
}
async function told({ log, journal }, title, work) {
    log.group(title);
    journal.add({ type: 'proof-started', title });
    const worse = await work();
    const failure = worse?.end.kind === 'failed' ? worse.end.trouble : worse?.end;
    const cause = failure && { reason: failure.reason, message: failure.message, diagnoses: [] };
    journal.add({ type: 'proof-ended', title, cause });
    log.endGroup();
    return worse;
}

// EXTERNAL MODULE: ./build/diagnosis/plain-reasons.js
var plain_reasons = __webpack_require__(5334);
;// CONCATENATED MODULE: ./build/steps/set-image.js








async function setImage(run, plan) {
    const { journal, log, inputs } = run;
    const { observation, patch } = plan;
    for (const line of plan.about)
        log.line(line);
    const intent = { ...plan.intent, phase: 'setting-image' };
    await run.saveIntent(intent);
    journal.add({ type: 'setting-image' });
    const end = await (0,apply_patch/* applyPatch */.X)(run, observation.kind, run.workload.name, patch, intent.before, (workload) => isOurs(run, plan, workload), inputs.timeout);
    if (end.kind === 'applied') {
        const digest = (0,workloads_template/* digestIn */.s)(end.workload);
        const known = intent.ours.at(-1) === digest
            ? intent
            : { ...intent, ours: [...intent.ours.filter((each) => each !== digest), digest] };
        if (known.ours.length !== intent.ours.length)
            await run.saveIntent(known);
        journal.add({ type: 'image-set' });
        return { workload: end.workload, intent: known };
    }
    await (0,conclude/* conclude */.E)(run, observation.kind, intent);
    if (end.kind === 'refused') {
        const message = `The API server refused the new image for ${(0,workloads_names/* sayWorkload */.j)(run.workload)}: ${end.error.message}`;
        return { result: 'refused', cause: { reason: 'patch-refused', message, diagnoses: [] }, next: [] };
    }
    if (end.kind === 'gone') {
        const message = `${(0,workloads_names/* sayWorkload */.j)(run.workload)} was deleted after it had been checked.`;
        return {
            result: 'superseded',
            cause: { reason: 'deleted', message, diagnoses: [] },
            next: (0,plain_reasons/* adviceOn */.i)('deleted'),
        };
    }
    const author = (0,last_change/* lastChangeOf */.k)(end.workload, run.github.url);
    const message = `${(0,workloads_names/* sayWorkload */.j)(run.workload)} was changed by ${author} after it had been checked, so the image was not set.`;
    return {
        result: 'superseded',
        cause: { reason: 'changed-meanwhile', message, diagnoses: [] },
        next: ['Look at that change; if this deploy is still wanted, run it again.'],
    };
}
function isOurs(run, { intent, changes }, workload) {
    if (workload.spec === undefined)
        return false;
    if (intent.ours.includes((0,workloads_template/* templateDigest */.pd)(workload.spec.template)))
        return true;
    const { url } = run.github;
    return url !== '' && workload.metadata?.annotations?.[marks/* marks */.Z8.run] === url && (0,patch/* bearsImages */.KF)(workload, changes);
}

// EXTERNAL MODULE: ./build/ending-of-parts.js
var ending_of_parts = __webpack_require__(5668);
// EXTERNAL MODULE: ./build/intent.js
var intent = __webpack_require__(7048);
// EXTERNAL MODULE: ./build/steps/recover.js + 1 modules
var recover = __webpack_require__(7576);
// EXTERNAL MODULE: ./build/steps/turn.js
var turn = __webpack_require__(8761);
// EXTERNAL MODULE: ./build/steps/watch-rollout.js + 4 modules
var watch_rollout = __webpack_require__(9448);
;// CONCATENATED MODULE: ./build/steps/side-by-side.js









async function watchAll(changed, alsoWrong) {
    const failed = new AbortController();
    const complete = new Set();
    return Promise.all(changed.map(async (each) => {
        const isHeld = (isComplete) => {
            if (isComplete)
                complete.add(each);
            else
                complete.delete(each);
            return complete.size < changed.length;
        };
        const signal = AbortSignal.any([each.run.signal, failed.signal]);
        try {
            const wrong = each === changed[0] ? alsoWrong : () => undefined;
            const end = await side_by_side_watch({ ...each.run, signal }, each, isHeld, wrong);
            if (end.kind !== 'complete')
                failed.abort();
            return end;
        }
        catch (error) {
            each.run.signal.throwIfAborted();
            if (failed.signal.aborted)
                return undefined;
            throw error;
        }
    }));
}
async function side_by_side_watch(run, { plan, set }, isHeld, alsoWrong) {
    try {
        return await (0,watch_rollout/* watchRollout */.D)(run, plan.observation, {
            ours: new Set(set.intent.ours),
            before: plan.before,
            generation: set.workload.metadata?.generation ?? 0,
            timeout: run.inputs.timeout,
            broken: (0,intent/* brokenTemplates */.Jv)(set.intent, set.intent.ours, false),
            isUndo: false,
            images: (0,digests/* wantedImages */.mo)(plan.changes),
            toleratesImages: !standardsOf(run.inputs).images,
            isHeld,
            alsoWrong,
        });
    }
    catch (error) {
        run.signal.throwIfAborted();
        const message = `The rollout could not be watched to its end: ${(0,build_errors/* messageOf */.bD)(error)}`;
        return {
            kind: 'failed',
            revision: undefined,
            trouble: { reason: 'watch-failed', message, diagnoses: [] },
        };
    }
}
async function recoverAll(changed, ends) {
    const culprit = changed[ends.findIndex((end) => end !== undefined && end.kind !== 'complete')];
    const name = culprit ? (0,workloads_names/* sayWorkload */.j)(culprit.run.workload) : '';
    return (0,ending_of_parts/* worstOf */.h)(await backwards(changed, ends, `${name}, which is deployed with it, failed.`));
}
async function takeBack(changed, run, ending) {
    const workload = (0,workloads_names/* sayWorkload */.j)(run.workload);
    const message = `${workload}, which is deployed with it, could not be changed.`;
    if (isOfSeveral(run))
        run.journal.add({ type: 'workload-ended', result: ending.result });
    return (0,ending_of_parts/* worstOf */.h)([{ workload, ending, isCulprit: true }, ...(await backwards(changed, [], message))]);
}
function isOfSeveral({ inputs }) {
    return inputs.workloads.length > 1;
}
async function backwards(changed, ends, why) {
    return (0,turn/* lastFirst */.b)(changed, async ({ run, plan, set }, turn, index) => {
        const end = side_by_side_failureOf(ends[index], why);
        if (end === ends[index] && end.kind === 'failed')
            run.record({ what: 'failed', template: (0,intent/* templateSet */.b$)(set.intent) });
        const ending = await (0,recover/* recover */.lj)(run, plan.observation, set.intent, end, turn);
        if (isOfSeveral(run))
            run.journal.add({ type: 'workload-ended', result: ending.result });
        return { workload: (0,workloads_names/* sayWorkload */.j)(run.workload), ending, isCulprit: end === ends[index] };
    });
}
function side_by_side_failureOf(end, why) {
    if (end !== undefined && end.kind !== 'complete')
        return end;
    const trouble = { reason: 'another-failed', message: why, diagnoses: [] };
    return { kind: 'failed', revision: end?.revision, trouble };
}

// EXTERNAL MODULE: ./build/users/say.js
var say = __webpack_require__(5836);
;// CONCATENATED MODULE: ./build/users/tally.js
function isError(outcome) {
    return outcome.kind === 'failure' || (outcome.kind === 'answer' && outcome.status >= 400);
}
const shortest = 500;
const mostSteps = 60;
const stretches = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600];
function tally({ address, limit, judgedIn }, spans, samples) {
    const total = spans.reduce((sum, { from, to }) => sum + (to - from), 0) / 1000;
    const stretch = stretches.find((each) => total / each <= mostSteps) ?? Math.ceil(total / mostSteps);
    const phases = spans.flatMap((span) => {
        const own = samples.filter(({ phase }) => phase === span.phase);
        return own.length === 0 && span.to - span.from < shortest ? [] : [tallyPhase(span, own, stretch)];
    });
    return { address, limit, judgedIn, stretch, phases };
}
function tallyPhase({ phase, from, to }, all, stretch) {
    const counted = all.filter(({ outcome }) => outcome.kind !== 'set-aside');
    const answered = counted.filter(({ outcome }) => outcome.kind === 'answer');
    const steps = Math.max(1, Math.round((to - from) / 1000 / stretch));
    const timeline = Array.from({ length: steps }, () => [0, 0]);
    for (const { at, outcome } of counted) {
        const step = timeline[Math.min(steps - 1, Math.max(0, Math.floor((at - from) / 1000 / stretch)))];
        if (step === undefined)
            continue;
        step[0] += 1;
        if (isError(outcome))
            step[1] += 1;
    }
    return {
        phase,
        seconds: (to - from) / 1000,
        requests: counted.length,
        errors: counted.filter(({ outcome }) => isError(outcome)).length,
        slowest: answered.length > 0 ? answered.reduce((most, { took }) => Math.max(most, took), 0) : undefined,
        statuses: countBy(counted.map(({ outcome }) => labelOf(outcome))),
        setAside: countBy(all.flatMap(({ outcome }) => (outcome.kind === 'set-aside' ? [outcome.why] : []))),
        timeline,
    };
}
function labelOf(outcome) {
    if (outcome.kind === 'answer')
        return String(outcome.status);
    return outcome.kind === 'failure' ? outcome.what : outcome.why;
}
function countBy(words) {
    const counts = {};
    for (const word of words)
        counts[word] = (counts[word] ?? 0) + 1;
    return counts;
}
function excessOf({ limit, phases, judgedIn }, toCome, isExcused = true) {
    if (limit.kind === 'off')
        return undefined;
    const usual = isExcused ? rateOf(phases.find(({ phase }) => phase === 'before')) : 0;
    const judged = phases.filter(({ phase }) => judgedIn.includes(phase));
    if (limit.kind === 'share') {
        const found = judged.find(({ phase, requests, errors }) => errors > Math.max(1, Math.min(1, limit.share + usual) * (requests + (toCome[phase] ?? 0))));
        return found && { phase: found.phase, errors: found.errors, requests: found.requests };
    }
    const errors = judged.reduce((sum, each) => sum + each.errors, 0);
    const requests = judged.reduce((sum, each) => sum + each.requests, 0);
    if (errors <= limit.count)
        return undefined;
    const worst = judged.findLast((each) => each.errors > 0);
    return worst && { phase: worst.phase, errors, requests };
}
function rateOf(phase) {
    return phase === undefined || phase.errors < 2 ? 0 : phase.errors / phase.requests;
}

// EXTERNAL MODULE: external "node:http"
var external_node_http_ = __webpack_require__(7067);
// EXTERNAL MODULE: external "node:https"
var external_node_https_ = __webpack_require__(4708);
// EXTERNAL MODULE: external "node:tls"
var external_node_tls_ = __webpack_require__(1692);
// EXTERNAL MODULE: ./build/version.js
var version = __webpack_require__(8508);
;// CONCATENATED MODULE: ./build/steps/ask.js





const askSeconds = 2;
const mostBytes = 256 * 1024;
function askerFor(run, { address, proxyUrl }) {
    const ask = address.kind === 'service' ? serviceAsker(run, address) : urlAsker(address, proxyUrl);
    const judge = address.kind === 'service' ? judgeServiceError : judgeUrlError;
    return async (signal) => {
        const timeout = AbortSignal.timeout(askSeconds * 1000);
        let begun;
        try {
            const { status, body } = await ask(AbortSignal.any([signal, timeout]));
            begun = status;
            await drain(body);
            return { outcome: ask_outcomeOf(status), doubtful: false };
        }
        catch (error) {
            signal.throwIfAborted();
            if (timeout.aborted) {
                if (begun !== undefined)
                    return { outcome: ask_outcomeOf(begun), doubtful: false };
                return { outcome: { kind: 'failure', what: `no answer in ${askSeconds} s` }, doubtful: true };
            }
            if (begun !== undefined)
                return { outcome: { kind: 'failure', what: 'answer broken off' }, doubtful: true };
            return judge(error);
        }
    };
}
function ask_outcomeOf(status) {
    return status === 429 ? { kind: 'set-aside', why: 'asked too often (429)' } : { kind: 'answer', status };
}
function serviceAsker({ client, namespace }, address) {
    const { id, path } = address;
    return async (signal) => {
        const body = await client.askService({ namespace, id, path }, { signal, patience: 0 });
        return { status: 'statusCode' in body ? Number(body.statusCode) : 200, body };
    };
}
const unreachable = [
    { pattern: /^no endpoints available for service "[^"]*:/, what: 'no ready pod with that port' },
    { pattern: /^no endpoints available/, what: 'no ready pod' },
    { pattern: /^no service port/, what: 'no such port' },
    { pattern: /^error trying to reach service: .*connection refused/, what: 'connection refused' },
    { pattern: /^error trying to reach service: .*(reset|EOF)/, what: 'connection closed' },
    { pattern: /^error trying to reach service/, what: 'pod not reached' },
];
function judgeServiceError(error) {
    if (!(error instanceof build_errors/* ApiError */.hD))
        return { outcome: { kind: 'set-aside', why: 'API server not reached' }, doubtful: false };
    const { status, reason, message } = error;
    if (reason === '')
        return { outcome: ask_outcomeOf(status), doubtful: status >= 502 && status <= 504 };
    const what = reason === 'NotFound'
        ? 'no such Service'
        : unreachable.find(({ pattern }) => pattern.test(message))?.what;
    return what === undefined
        ? { outcome: { kind: 'set-aside', why: `API server answered ${status}` }, doubtful: false }
        : { outcome: { kind: 'failure', what }, doubtful: false };
}
function urlAsker({ url }, proxyUrl) {
    const secure = url.startsWith('https:');
    const proxy = proxyUrl === undefined ? {} : { proxyEnv: { HTTPS_PROXY: proxyUrl, HTTP_PROXY: proxyUrl } };
    const agent = secure
        ? new external_node_https_.Agent({
            keepAlive: false,
            maxCachedSessions: 0,
            ca: [...(0,external_node_tls_.getCACertificates)('default'), ...(0,external_node_tls_.getCACertificates)('system')],
            ...proxy,
        })
        : new external_node_http_.Agent({ keepAlive: false, ...proxy });
    const headers = { accept: '*/*', 'cache-control': 'no-cache', 'user-agent': `safe-rollout/${version/* version */.r}` };
    return async (signal) => {
        const { promise, resolve, reject } = Promise.withResolvers();
        const request = (secure ? external_node_https_ : external_node_http_).get(url, { agent, headers, signal }, resolve);
        request.on('error', reject);
        const body = await promise;
        return { status: body.statusCode ?? 0, body };
    };
}
const failures = {
    ECONNREFUSED: 'connection refused',
    ECONNRESET: 'connection closed',
    EPIPE: 'connection closed',
    ETIMEDOUT: 'connection timed out',
    ENOTFOUND: 'unknown host',
    EAI_AGAIN: 'host not looked up',
    EHOSTUNREACH: 'host unreachable',
    ENETUNREACH: 'network unreachable',
};
function judgeUrlError(error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const isCertificate = /CERT|SELF_SIGNED|UNABLE_TO|INVALID_CA/.test(code);
    const what = failures[code] ?? (isCertificate ? 'certificate refused' : code || (0,build_errors/* messageOf */.bD)(error));
    return { outcome: { kind: 'failure', what }, doubtful: true };
}
async function drain(body) {
    let bytes = 0;
    for await (const chunk of body) {
        bytes += chunk.length;
        if (bytes > mostBytes)
            return;
    }
}

;// CONCATENATED MODULE: ./build/steps/watch-users.js





const perSecond = 4;
const mostInFlight = 8;
const beforeSeconds = 1.5;
const tailSeconds = 3;
const doubtSeconds = 1;
async function startWatching(run, watch, ask = askerFor(run, watch)) {
    const watcher = new Watcher(run, watch, ask);
    try {
        await run.clock.sleep(beforeSeconds, run.signal);
    }
    catch (error) {
        await watcher.stop();
        throw error;
    }
    return watcher;
}
class Watcher {
    #run;
    #watch;
    #ask;
    #samples = [];
    #spans = [];
    #inFlight = new Map();
    #ending = new AbortController();
    #longest = 0;
    #check;
    #cutOffAt = Number.NEGATIVE_INFINITY;
    #trouble;
    #stopped;
    #saidIn;
    constructor(run, watch, ask) {
        this.#run = run;
        this.#watch = watch;
        this.#ask = ask;
        this.phase('before', beforeSeconds);
        void this.#loop(AbortSignal.any([run.signal, this.#ending.signal]));
    }
    phase(phase, longest) {
        const now = this.#run.clock.now();
        const last = this.#spans.at(-1);
        if (last?.phase === phase && last.to === undefined) {
            this.#longest = (now - last.from) / 1000 + longest;
            return;
        }
        if (last)
            last.to = now;
        this.#spans.push({ phase, from: now, to: undefined });
        this.#longest = longest;
    }
    exceeded() {
        if (this.#trouble)
            return this.#trouble;
        const saw = this.#saw();
        const excess = excessOf(saw, this.#toCome());
        if (excess === undefined)
            return undefined;
        this.#trouble = { reason: 'users-saw-errors', message: (0,say/* sayExcess */.pp)(saw, excess), diagnoses: [] };
        return this.#trouble;
    }
    async after(seconds) {
        const { clock, signal } = this.#run;
        this.phase('after', seconds);
        const end = clock.now() + seconds * 1000;
        while (clock.now() < end && this.exceeded() === undefined)
            await clock.sleep(Math.min(1 / perSecond, (end - clock.now()) / 1000), signal);
        if (!this.#trouble)
            await Promise.allSettled(this.#inFlight.keys());
        signal.throwIfAborted();
        return this.exceeded();
    }
    stillFailing() {
        if (standardsOf(this.#run.inputs).usualIsWell)
            return undefined;
        const saw = this.#saw();
        const excess = excessOf(saw, this.#toCome(), false);
        return excess && { reason: 'users-saw-errors', message: (0,say/* sayExcess */.pp)(saw, excess), diagnoses: [] };
    }
    unseen() {
        return (0,say/* sayUnseen */.qW)(this.#saw());
    }
    stop() {
        this.#stopped ??= this.#end();
        return this.#stopped;
    }
    async #end() {
        const { log, journal, clock } = this.#run;
        const last = this.#spans.at(-1);
        if (last)
            last.to = clock.now();
        this.#ending.abort();
        await Promise.allSettled(this.#inFlight.keys());
        const saw = this.#saw();
        log.line(`What users of ${saw.address} saw:`);
        for (const phase of saw.phases)
            log.line(`  ${(0,say/* sayPhase */.B$)(phase)}`);
        journal.add({ type: 'users', saw });
    }
    async #loop(signal) {
        try {
            for (;;) {
                if (this.#inFlight.size < mostInFlight)
                    this.#askNow();
                await this.#run.clock.sleep(1 / perSecond, signal);
            }
        }
        catch (error) {
            if (!signal.aborted)
                throw error;
        }
    }
    #askNow() {
        const phase = this.#spans.at(-1)?.phase ?? 'before';
        const at = this.#run.clock.now();
        const asking = this.#askOnce(phase, at)
            .catch(() => { })
            .finally(() => this.#inFlight.delete(asking));
        this.#inFlight.set(asking, phase);
    }
    async #askOnce(phase, at) {
        const { clock, signal } = this.#run;
        const answered = new AbortController();
        const late = this.#doubtWhenLate(AbortSignal.any([signal, answered.signal]));
        const { outcome, doubtful } = await this.#ask(signal);
        const took = clock.now() - at;
        answered.abort();
        const isCutOff = doubtful && ((await late) ?? (await this.#cutOff()));
        signal.throwIfAborted();
        this.#note({ phase, at, took, outcome: isCutOff ? nothingReached : outcome });
    }
    async #doubtWhenLate(answered) {
        try {
            await this.#run.clock.sleep(doubtSeconds, answered);
        }
        catch {
            return undefined;
        }
        return this.#cutOff();
    }
    #cutOff() {
        this.#check ??= this.#askServer().finally(() => {
            this.#check = undefined;
        });
        return this.#check.then((now) => now || this.#run.clock.now() - this.#cutOffAt < doubtSeconds * 1000);
    }
    async #askServer() {
        const { client, signal } = this.#run;
        try {
            await client.serverVersion({ signal, patience: 0, timeoutSeconds: doubtSeconds });
            return false;
        }
        catch (error) {
            if (!(error instanceof build_errors/* ConnectionError */.Rc))
                return false;
            this.#cutOffAt = this.#run.clock.now();
            return true;
        }
    }
    #note(sample) {
        this.#samples.push(sample);
        const { phase, outcome } = sample;
        if (!isError(outcome) || this.#saidIn === phase)
            return;
        this.#saidIn = phase;
        const { shown } = this.#watch.address;
        const met = labelOf(outcome);
        this.#run.log.line(`A user of ${shown} would have seen an error ${say/* phaseWords */.V2[phase]}: ${met}`);
    }
    #saw() {
        const now = this.#run.clock.now();
        const spans = this.#spans.map((span) => ({ ...span, to: span.to ?? now }));
        const { address, limit } = this.#watch;
        const judgedIn = standardsOf(this.#run.inputs).usersIn;
        return tally({ address: address.shown, limit, judgedIn }, spans, this.#samples);
    }
    #toCome() {
        const toCome = {};
        for (const phase of this.#inFlight.values())
            toCome[phase] = (toCome[phase] ?? 0) + 1;
        const open = this.#spans.at(-1);
        if (open && open.to === undefined) {
            const left = this.#longest - (this.#run.clock.now() - open.from) / 1000;
            toCome[open.phase] = (toCome[open.phase] ?? 0) + Math.max(0, Math.ceil(left * perSecond));
        }
        return toCome;
    }
}
const nothingReached = { kind: 'set-aside', why: 'API server not reached either' };
const trials = 3;
async function tryAddress(run, watch = run.inputs.watch, ask = watch && askerFor(run, watch)) {
    if (watch === undefined || ask === undefined)
        return undefined;
    const met = [];
    let known = 0;
    for (let trial = 0; trial < trials; trial++) {
        if (trial > 0)
            await run.clock.sleep(1 / perSecond, run.signal);
        const { outcome } = await ask(run.signal);
        if (outcome.kind === 'answer' && !isError(outcome))
            return undefined;
        if (outcome.kind !== 'set-aside')
            known += 1;
        met.push(labelOf(outcome));
    }
    if (known > 0 && known < trials)
        return undefined;
    return { address: watch.address.shown, met, ...(known === 0 && { isUnseen: true }) };
}

;// CONCATENATED MODULE: ./build/steps/roll-out.js









async function rollOut(run, done, plans, proof) {
    const { watch, timeout } = run.inputs;
    if (watch === undefined)
        return rollOutWatched(run, done, plans, proof);
    const signal = AbortSignal.any(plans.map((each) => each.run.signal));
    const users = await startWatching({ ...run, signal }, watch);
    try {
        users.phase('during', timeout);
        return await rollOutWatched(run, done, plans, { ...proof, users });
    }
    finally {
        await users.stop();
    }
}
async function rollOutWatched(run, done, plans, proof) {
    const changed = [];
    for (const { run: each, plan } of plans) {
        const set = await setImage(each, plan);
        if ('result' in set)
            return takeBack(changed, each, set);
        changed.push({ run: each, plan, set });
    }
    run.log.group(`Rollout of ${plans.map((each) => (0,workloads_names/* sayWorkload */.j)(each.run.workload)).join(', ')}`);
    const { users } = proof;
    const rolledOut = await watchAll(changed, () => users?.exceeded());
    const isWell = (ends) => ends.every((end) => end?.kind === 'complete');
    if (isWell(rolledOut))
        users?.phase('after', longestProof(run));
    const proved = [...(await prove(run, { ...proof, changed }, rolledOut))];
    const trouble = isWell(proved)
        ? await users?.after(Math.max(0, tailSeconds - run.inputs.verification.bakeTime))
        : undefined;
    const ends = trouble ? withTrouble(proved, trouble) : proved;
    if (!isWell(ends)) {
        if (run.inputs.onFailure === 'undo')
            users?.phase('undo', run.inputs.undoTimeout);
        return recoverAll(changed, ends);
    }
    const still = users?.stillFailing();
    for (const [index, { run: each, plan }] of changed.entries()) {
        const end = ends[index];
        if (end?.kind !== 'complete')
            continue;
        if (still)
            (0,records/* noteLeft */.Yz)(each, plan.intent);
        else
            (0,records/* noteRolledOut */.D1)(each, plan.intent, (0,workloads_template/* templateDigest */.pd)(end.revision.template));
        each.journal.add({ type: 'rolled-out', revision: end.revision.number });
    }
    run.journal.add({ type: 'kept' });
    for (const { run: each, plan, set } of changed)
        await (0,conclude/* restorePace */.O)(each, plan.observation.kind, set.intent);
    for (const { run: each } of changed)
        await each.saveIntent(undefined);
    if (still)
        return { result: 'left-failed', cause: { ...still, diagnoses: [] }, next: [noHelp] };
    const unsaid = changed.flatMap(({ run: each, plan }) => (0,steps_images/* sayUnsaid */.U6)(each, plan.observation, plan.changes));
    return { result: done, next: [...unsaid, ...(users?.unseen() ?? [])] };
}
const noHelp = 'It is left as it is: users saw as many errors of what ran before. Look for what else is wrong, or name another target.';
function longestProof({ inputs }) {
    const { job, command, timeout, bakeTime } = inputs.verification;
    return (job ? timeout : 0) + (command === '' ? 0 : timeout) + bakeTime + tailSeconds;
}
function withTrouble(ends, trouble) {
    const [first, ...others] = ends;
    const revision = first?.kind === 'complete' ? first.revision : undefined;
    return [{ kind: 'failed', revision, trouble }, ...others];
}

// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __webpack_require__(7598);
// EXTERNAL MODULE: ./build/history.js
var build_history = __webpack_require__(2740);
;// CONCATENATED MODULE: ./build/report/findings.js
function sayFindings(findings) {
    if (findings.length === 0)
        return ['Checked: permissions, the workload, and dry runs of what is to be changed. All is well.'];
    return findings.flatMap(({ rule, level, message, next }) => [
        `${level === 'error' ? '✗' : '!'} ${rule}: ${message}`,
        ...next.split('\n').map((line) => `    ${line}`),
    ]);
}

// EXTERNAL MODULE: ./build/run.js
var build_run = __webpack_require__(6501);
;// CONCATENATED MODULE: ./build/steps/plan.js











async function makeSurvey(run, drafter, access, observation) {
    const view = observation.view();
    const health = view && (0,look/* healthOf */.Wr)(observation.kind, view, run.clock.now(), run.history());
    const draft = view && health && drafter(run, observation.kind, view, health);
    const found = view && health && draft && factsOf(observation.kind, view, health, draft);
    const plan = view && health && draft?.ok ? planOf(run, observation, view, health, draft) : undefined;
    const job = view && plan && migrationOf(run, view, plan);
    const verification = view && plan && verificationOf(run, view, plan);
    const patch = plan && !plan.isUnchanged ? plan.patch : undefined;
    const rehearsal = await rehearse(run, observation, patch, { migration: job, verification });
    const siblings = observation.missing ? await siblingsOf(run) : [];
    return {
        access,
        observation,
        found,
        siblings,
        rehearsal,
        plan: withRehearsed(plan, rehearsal),
        unwell: undefined,
        job,
        verification,
    };
}
function judgeSurvey(run, survey, locked) {
    const { journal, log } = run;
    const { plan } = survey;
    const findings = judgeFacts(run, { ...survey, missing: survey.observation.missing }, locked);
    const refuses = findings.some(({ level }) => level === 'error') || plan === undefined;
    if (locked || refuses) {
        journal.add({ type: 'checked', findings });
        for (const line of sayFindings(findings))
            log.line(line);
    }
    return refuses ? 'refused' : plan;
}
function planOf(run, observation, view, { current, undoTo, settled, verdict, status }, draft) {
    const { journal } = run;
    const { kind } = observation;
    const wanted = (0,workloads_template/* templateDigest */.pd)(draft.template);
    const target = [draft.undoTo, undoTo].find((each) => each && (0,workloads_template/* templateDigest */.pd)(each.template) !== wanted);
    journal.add({
        type: 'observed',
        revision: current?.number,
        replicas: kind.replicas(view.workload),
        undoTo: target?.number,
    });
    journal.add({ type: 'planned', changes: draft.changes });
    (0,steps_images/* noteImagesBefore */.sl)(journal, kind, view, draft.changes);
    return {
        ...draft,
        observation,
        before: view.workload,
        isServing: settled && status.state === 'complete' && (0,look/* isQuiet */.rM)((0,look/* presentPods */.O_)(kind, view), verdict, run.clock.now()),
        intent: {
            ...toIntent(run, view.workload, draft, target),
            isBeforeBroken: isBroken(run, view, { settled, verdict }),
        },
    };
}
function isBroken(run, { workload }, { settled, verdict }) {
    const template = workload.spec && (0,workloads_template/* templateDigest */.pd)(workload.spec.template);
    const hasFailed = template !== undefined && (0,build_history/* standingOf */.YP)(run.history(), template) === 'failed';
    return verdict.hopeless || (!settled && (hasFailed || standardsOf(run.inputs).wantsOut));
}
function toIntent(run, before, { changes, template, pace }, undoTo) {
    return {
        version: 1,
        phase: 'migrating',
        workload: run.workload,
        namespace: run.namespace,
        uid: before.metadata?.uid ?? '',
        changes: changes.map(({ container, from, to }) => ({ container, from, to })),
        ...(pace && { pace }),
        ...(run.inputs.command === 'rollback' && { isRollback: true }),
        server: run.server,
        before: (0,workloads_template/* digestIn */.s)(before),
        by: (0,build_run/* nameOf */.V)(run),
        ours: [(0,workloads_template/* templateDigest */.pd)(template)],
        undoTo: undoTo && (0,look/* toUndoTarget */.zG)(undoTo),
    };
}
function migrationOf(run, view, change) {
    const { migration, migrationTimeout } = run.inputs;
    return migration && jobOf(run, view, change, 'migrate', migration, migrationTimeout);
}
function verificationOf(run, view, change) {
    const { job, timeout } = run.inputs.verification;
    return job && jobOf(run, view, change, 'verify', { kind: 'job', job }, timeout);
}
function jobOf(run, view, { changes }, purpose, migration, timeout) {
    const { inputs, github, namespace, workload } = run;
    const [primary] = inputs.workloads;
    if ((0,workloads_names/* sayWorkload */.j)(workload) !== (0,workloads_names/* sayWorkload */.j)(primary))
        return undefined;
    const [first] = changes;
    return migrationJob({
        purpose,
        migration,
        workload: view.workload,
        workloadNames: inputs.workloads.map(workloads_names/* sayWorkload */.j),
        namespace,
        image: first?.to ?? '',
        container: first?.container ?? '',
        timeout,
        run: github,
        unique: (0,external_node_crypto_.randomBytes)(3).toString('hex').slice(0, 5),
    });
}
function withRehearsed(plan, rehearsal) {
    const template = rehearsal?.patched?.spec?.template;
    if (plan === undefined || template === undefined)
        return plan;
    const ours = [...new Set([...plan.intent.ours, (0,workloads_template/* templateDigest */.pd)(template)])];
    return { ...plan, intent: { ...plan.intent, ours } };
}

;// CONCATENATED MODULE: ./build/steps/survey.js



async function surveyed(draft, run, access, observation) {
    return { run, access, observation, survey: await makeSurvey(run, draft, access, observation) };
}
function surveyedAnew(draft, part) {
    return surveyed(draft, part.run, part.access, part.observation);
}
async function withAddress(run, surveys) {
    const parts = await Promise.all(surveys);
    const first = parts.find(({ survey }) => survey.plan && !survey.plan.isUnchanged);
    if (first === undefined || !standardsOf(run.inputs).addressFirst)
        return parts;
    const unwell = await tryAddress(run);
    return parts.map((part) => (part === first ? { ...part, survey: { ...part.survey, unwell } } : part));
}
function judgeParts(parts, locked) {
    const judged = parts.map(({ run, survey }) => ({ run, plan: judgeSurvey(run, survey, locked) }));
    return judged.every((each) => each.plan !== 'refused') ? judged : 'refused';
}
function survey_jobOf(parts) {
    return parts.find(({ survey }) => survey.job !== undefined)?.survey.job;
}
function refused(runs) {
    const errors = runs.flatMap(({ journal }) => journal.last('checked')?.findings.filter(({ level }) => level === 'error') ?? []);
    return {
        result: 'refused',
        cause: {
            reason: errors[0]?.rule ?? 'workload-missing',
            message: errors.map(({ message }) => message).join('\n'),
            diagnoses: [],
        },
        next: [...new Set(errors.map(({ next }) => next))],
    };
}

// EXTERNAL MODULE: ./build/workload-run.js
var workload_run = __webpack_require__(8651);
;// CONCATENATED MODULE: ./build/commands/carry-out.js










async function carryOut(run, command) {
    run.log.group('Check');
    const runs = (0,workload_run/* runsOf */.k)(run);
    const [access, observations] = await Promise.all([
        reviewAccess(runs),
        Promise.all(runs.map((each) => (0,observe/* observeIfThere */.wk)(each))),
    ]);
    try {
        const parts = await withAddress(run, runs.map((each, index) => surveyed(command.draft, each, access[index] ?? [], observations[index])));
        if (judgeParts(parts, false) === 'refused') {
            for (const each of runs)
                command.show?.(each);
            return refused(runs);
        }
        const finishEarlier = async (locked, index) => {
            const observation = observations[index];
            if (locked.left && observation)
                await (0,finish_left/* finishLeft */.p)(locked, observation, locked.left);
        };
        return await (0,lock/* underLocks */.xp)(runs, finishEarlier, (locked) => carryOutLocked(run, command, locked.map((each, index) => ({ ...parts[index], run: each }))));
    }
    finally {
        for (const observation of observations)
            observation.close();
    }
}
async function carryOutLocked(run, command, earlier) {
    const other = await awaitOtherMigrations(run, survey_jobOf(earlier));
    if ('result' in other)
        return other;
    const isStale = command.readsHistory ||
        other.waited ||
        earlier.some(({ run: each, survey }) => each.waited || each.left || hasNoWayBack(survey));
    const parts = isStale
        ? await withAddress(run, earlier.map((part) => surveyedAnew(command.draft, part)))
        : earlier;
    for (const part of parts)
        command.show?.(part.run);
    const plans = judgeParts(parts, true);
    if (plans === 'refused')
        return refused(parts.map((part) => part.run));
    const changing = plans.filter(({ plan }) => !plan.isUnchanged);
    const same = plans.filter(({ plan }) => plan.isUnchanged);
    const doubts = same.flatMap(({ run: each, plan }) => [
        ...(plan.whyUnchanged ? [plan.whyUnchanged] : []),
        ...(0,steps_images/* doubtUnchanged */.Q4)(each, plan),
    ]);
    const [lead] = plans;
    if (changing.length === 0 || lead === undefined)
        return { result: 'unchanged', next: doubts };
    for (const { run: each } of same)
        each.journal.add({ type: 'workload-ended', result: 'unchanged' });
    for (const { run: each, plan } of plans)
        if (plan.isServing)
            (0,records/* noteServing */.bc)(each, plan.intent);
    const failure = await migrate(run, plans, survey_jobOf(parts), other.adopted);
    if (failure)
        return failure;
    for (const { run: each } of same)
        await each.saveIntent(undefined);
    const verification = parts.find(({ survey }) => survey.verification !== undefined)?.survey.verification;
    return rollOut(run, command.done, changing, { lead, job: verification });
}
function hasNoWayBack({ plan }) {
    return plan !== undefined && plan.intent.undoTo === undefined;
}
async function migrate(run, plans, job, adopted) {
    const [first, ...others] = plans;
    if (job === undefined || first === undefined)
        return undefined;
    const { log, journal } = run;
    const ensureLock = async () => Math.min(...(await Promise.all(plans.map((each) => each.run.ensureLock()))));
    const name = (adopted ?? job).metadata?.name ?? '';
    (0,records/* noteMigration */.Hm)(plans, 'migrating', name);
    try {
        for (const { run: each, plan } of others)
            await each.saveIntent({ ...plan.intent, job: name });
        const failure = await runMigration({ ...first.run, log, journal, ensureLock }, first.plan, job, adopted);
        if (failure === undefined)
            (0,records/* noteMigration */.Hm)(plans, 'migrated', name);
        else
            for (const { run: each } of others)
                await each.saveIntent(undefined);
        return failure;
    }
    finally {
        if (adopted === undefined && !(0,records/* hasBegun */.SU)(journal))
            (0,records/* noteMigration */.Hm)(plans, 'unmigrated', name);
    }
}

;// CONCATENATED MODULE: ./build/commands/deploy.js


function deploy(run) {
    return carryOut(run, { draft: draftDeploy, done: 'deployed' });
}

// EXTERNAL MODULE: ./build/image.js
var build_image = __webpack_require__(349);
// EXTERNAL MODULE: ./build/journal.js
var build_journal = __webpack_require__(7999);
;// CONCATENATED MODULE: ./build/steps/draft-rollback.js









const draftRollback = (run, kind, view, health) => {
    const { inputs, journal, github } = run;
    const records = run.history();
    const known = kind.revisions(view).map((revision) => {
        const digest = (0,workloads_template/* templateDigest */.pd)(revision.template);
        const isCurrent = revision.holderUid === health.current?.holderUid;
        const isComplete = isCurrent && health.status.state === 'complete';
        const recorded = (0,build_history/* standingOf */.YP)(records, digest);
        const serves = !isCurrent && recorded === undefined && revision.available > 0;
        return { revision, digest, isCurrent, standing: isComplete || serves ? 'healthy' : recorded };
    });
    const now = (0,workloads_template/* digestIn */.s)(view.workload);
    const images = containerImages(view.workload.spec?.template);
    const overtaken = overtakenBy(run, { digest: now, images }, records);
    const isDone = overtaken === 'done' || isFinished(run, now);
    const current = isDone ? known.find(({ isCurrent }) => isCurrent) : undefined;
    const chosen = current ?? chooseRevision(known, inputs.toRevision, inputs.toImage);
    const target = 'problem' in chosen ? undefined : chosen;
    const rows = known.map((each) => toRow(kind, view, each, target));
    const older = known.map(({ digest }) => digest).filter((digest) => digest !== now);
    journal.add({ type: 'history', rows, current: now, older });
    if (overtaken === 'changed') {
        const problem = 'it was changed while this rollback waited, and runs another image than when it was asked for.';
        return { ok: false, rule: 'rollback-overtaken', problem, next: waysBack(known, run) };
    }
    if (target === undefined) {
        const { problem } = chosen;
        return { ok: false, rule: 'revision-missing', problem, next: waysBack(known, run) };
    }
    const { revision, digest } = target;
    const paced = (0,workloads_pace/* planPace */.Tl)(kind.kind, view.workload, inputs.pace);
    if (!paced.ok)
        return { ...paced, rule: 'no-pace' };
    const { pace } = paced;
    const changes = imagesBetween(view.workload, revision);
    const names = [...new Set(changes.map(({ to }) => to))].join(', ');
    return {
        ok: true,
        changes,
        patch: [
            ...kind.undoPatch(view.workload, revision),
            ...(0,patch/* annotationPatch */.W7)({}, (0,marks/* tracesOfRollback */.ed)(github, revision.number, names)),
            ...(pace ? (0,workloads_pace/* setPacePatch */.AE)(pace) : []),
        ],
        pace,
        template: (0,workloads_template/* withoutHash */.XK)(revision.template),
        isUnchanged: target.isCurrent,
        whyUnchanged: isDone ? `${(0,workloads_names/* sayWorkload */.j)(run.workload)} ${done}` : undefined,
        about: [
            `Setting the template of revision ${revision.number}: ${names}`,
            ...(pace ? [(0,workloads_pace/* sayPace */.zg)(inputs.pace)] : []),
        ],
        goesTo: { revision: revision.number, standing: target.standing ?? 'unknown' },
        migrations: target.isCurrent ? [] : (0,build_history/* migrationsSince */.ud)(records, digest, madeAt(view, revision)),
        undoTo: isOther(health.undoTo, target) ? health.undoTo : otherHealthy(known, target),
    };
};
function chooseRevision(known, toRevision, toImage) {
    if (toRevision !== undefined) {
        const asked = known.find(({ revision }) => revision.number === toRevision);
        return asked ?? { problem: `it has no revision ${toRevision}.` };
    }
    if (toImage !== undefined) {
        const alike = known.filter(({ revision }) => runs(revision, toImage));
        const asked = alike.find(({ standing }) => standing === 'healthy') ?? alike[0];
        const text = toImage.kind === 'reference' ? toImage.text : toImage.suffix;
        return asked ?? { problem: `none of its revisions runs ${text}.` };
    }
    const current = known.find(({ isCurrent }) => isCurrent);
    const older = known.filter(({ revision, standing, isCurrent }) => !isCurrent &&
        revision.number < (current?.revision.number ?? Infinity) &&
        (standing === 'healthy' || standing === undefined));
    const [newest] = older;
    const healthy = older.find(({ standing }) => standing === 'healthy');
    return healthy ?? newest ?? { problem: 'it has no older revision that is fit to go back to.' };
}
const done = "has gone back already from what ran when this rollback was asked for, so it goes no further. To go further, name a target: 'to-revision' or 'to-image'.";
function overtakenBy(run, now, records) {
    const asked = run.journal.first('history');
    if (asked === undefined || asked.current === now.digest || isNamed(run))
        return undefined;
    if ((0,build_history/* isReturnedTo */.h7)(records, now.digest, asked.at))
        return undefined;
    if (asked.older.includes(now.digest))
        return 'done';
    const images = asked.rows.find(({ isCurrent }) => isCurrent)?.images;
    return images?.join() === now.images.join() ? undefined : 'changed';
}
function isNamed({ inputs }) {
    return inputs.toRevision !== undefined || inputs.toImage !== undefined;
}
function isFinished(run, now) {
    return !isNamed(run) && run.journal.last('resumed')?.rolledBackTo === now;
}
function runs({ template }, wanted) {
    return (0,patch/* imagesOf */.IC)(template).some(([, image]) => isMeant(image, wanted));
}
function isMeant(text, wanted) {
    const image = (0,build_image/* parseImage */.zZ)(text);
    if (image === undefined)
        return false;
    const tag = (name) => image.tag === name || (isCommit(name) && image.tag?.startsWith(name));
    if (wanted.kind === 'version') {
        const [, name, digest] = /^(?::([^@]+))?(?:@(.+))?$/.exec(wanted.suffix) ?? [];
        return (name === undefined || !!tag(name)) && (digest === undefined || image.digest === digest);
    }
    const { repository, tag: name, digest } = wanted.image;
    if (wanted.text === repository && !repository.includes('/'))
        return tag(repository) ?? false;
    return ((0,build_image/* fullRepository */.gp)(image.repository) === (0,build_image/* fullRepository */.gp)(repository) &&
        (name === undefined || image.tag === name) &&
        (digest === undefined || image.digest === digest));
}
function isCommit(text) {
    return /^[a-f0-9]{7,40}$/.test(text);
}
function isOther(revision, { digest }) {
    return revision !== undefined && (0,workloads_template/* templateDigest */.pd)(revision.template) !== digest;
}
function otherHealthy(known, target) {
    return known.find((each) => each.standing === 'healthy' && !each.isCurrent && each.digest !== target.digest)
        ?.revision;
}
function imagesBetween({ spec }, { template }) {
    const before = new Map(spec && (0,patch/* imagesOf */.IC)(spec.template));
    const images = (0,patch/* imagesOf */.IC)(template).map(([container, image]) => ({
        container,
        from: before.get(container) ?? '',
        to: image,
        path: '',
    }));
    const differing = images.filter(({ from, to }) => from !== to);
    return differing.length > 0 ? differing : images;
}
function madeAt({ holders }, { holderUid }) {
    const holder = holders.find(({ metadata }) => metadata?.uid === holderUid);
    return new Date(holder?.metadata?.creationTimestamp ?? 0).getTime();
}
function containerImages(template) {
    return (template?.spec?.containers ?? []).map(({ image = '' }) => image);
}
function toRow(kind, view, { revision, standing, isCurrent }, target) {
    return {
        revision: revision.number,
        images: containerImages(revision.template),
        cause: revision.annotations[marks/* marks */.Z8.changeCause] ?? '',
        created: madeAt(view, revision),
        standing: standing ?? 'unknown',
        pods: kind.podsOf(view, revision).length,
        isCurrent,
        isTarget: revision.holderUid === target?.revision.holderUid,
    };
}
function waysBack(known, { namespace, workload }) {
    const others = known.filter(({ isCurrent }) => !isCurrent);
    if (others.length === 0)
        return `Its history holds no other revision: kubectl -n ${namespace} rollout history ${(0,workloads_names/* sayWorkload */.j)(workload)}`;
    const list = others.map(({ revision, standing }) => {
        const [image = ''] = containerImages(revision.template);
        return `${revision.number} (${image}${standing ? `, ${build_journal/* standings */.ES[standing]}` : ''})`;
    });
    return `There are: ${list.join(', ')}. Name one in the input 'to-revision', or its image in 'to-image'.`;
}
function showHistory({ journal, log, clock, workload }) {
    const rows = journal.last('history')?.rows ?? [];
    log.line(`History of ${(0,workloads_names/* sayWorkload */.j)(workload)} (* runs now, > is gone back to):`);
    const cells = rows.map((each) => [
        `${each.isCurrent ? '*' : each.isTarget ? '>' : ' '} ${each.revision}`,
        each.images.join(', '),
        (0,duration/* sayDuration */.k)((clock.now() - each.created) / 1000),
        build_journal/* standings */.ES[each.standing],
        `${each.pods}`,
        each.cause,
    ]);
    const table = [['  REVISION', 'IMAGE', 'AGE', 'HEALTH', 'PODS', 'CHANGE-CAUSE'], ...cells];
    const widths = table[0]?.map((_, column) => Math.max(...table.map((line) => line[column]?.length ?? 0))) ?? [];
    for (const line of table)
        log.line(line
            .map((cell, column) => cell.padEnd(widths[column] ?? 0))
            .join('  ')
            .trimEnd());
}

;// CONCATENATED MODULE: ./build/commands/rollback.js


function rollback(run) {
    return carryOut(run, {
        draft: draftRollback,
        show: showHistory,
        readsHistory: true,
        done: 'rolled-back',
    });
}

// EXTERNAL MODULE: ./build/ending-of-error.js
var ending_of_error = __webpack_require__(4280);
// EXTERNAL MODULE: ./build/inputs.js + 3 modules
var inputs = __webpack_require__(850);
// EXTERNAL MODULE: ./build/interruption.js
var interruption = __webpack_require__(2073);
// EXTERNAL MODULE: ./build/log.js
var build_log = __webpack_require__(6650);
// EXTERNAL MODULE: ./build/publish.js + 7 modules
var publish = __webpack_require__(3226);
// EXTERNAL MODULE: ./build/start-run.js + 18 modules
var start_run = __webpack_require__(5578);
// EXTERNAL MODULE: ./build/state.js
var state = __webpack_require__(8801);
;// CONCATENATED MODULE: ./build/main.js











const commands = { deploy: deploy, rollback: rollback };
async function main() {
    const log = (0,build_log/* actionsLog */._)();
    const environment = (0,inputs/* readEnvironment */.Q)();
    const journal = new build_journal/* Journal */.CQ({ now: clock/* systemClock */.m.now, onEntry: state/* saveJournal */.XQ });
    const signal = (0,interruption/* interruption */.Y)((by) => journal.add({ type: 'interrupted', by }));
    journal.add({ type: 'began', run: environment.run.url, commit: environment.run.sha });
    let verdict;
    try {
        const run = await (0,start_run/* startRun */.A)({ inputs: (0,inputs/* readInputs */.K)(), environment, log, journal, signal });
        verdict = { ending: await commands[run.inputs.command](run).finally(() => run.close()), finished: true };
    }
    catch (error) {
        verdict = (0,ending_of_error/* endingOfError */.R)(error, journal);
    }
    journal.add({ type: 'ended', ending: verdict.ending });
    await (0,publish/* publish */.m)(journal, log, build_journal/* successes */.o9);
    (0,state/* saveTold */.fX)();
    if (verdict.finished && !(0,state/* hasIntents */.uL)())
        (0,state/* saveEnded */.yo)();
    (0,interruption/* endSoon */.n)();
}


/***/ })

};
