export const id = 157;
export const ids = [157];
export const modules = {

/***/ 1157:
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

// EXTERNAL MODULE: ./build/kubernetes/workloads/names.js
var names = __webpack_require__(5596);
// EXTERNAL MODULE: ./build/kubernetes/workloads/observe.js
var observe = __webpack_require__(52);
// EXTERNAL MODULE: ./build/kubernetes/workloads/template.js
var workloads_template = __webpack_require__(5984);
// EXTERNAL MODULE: ./build/steps/conclude.js
var conclude = __webpack_require__(2883);
// EXTERNAL MODULE: ./build/steps/finish-left.js
var finish_left = __webpack_require__(8147);
// EXTERNAL MODULE: ./build/steps/images.js
var steps_images = __webpack_require__(4876);
// EXTERNAL MODULE: ./build/steps/lock.js
var lock = __webpack_require__(3329);
// EXTERNAL MODULE: ./build/duration.js
var duration = __webpack_require__(3110);
// EXTERNAL MODULE: ./build/errors.js
var errors = __webpack_require__(9473);
;// CONCATENATED MODULE: ./build/kubernetes/jobs.js


const longestName = 57;
const defaultTimeToLive = 86_400;
const leastTimeToLive = 60;
function migrationJob(plan) {
    const base = plan.migration.kind === 'job'
        ? structuredClone(plan.migration.job)
        : commandJob(plan, plan.migration.command);
    const prefix = base.metadata?.name ??
        base.metadata?.generateName?.replace(/-+$/, '') ??
        `${plan.workload.metadata?.name}-migrate`;
    const suffix = [plan.run.runId, plan.unique].filter((part) => part !== '').join('-');
    const name = `${prefix.slice(0, longestName - suffix.length - 1).replace(/[-.]+$/, '')}-${suffix}`;
    const labels = {
        'app.kubernetes.io/managed-by': 'safe-rollout',
        [marks/* marks */.Z8.workload]: workloadLabel(plan.workloadNames[0] ?? ''),
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
                [marks/* marks */.Z8.migration]: (0,workloads_template/* digestOf */.ol)(runs),
                ...(plan.run.url && { [marks/* marks */.Z8.run]: plan.run.url }),
                ...(plan.run.sha && { [marks/* marks */.Z8.commit]: plan.run.sha }),
                ...(plan.workloadNames.length > 1 && { [marks/* marks */.Z8.workloads]: plan.workloadNames.join(',') }),
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
// EXTERNAL MODULE: ./build/report/cause.js
var report_cause = __webpack_require__(2828);
// EXTERNAL MODULE: ./build/diagnosis/diagnose.js + 10 modules
var diagnose = __webpack_require__(7780);
// EXTERNAL MODULE: ./build/kubernetes/events.js
var kubernetes_events = __webpack_require__(4912);
// EXTERNAL MODULE: ./build/kubernetes/pulse.js
var pulse = __webpack_require__(2468);
// EXTERNAL MODULE: ./build/kubernetes/watch.js
var watch = __webpack_require__(6862);
// EXTERNAL MODULE: ./build/steps/job-logs.js
var job_logs = __webpack_require__(1627);
// EXTERNAL MODULE: ./build/clip.js
var clip = __webpack_require__(1992);
// EXTERNAL MODULE: ./build/diagnosis/diagnosis.js
var diagnosis = __webpack_require__(1851);
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
        const message = `The migration could not start within ${time}: ${(0,diagnosis/* sayObject */.X)(standstill)}: ${standstill.message}.`;
        return { reason: standstill.reason, message, diagnoses: seen.standstill.map(bareEvidence) };
    }
    const diagnoses = evidenceOf(seen, end.message, true);
    const where = diagnoses[0] ? ` (${(0,diagnosis/* sayObject */.X)(diagnoses[0])})` : '';
    const message = `The migration did not end within ${time} and was stopped by the cluster${where}.`;
    return { reason: 'migration-timeout', message, diagnoses };
}
function crashOf(seen, end) {
    const diagnoses = evidenceOf(seen, end.message, false);
    const [first] = diagnoses;
    const lastLine = first?.logs[0]?.lines.findLast((line) => line.trim() !== '');
    const words = lastLine ? ` (its last line: ${(0,clip/* clip */.$Q)(lastLine, 200)})` : '';
    const what = first ? `${(0,diagnosis/* sayObject */.X)(first)}: ${first.message}${words}` : end.message;
    const policy = end.reason === 'PodFailurePolicy' ? ` (by the Job's podFailurePolicy: ${end.message})` : '';
    const tried = seen.pods.reduce((sum, pod) => sum + Math.max(1, ...(pod.status?.containerStatuses ?? []).map(row/* crashes */.sB)), 0);
    const tries = tried > 1 ? ` It was tried ${tried} times: ${end.message}.` : '';
    return {
        reason: 'migration-failed',
        message: `The migration failed: ${what}${policy}.${tries}`,
        diagnoses,
    };
}
function cannotStart({ diagnoses }) {
    const [worst] = diagnoses;
    if (worst === undefined)
        return undefined;
    const message = `The migration cannot start: ${(0,diagnosis/* sayObject */.X)(worst)}: ${worst.message}.`;
    return { reason: worst.reason, message, diagnoses: diagnoses.map(bareEvidence) };
}
function heldBy(diagnosis) {
    const { reason, object, message } = diagnosis;
    return { reason, message: `${object}: ${message}.`, diagnoses: [bareEvidence(diagnosis)] };
}
function overdue(seen) {
    return {
        reason: 'migration-timeout',
        message: `The migration did not end within ${(0,duration/* sayDuration */.k)(seen.timeout)}, and the cluster did not stop it.`,
        diagnoses: evidenceOf(seen, '', false),
    };
}
function deleted(seen) {
    return {
        reason: 'migration-deleted',
        message: `Job ${seen.job.metadata?.name} was deleted by somebody else before it had ended, so nobody knows how far it came.`,
        diagnoses: evidenceOf(seen, '', false),
    };
}
function evidenceOf({ job, pods, tail, now }, said, wasStopped) {
    const isAtFault = (status) => (0,job_logs/* hasStarted */.gd)(status) && ((0,row/* lastEnd */.WN)(status)?.exitCode !== 0 || (wasStopped && ranToDeadline(job, status)));
    return pods.flatMap((pod) => (0,job_logs/* containerStatuses */.up)(pod)
        .filter(isAtFault)
        .map((status) => {
        const end = (0,row/* lastEnd */.WN)(status);
        const object = `pod/${pod.metadata?.name}`;
        return {
            reason: end ? 'migration-failed' : 'migration-timeout',
            about: 'pod',
            object,
            others: [],
            count: 1,
            container: status.name,
            message: end ? howItEnded(end.exitCode, end.reason, wasStopped) : 'it was still running',
            said: end?.message ?? (end ? '' : said),
            next: 'Read its last log lines, correct the migration, and run this again.',
            since: now,
            hopeless: true,
            hasLog: true,
            logs: [{ object, lines: tail(pod, status) }],
            events: [],
        };
    }));
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
function bareEvidence(diagnosis) {
    return { ...diagnosis, logs: [], events: [] };
}

;// CONCATENATED MODULE: ./build/steps/migrate.js










const controllerSeconds = 30;
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
        if (!(error instanceof errors/* ApiError */.hD) || error.reason !== 'AlreadyExists')
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
async function followJob(run, job) {
    const watching = new AbortController();
    const follower = new JobFollower(run, job, AbortSignal.any([run.signal, watching.signal]));
    try {
        return await follower.toEnd();
    }
    finally {
        watching.abort();
    }
}
class JobFollower {
    #run;
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
    #standstill = [];
    constructor(run, job, signal) {
        this.#run = run;
        this.#job = job;
        this.#signal = signal;
        this.#name = job.metadata?.name ?? '';
        this.#timeout = job.spec?.activeDeadlineSeconds ?? run.inputs.migrationTimeout;
        this.#logs = new job_logs/* JobLogs */.DC(run, signal, (uid) => (this.#gone ? undefined : this.#pods.get(uid)));
        const { client, namespace } = run;
        const beat = () => this.#pulse.beat();
        this.#podEvents = new kubernetes_events/* ObjectEvents */.v(client, namespace, signal, beat);
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
        const events = (0,watch/* mirror */.e)(client, resources/* resources */.E.events, { namespace, fieldSelector: `involvedObject.uid=${uid}` }, { signal, onChange: beat, project: kubernetes_events/* told */.E });
        this.#events = () => events.items().sort((a, b) => b.lastSeen - a.lastSeen);
        for (const each of [jobs, pods])
            each.done.catch((error) => this.#pulse.fail(error));
    }
    async toEnd() {
        const { clock } = this.#run;
        const grace = this.#job.spec?.template.spec?.terminationGracePeriodSeconds ?? 30;
        const deadline = clock.now() + (this.#timeout + grace + controllerSeconds) * 1000;
        for (;;) {
            const seen = this.#pulse.beats;
            const end = jobEnd(this.#job);
            if (end?.complete || (this.#gone && this.#wasSeenToSucceed())) {
                await this.#logs.drain();
                return { cause: undefined, kept: !this.#gone };
            }
            if (end !== undefined) {
                await this.#logs.drain();
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
    #wasSeenToSucceed() {
        const meets = this.#job.status?.conditions?.some(({ type, status }) => type === 'SuccessCriteriaMet' && status === 'True');
        return meets === true || this.#events().some(({ reason }) => reason === 'Completed');
    }
    async #lastLook() {
        const job = await readJob(this.#run, this.#name);
        const end = job && jobEnd(job);
        if (end === undefined)
            return undefined;
        return { cause: end.complete ? undefined : failureOf(this.#seen(), end), kept: true };
    }
    #stuck() {
        const now = this.#run.clock.now();
        const { failFast } = this.#run.inputs;
        const pods = [...this.#pods.values()];
        const held = (0,diagnose/* judgeJob */.JB)({ job: this.#job, pods }, `job/${this.#name}`, this.#sightings, now, failFast);
        if (held?.hopeless)
            return heldBy(held);
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
        return verdict.hopeless ? cannotStart(verdict) : undefined;
    }
    #creator() {
        const refusal = this.#events().find(({ reason }) => reason === 'FailedCreate');
        return refusal && { object: `job/${this.#name}`, words: refusal.message };
    }
    #seen() {
        return {
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
            return true;
        }
        catch (error) {
            signal.throwIfAborted();
            if (error instanceof errors/* ApiError */.hD && error.reason === 'NotFound')
                return true;
            log.line(`Job ${this.#name} could not be removed and may still start: ${(0,errors/* messageOf */.bD)(error)}`);
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
    const ours = inputs.workloads.map(names/* sayWorkload */.j);
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
    await run.saveIntent({ ...plan.intent, job: name });
    const started = () => journal.add({ type: 'migration-started', job: name, image: plan.changes[0]?.to ?? '' });
    const job = adopted ?? (await createAndTell(run, wanted, started));
    if (adopted)
        started();
    const { cause, kept } = await followJob(run, job);
    journal.add({ type: 'migration-ended', job: name, cause, kept });
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
        if (!(error instanceof errors/* ApiError */.hD) || error.status >= 500)
            started();
        throw error;
    }
}

// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __webpack_require__(7598);
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
// EXTERNAL MODULE: ./build/steps/look.js
var look = __webpack_require__(909);
// EXTERNAL MODULE: ./build/kubernetes/workloads/init-containers.js
var init_containers = __webpack_require__(881);
// EXTERNAL MODULE: ./build/kubernetes/workloads/kinds.js + 4 modules
var kinds = __webpack_require__(1438);
// EXTERNAL MODULE: ./build/preflight/access.js
var access = __webpack_require__(212);
// EXTERNAL MODULE: ./build/preflight/preflight.js + 19 modules
var preflight = __webpack_require__(2999);
;// CONCATENATED MODULE: ./build/steps/preflight.js










async function reviewAccess(runs) {
    const asked = new Map();
    return Promise.all(runs.map((run) => {
        const { migration } = run.inputs;
        const { kind, name } = run.workload;
        const needs = (0,access/* neededAccess */.EQ)(kind, migration !== undefined, name, (0,lock/* lockName */.l4)(run.workload));
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
        if (error instanceof errors/* ApiError */.hD)
            return [];
        throw error;
    }
}
async function rehearse(run, observation, patch, job) {
    if (patch === undefined && job === undefined)
        return undefined;
    const { client, namespace, signal } = run;
    const dryRun = { dryRun: true, fieldManager: marks/* fieldManager */.wM, signal, repeatable: true };
    const [patched, migration] = await Promise.all([
        patch &&
            refusalOf(client.patch(observation.kind.resource, { namespace, name: run.workload.name }, patch, dryRun)),
        job &&
            refusalOf(client.create(resources/* resources */.E.jobs, { namespace }, job, { ...dryRun, fieldValidation: 'Strict' })),
    ]);
    return { patched: patched?.value, patchRefusal: patched?.refusal, migrationRefusal: migration?.refusal };
}
function judgeFacts(run, read, locked) {
    return (0,preflight/* judge */.S)({
        command: run.inputs.command,
        workload: (0,names/* sayWorkload */.j)(run.workload),
        kind: run.workload.kind,
        namespace: run.namespace,
        missing: read.missing,
        found: read.found,
        siblings: read.siblings,
        access: read.access,
        patchRefusal: read.rehearsal?.patchRefusal,
        isPaceLost: isPaceLost(read.rehearsal?.patched, read.plan?.pace),
        migrationRefusal: read.rehearsal?.migrationRefusal,
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
        undoTo: health.undoTo?.number,
        plan: draft,
        initMigrations: (0,init_containers/* initMigrations */.qH)(template?.spec ?? { containers: [] }, changed),
    };
}
async function refusalOf(request) {
    try {
        return { value: await request };
    }
    catch (error) {
        if (error instanceof errors/* ApiError */.hD && error.status < 500)
            return { refusal: error.message };
        throw error;
    }
}

;// CONCATENATED MODULE: ./build/steps/plan.js









async function makeSurvey(run, drafter, access, observation) {
    const view = observation.view();
    const health = view && (0,look/* healthOf */.Wr)(observation.kind, view, run.clock.now());
    const draft = view && health && drafter(run, observation.kind, view, health);
    const found = view && health && draft && factsOf(observation.kind, view, health, draft);
    const plan = view && health && draft?.ok ? planOf(run, observation, view, health, draft) : undefined;
    const job = view && plan && jobOf(run, view, plan);
    const patch = plan && !plan.isUnchanged ? plan.patch : undefined;
    const rehearsal = await rehearse(run, observation, patch, job);
    const siblings = observation.missing ? await siblingsOf(run) : [];
    return { access, observation, found, siblings, rehearsal, plan: withRehearsed(plan, rehearsal), job };
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
function planOf(run, observation, view, { current, undoTo }, draft) {
    const { journal } = run;
    const { kind } = observation;
    const target = draft.undoTo ?? undoTo;
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
        intent: toIntent(run, view.workload, draft, target),
    };
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
        server: run.server,
        before: before.spec ? (0,workloads_template/* templateDigest */.pd)(before.spec.template) : '',
        by: (0,build_run/* nameOf */.V)(run),
        ours: [(0,workloads_template/* templateDigest */.pd)(template)],
        undoTo: undoTo && (0,look/* toUndoTarget */.zG)(undoTo),
    };
}
function jobOf(run, view, { changes }) {
    const { inputs, github, namespace, workload } = run;
    const [primary] = inputs.workloads;
    if (inputs.migration === undefined || (0,names/* sayWorkload */.j)(workload) !== (0,names/* sayWorkload */.j)(primary))
        return undefined;
    const [first] = changes;
    return migrationJob({
        migration: inputs.migration,
        workload: view.workload,
        workloadNames: inputs.workloads.map(names/* sayWorkload */.j),
        namespace,
        image: first?.to ?? '',
        container: first?.container ?? '',
        timeout: inputs.migrationTimeout,
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

// EXTERNAL MODULE: ./build/diagnosis/plain-reasons.js
var plain_reasons = __webpack_require__(5334);
// EXTERNAL MODULE: ./build/kubernetes/workloads/last-change.js
var last_change = __webpack_require__(2539);
// EXTERNAL MODULE: ./build/steps/apply-patch.js
var apply_patch = __webpack_require__(8195);
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
        const digest = end.workload.spec ? (0,workloads_template/* templateDigest */.pd)(end.workload.spec.template) : '';
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
        const message = `The API server refused the new image for ${(0,names/* sayWorkload */.j)(run.workload)}: ${end.error.message}`;
        return { result: 'refused', cause: { reason: 'patch-refused', message, diagnoses: [] }, next: [] };
    }
    if (end.kind === 'gone') {
        const message = `${(0,names/* sayWorkload */.j)(run.workload)} was deleted after it had been checked.`;
        return {
            result: 'superseded',
            cause: { reason: 'deleted', message, diagnoses: [] },
            next: (0,plain_reasons/* adviceOn */.i)('deleted'),
        };
    }
    const author = (0,last_change/* lastChangeOf */.k)(end.workload, run.github.url);
    const message = `${(0,names/* sayWorkload */.j)(run.workload)} was changed by ${author} after it had been checked, so the image was not set.`;
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
// EXTERNAL MODULE: ./build/steps/recover.js + 2 modules
var recover = __webpack_require__(4644);
// EXTERNAL MODULE: ./build/steps/watch-rollout.js + 3 modules
var watch_rollout = __webpack_require__(4566);
;// CONCATENATED MODULE: ./build/steps/side-by-side.js






async function watchAll(changed) {
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
            const end = await side_by_side_watch({ ...each.run, signal }, each, isHeld);
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
async function side_by_side_watch(run, { plan, set }, isHeld) {
    try {
        return await (0,watch_rollout/* watchRollout */.D)(run, plan.observation, {
            ours: new Set(set.intent.ours),
            before: plan.before,
            generation: set.workload.metadata?.generation ?? 0,
            timeout: run.inputs.timeout,
            broken: (0,intent/* brokenTemplates */.Jv)(set.intent, set.intent.ours, false),
            isUndo: false,
            images: plan.changes.map(({ container, to }) => ({ container, image: to })),
            toleratesImages: run.inputs.command === 'rollback',
            isHeld,
        });
    }
    catch (error) {
        run.signal.throwIfAborted();
        const message = `The rollout could not be watched to its end: ${(0,errors/* messageOf */.bD)(error)}`;
        return {
            kind: 'failed',
            revision: undefined,
            trouble: { reason: 'watch-failed', message, diagnoses: [] },
        };
    }
}
async function recoverAll(changed, ends) {
    const culprit = changed[ends.findIndex((end) => end !== undefined && end.kind !== 'complete')];
    const name = culprit ? (0,names/* sayWorkload */.j)(culprit.run.workload) : '';
    return (0,ending_of_parts/* worstOf */.h)(await backwards(changed, ends, `${name}, which is deployed with it, failed.`));
}
async function takeBack(changed, run, ending) {
    const workload = (0,names/* sayWorkload */.j)(run.workload);
    const message = `${workload}, which is deployed with it, could not be changed.`;
    if (isOfSeveral(run))
        run.journal.add({ type: 'workload-ended', result: ending.result });
    return (0,ending_of_parts/* worstOf */.h)([{ workload, ending, isCulprit: true }, ...(await backwards(changed, [], message))]);
}
function isOfSeveral({ inputs }) {
    return inputs.workloads.length > 1;
}
async function backwards(changed, ends, why) {
    let turn = Promise.resolve();
    const endings = [...changed.entries()].reverse().map(async ([index, { run, plan, set }]) => {
        const mine = turn;
        const { promise, resolve } = Promise.withResolvers();
        turn = promise;
        try {
            const end = side_by_side_failureOf(ends[index], why);
            if (end === ends[index] && end.kind === 'failed')
                run.record({ what: 'failed', template: set.intent.ours.at(-1) ?? '' });
            const ending = await (0,recover/* recover */.lj)(run, plan.observation, set.intent, end, { mine, passOn: resolve });
            if (isOfSeveral(run))
                run.journal.add({ type: 'workload-ended', result: ending.result });
            return { workload: (0,names/* sayWorkload */.j)(run.workload), ending, isCulprit: end === ends[index] };
        }
        finally {
            resolve();
        }
    });
    const settled = await Promise.allSettled(endings);
    const lost = settled.find((each) => each.status === 'rejected');
    if (lost)
        throw lost.reason;
    return settled.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : [])).reverse();
}
function side_by_side_failureOf(end, why) {
    if (end !== undefined && end.kind !== 'complete')
        return end;
    const trouble = { reason: 'another-failed', message: why, diagnoses: [] };
    return { kind: 'failed', revision: end?.revision, trouble };
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
        const parts = await Promise.all(runs.map((each, index) => surveyed(command, each, access[index] ?? [], observations[index])));
        if (judge(parts, false) === 'refused') {
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
    const other = await awaitOtherMigrations(run, carry_out_jobOf(earlier));
    if ('result' in other)
        return other;
    const isStale = command.readsHistory || other.waited || earlier.some(({ run: each }) => each.waited || each.left);
    const parts = isStale ? await Promise.all(earlier.map((part) => surveyedAnew(command, part))) : earlier;
    for (const part of parts)
        command.show?.(part.run);
    const plans = judge(parts, true);
    if (plans === 'refused')
        return refused(parts.map((part) => part.run));
    const changing = plans.filter(({ plan }) => !plan.isUnchanged);
    const same = plans.filter(({ plan }) => plan.isUnchanged);
    const doubts = same.flatMap(({ run: each, plan }) => (0,steps_images/* doubtUnchanged */.Q4)(each, plan));
    if (changing.length === 0)
        return { result: 'unchanged', next: doubts };
    for (const { run: each } of same)
        each.journal.add({ type: 'workload-ended', result: 'unchanged' });
    const failure = await migrate(run, plans, carry_out_jobOf(parts), other.adopted);
    return failure ?? rollOut(run, command, changing);
}
async function surveyed({ draft }, run, access, observation) {
    return { run, access, observation, survey: await makeSurvey(run, draft, access, observation) };
}
function surveyedAnew(command, part) {
    return surveyed(command, part.run, part.access, part.observation);
}
function judge(parts, locked) {
    const judged = parts.map(({ run, survey }) => ({ run, plan: judgeSurvey(run, survey, locked) }));
    return judged.every((each) => each.plan !== 'refused') ? judged : 'refused';
}
function carry_out_jobOf(parts) {
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
async function migrate(run, plans, job, adopted) {
    const [first] = plans;
    if (job === undefined || first === undefined)
        return undefined;
    const { log, journal } = run;
    const ensureLock = async () => Math.min(...(await Promise.all(plans.map((each) => each.run.ensureLock()))));
    const failure = await runMigration({ ...first.run, log, journal, ensureLock }, first.plan, job, adopted);
    if (failure)
        return failure;
    for (const { run: each, plan } of plans) {
        const template = plan.intent.ours.at(-1) ?? '';
        each.record({ what: 'migrated', template, job: (adopted ?? job).metadata?.name });
    }
    return undefined;
}
async function rollOut(run, { done }, plans) {
    const changed = [];
    for (const { run: each, plan } of plans) {
        const set = await setImage(each, plan);
        if ('result' in set)
            return takeBack(changed, each, set);
        changed.push({ run: each, plan, set });
    }
    run.log.group(`Rollout of ${plans.map((each) => (0,names/* sayWorkload */.j)(each.run.workload)).join(', ')}`);
    const ends = await watchAll(changed);
    if (ends.some((end) => end?.kind !== 'complete'))
        return recoverAll(changed, ends);
    for (const [index, { run: each, plan }] of changed.entries()) {
        const end = ends[index];
        if (end?.kind !== 'complete')
            continue;
        each.record({ what: 'healthy', template: (0,workloads_template/* templateDigest */.pd)(end.revision.template) });
        if (done === 'rolled-back')
            each.record({ what: 'left', template: plan.intent.before });
        each.journal.add({ type: 'rolled-out', revision: end.revision.number });
    }
    run.journal.add({ type: 'kept' });
    for (const { run: each, plan, set } of changed)
        await (0,conclude/* restorePace */.O)(each, plan.observation.kind, set.intent);
    for (const { run: each } of changed)
        await each.saveIntent(undefined);
    return { result: done, next: [] };
}

;// CONCATENATED MODULE: ./build/commands/deploy.js


function deploy(run) {
    return carryOut(run, { draft: draftDeploy, done: 'deployed' });
}

// EXTERNAL MODULE: ./build/history.js
var build_history = __webpack_require__(2740);
// EXTERNAL MODULE: ./build/journal.js
var build_journal = __webpack_require__(7999);
;// CONCATENATED MODULE: ./build/steps/draft-rollback.js








const draftRollback = (run, kind, view, health) => {
    const { inputs, journal, github } = run;
    const records = run.history();
    const known = kind.revisions(view).map((revision) => {
        const digest = (0,workloads_template/* templateDigest */.pd)(revision.template);
        const isCurrent = revision.holderUid === health.current?.holderUid;
        const isHealthyNow = isCurrent && health.status.state === 'complete';
        return { revision, digest, isCurrent, standing: isHealthyNow ? 'healthy' : (0,build_history/* standingOf */.YP)(records, digest) };
    });
    const chosen = chooseRevision(known, inputs.toRevision, inputs.toImage);
    const target = 'problem' in chosen ? undefined : chosen;
    journal.add({ type: 'history', rows: known.map((each) => toRow(kind, view, each, target)) });
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
    const images = [...new Set(changes.map(({ to }) => to))].join(', ');
    return {
        ok: true,
        changes,
        patch: [
            ...kind.undoPatch(view.workload, revision),
            ...(0,patch/* annotationPatch */.W7)({}, (0,marks/* tracesOfRollback */.ed)(github, revision.number, images)),
            ...(pace ? (0,workloads_pace/* setPacePatch */.AE)(pace) : []),
        ],
        pace,
        template: (0,workloads_template/* withoutHash */.XK)(revision.template),
        isUnchanged: target.isCurrent,
        about: [
            `Setting the template of revision ${revision.number}: ${images}`,
            ...(pace ? [(0,workloads_pace/* sayPace */.zg)(inputs.pace)] : []),
        ],
        migrations: target.isCurrent ? [] : (0,build_history/* migrationsSince */.ud)(records, digest),
        undoTo: health.undoTo ?? otherHealthy(known, target),
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
        standing !== 'failed' &&
        standing !== 'left');
    const [newest] = older;
    const healthy = older.find(({ standing }) => standing === 'healthy');
    return healthy ?? newest ?? { problem: 'it has no older revision that is fit to go back to.' };
}
function runs({ template }, wanted) {
    const images = [...(template.spec?.containers ?? []), ...(template.spec?.initContainers ?? [])].map(({ image = '' }) => image);
    return images.some((image) => wanted.kind === 'reference' ? image === wanted.text : image.endsWith(wanted.suffix));
}
function otherHealthy(known, target) {
    return known.find((each) => each.standing === 'healthy' && !each.isCurrent && each.digest !== target.digest)
        ?.revision;
}
function imagesBetween({ spec }, { template }) {
    const all = (of) => [
        ...(of?.spec?.containers ?? []),
        ...(of?.spec?.initContainers ?? []),
    ];
    const before = new Map(all(spec?.template).map(({ name, image = '' }) => [name, image]));
    const images = all(template).map(({ name, image = '' }) => ({
        container: name,
        from: before.get(name) ?? '',
        to: image,
        path: '',
    }));
    const differing = images.filter(({ from, to }) => from !== to);
    return differing.length > 0 ? differing : images;
}
function toRow(kind, view, { revision, standing, isCurrent }, target) {
    const holder = view.holders.find(({ metadata }) => metadata?.uid === revision.holderUid);
    return {
        revision: revision.number,
        images: (revision.template.spec?.containers ?? []).map(({ image = '' }) => image),
        cause: revision.annotations[marks/* marks */.Z8.changeCause] ?? '',
        created: new Date(holder?.metadata?.creationTimestamp ?? 0).getTime(),
        standing: standing ?? 'unknown',
        pods: kind.podsOf(view, revision).length,
        isCurrent,
        isTarget: revision.holderUid === target?.revision.holderUid,
    };
}
function waysBack(known, { namespace, workload }) {
    const others = known.filter(({ isCurrent }) => !isCurrent);
    if (others.length === 0)
        return `Its history holds no other revision: kubectl -n ${namespace} rollout history ${(0,names/* sayWorkload */.j)(workload)}`;
    const list = others.map(({ revision, standing }) => {
        const [image = ''] = (revision.template.spec?.containers ?? []).map((each) => each.image ?? '');
        return `${revision.number} (${image}${standing ? `, ${build_journal/* standings */.ES[standing]}` : ''})`;
    });
    return `There are: ${list.join(', ')}. Name one in the input 'to-revision', or its image in 'to-image'.`;
}
function showHistory({ journal, log, clock, workload }) {
    const rows = journal.last('history')?.rows ?? [];
    log.line(`History of ${(0,names/* sayWorkload */.j)(workload)} (* runs now, > is gone back to):`);
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
// EXTERNAL MODULE: ./build/inputs.js + 1 modules
var inputs = __webpack_require__(6892);
// EXTERNAL MODULE: ./build/interruption.js
var interruption = __webpack_require__(2073);
// EXTERNAL MODULE: ./build/log.js
var build_log = __webpack_require__(6650);
// EXTERNAL MODULE: ./build/publish.js + 6 modules
var publish = __webpack_require__(661);
// EXTERNAL MODULE: ./build/start-run.js + 11 modules
var start_run = __webpack_require__(1988);
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
