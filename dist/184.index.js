export const id = 184;
export const ids = [184];
export const modules = {

/***/ 184:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  post: () => (/* binding */ post)
});

// EXTERNAL MODULE: ./build/clock.js
var clock = __webpack_require__(7094);
// EXTERNAL MODULE: ./build/errors.js
var errors = __webpack_require__(9473);
// EXTERNAL MODULE: ./build/kubernetes/workloads/names.js
var names = __webpack_require__(5596);
// EXTERNAL MODULE: ./build/kubernetes/workloads/observe.js
var observe = __webpack_require__(52);
// EXTERNAL MODULE: ./build/kubernetes/workloads/template.js
var template = __webpack_require__(5984);
// EXTERNAL MODULE: ./build/steps/recover.js + 3 modules
var recover = __webpack_require__(1185);
;// CONCATENATED MODULE: ./build/commands/finish.js





const longestUndo = 220;
async function finish(run, intent) {
    const { inputs, log } = run;
    const workload = (0,names/* sayWorkload */.j)(intent.workload);
    const cause = {
        reason: 'interrupted',
        message: `The step was interrupted while ${intent.phase === 'undoing' ? 'it undid' : 'it rolled out'} ${workload}.`,
        diagnoses: [],
    };
    log.line(cause.message);
    const observation = await observeIfThere(run);
    try {
        const view = observation?.view();
        if (observation === undefined || view === undefined || view.workload.metadata?.uid !== intent.uid) {
            const message = `${workload} is gone, or another of its name has taken its place.`;
            return { result: 'superseded', cause: { ...cause, message }, next: ['Nothing was undone.'] };
        }
        const digest = view.workload.spec && (0,template/* templateDigest */.pd)(view.workload.spec.template);
        const runsOurs = digest !== undefined && intent.ours.includes(digest);
        if (runsOurs && intent.phase === 'setting-image' && inputs.onCancel === 'leave') {
            return leave(run, observation, intent, cause);
        }
        return await (0,recover/* undoAndSay */.ju)(run, observation, intent, cause, Math.min(inputs.undoTimeout, longestUndo));
    }
    finally {
        observation?.close();
    }
}
function leave(run, observation, intent, cause) {
    const view = observation.view();
    const status = view && observation.kind.status(view);
    const revision = view && observation.kind.current(view)?.number;
    const workload = (0,names/* sayWorkload */.j)(run.inputs.workload);
    if (status?.state === 'complete' && revision !== undefined) {
        run.journal.add({ type: 'rolled-out', revision });
        return { result: 'deployed', next: ['Main was interrupted, but the rollout had ended well.'] };
    }
    return {
        result: 'left-failed',
        cause: { ...cause, message: `${cause.message} It stood at: ${status?.message ?? 'unknown'}.` },
        next: [
            "It is left as it is, as the input 'on-cancel' asks for.",
            `See how it goes on: kubectl -n ${run.namespace} rollout status ${workload}`,
            `To go back: ${(0,recover/* undoCommand */.Eb)(run, intent)}`,
        ],
    };
}
async function observeIfThere(run) {
    try {
        return await (0,observe/* observe */.l)(run.client, run.inputs.workload, run.namespace, run.clock, run.signal);
    }
    catch (error) {
        if (error instanceof errors/* ApiError */.hD && error.status === 404)
            return undefined;
        throw error;
    }
}

// EXTERNAL MODULE: ./build/ending-of-error.js
var ending_of_error = __webpack_require__(4280);
;// CONCATENATED MODULE: ./build/ending-of-journal.js
function endingOfJournal(journal) {
    const cause = journal.last('rollout-failed')?.cause ?? killed;
    const next = ['Main was killed before it could report; this is what its journal says.'];
    if (journal.last('undone'))
        return { result: 'undone', cause, next };
    if (journal.last('undo-failed'))
        return { result: 'undo-failed', cause, next };
    if (journal.last('rolled-out'))
        return { result: 'deployed', next };
    if (journal.last('rollout-failed'))
        return { result: 'left-failed', cause, next };
    if (journal.last('image-set'))
        return { result: 'superseded', cause: { ...killed, reason: 'superseded' }, next };
    const failed = journal.last('migration-ended')?.cause;
    if (failed)
        return { result: 'migration-failed', cause: failed, next };
    const migration = journal.last('migration-started');
    const mayRun = migration && journal.last('migration-ended') === undefined;
    return {
        result: 'cancelled',
        cause: killed,
        next: mayRun ? [`Job ${migration.job} may still run: it goes on to its own end or deadline.`] : [],
    };
}
const killed = { reason: 'interrupted', message: 'The step was killed.', diagnoses: [] };

// EXTERNAL MODULE: ./build/inputs.js + 1 modules
var inputs = __webpack_require__(6892);
;// CONCATENATED MODULE: ./build/intent.js
function parseIntent(text) {
    if (text === '')
        return undefined;
    try {
        const intent = JSON.parse(text);
        return intent.version === 1 ? intent : undefined;
    }
    catch {
        return undefined;
    }
}

// EXTERNAL MODULE: ./build/interruption.js
var interruption = __webpack_require__(2073);
// EXTERNAL MODULE: ./build/journal.js
var build_journal = __webpack_require__(7999);
// EXTERNAL MODULE: ./build/log.js
var build_log = __webpack_require__(6650);
// EXTERNAL MODULE: ./build/publish.js + 7 modules
var publish = __webpack_require__(1669);
// EXTERNAL MODULE: ./build/start-run.js + 11 modules
var start_run = __webpack_require__(1988);
// EXTERNAL MODULE: ./build/state.js
var build_state = __webpack_require__(8801);
;// CONCATENATED MODULE: ./build/post.js












const atRest = new Set(['deployed', 'undone', 'cancelled']);
async function post() {
    const log = (0,build_log/* actionsLog */._)();
    const state = (0,build_state/* readState */.un)();
    const journal = new build_journal/* Journal */.CQ({ now: clock/* systemClock */.m.now, entries: (0,build_journal/* entriesFromState */.kj)(state.journal) });
    const intent = parseIntent(state.intent);
    if (intent === undefined || intent.phase === 'migrating') {
        log.line('Main left nothing of the workload half-way: there is nothing to undo.');
        if (journal.last('ended') === undefined) {
            journal.add({ type: 'ended', ending: endingOfJournal(journal) });
            await (0,publish/* publish */.m)(journal, log, atRest);
        }
        return;
    }
    const signal = (0,interruption/* interruption */.Y)((by) => journal.add({ type: 'interrupted', by }));
    let ending;
    try {
        const run = await (0,start_run/* startRun */.A)({
            inputs: (0,inputs/* readInputs */.K)(),
            environment: (0,inputs/* readEnvironment */.Q)(),
            log,
            journal,
            signal,
        });
        ending = await finish(run, intent).finally(() => run.close());
    }
    catch (error) {
        ({ ending } = (0,ending_of_error/* endingOfError */.R)(error, journal));
    }
    journal.add({ type: 'ended', ending });
    await (0,publish/* publish */.m)(journal, log, atRest);
    (0,interruption/* endSoon */.n)();
}


/***/ })

};
