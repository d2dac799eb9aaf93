export const id = 194;
export const ids = [194];
export const modules = {

/***/ 3194:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  post: () => (/* binding */ post)
});

// EXTERNAL MODULE: ./build/clock.js
var clock = __webpack_require__(7094);
// EXTERNAL MODULE: ./build/ending-of-error.js
var ending_of_error = __webpack_require__(4280);
// EXTERNAL MODULE: ./build/ending-of-parts.js
var ending_of_parts = __webpack_require__(5668);
// EXTERNAL MODULE: ./build/journal.js
var build_journal = __webpack_require__(7999);
// EXTERNAL MODULE: ./build/kubernetes/workloads/names.js
var names = __webpack_require__(5596);
// EXTERNAL MODULE: ./build/kubernetes/workloads/observe.js
var observe = __webpack_require__(52);
// EXTERNAL MODULE: ./build/kubernetes/workloads/template.js
var workloads_template = __webpack_require__(5984);
// EXTERNAL MODULE: ./build/run.js
var build_run = __webpack_require__(6501);
// EXTERNAL MODULE: ./build/steps/conclude.js
var conclude = __webpack_require__(2883);
// EXTERNAL MODULE: ./build/steps/finish-left.js
var finish_left = __webpack_require__(8147);
// EXTERNAL MODULE: ./build/steps/lock.js
var lock = __webpack_require__(3329);
// EXTERNAL MODULE: ./build/steps/look.js
var look = __webpack_require__(909);
// EXTERNAL MODULE: ./build/steps/records.js
var records = __webpack_require__(1706);
// EXTERNAL MODULE: ./build/steps/recover.js + 1 modules
var recover = __webpack_require__(7576);
// EXTERNAL MODULE: ./build/steps/turn.js
var turn = __webpack_require__(8761);
;// CONCATENATED MODULE: ./build/commands/finish.js














const longestUndo = 200;
async function giveUpLocks(runs) {
    const settled = await Promise.allSettled(runs.map(giveUpLock));
    const failed = settled.find((each) => each.status === 'rejected');
    if (failed)
        throw failed.reason;
}
async function giveUpLock(run) {
    await (0,lock/* underLock */.yP)(run, 0, async (locked) => {
        const { left } = locked;
        if (left !== undefined && left.by !== (0,build_run/* nameOf */.V)(run))
            return { result: 'cancelled', next: [] };
        if (left !== undefined)
            (0,records/* settleMigration */.YQ)(locked, left);
        await locked.saveIntent(undefined);
        return { result: 'cancelled', next: [] };
    });
}
async function finishAll(runs, intents) {
    const endings = await (0,turn/* lastFirst */.b)(runs, async (run, turn) => {
        const workload = (0,names/* sayWorkload */.j)(run.workload);
        const intent = intents.find((each) => (0,names/* sayWorkload */.j)(each.workload) === workload);
        if (intent === undefined || intent.phase === 'migrating') {
            turn.passOn();
            await giveUpLock(run).catch(() => { });
            const ended = run.journal.last('workload-ended');
            return ended ? [{ workload, ending: { result: ended.result, next: [] } }] : [];
        }
        const ending = await finish(run, intent, turn).catch((error) => unfinished(run, intent, error));
        if (runs.length > 1)
            run.journal.add({ type: 'workload-ended', result: ending.result });
        return [{ workload, ending }];
    });
    return (0,ending_of_parts/* worstOf */.h)(endings.flat());
}
function unfinished(run, intent, error) {
    const { cause, next } = (0,ending_of_error/* endingOfError */.R)(error, run.journal).ending;
    const isOwn = intent.by === (0,build_run/* nameOf */.V)(run) && intent.phase === 'setting-image';
    if (isOwn && run.journal.last('setting-image') === undefined) {
        const ended = run.journal.last('ended')?.ending;
        return {
            result: ended?.result ?? 'cancelled',
            cause: ended?.cause ?? cause,
            next: ['The image was not set: main had not come to that.', ...next],
        };
    }
    const status = `kubectl -n ${run.namespace} rollout status ${(0,names/* sayWorkload */.j)(run.workload)} --watch=false`;
    return { result: 'undo-failed', cause, next: [...next, `See where it stands: ${status}`] };
}
async function finish(run, intent, turn) {
    const { journal, log, server } = run;
    const workload = (0,names/* sayWorkload */.j)(intent.workload);
    const told = journal.last('interrupted') === undefined ? journal.last('ended')?.ending.cause : undefined;
    const cause = told ?? {
        reason: 'interrupted',
        message: `The step was interrupted while it ${doingOf(run, intent)} ${workload}.`,
        diagnoses: [],
    };
    log.line(cause.message);
    if (server !== intent.server) {
        const message = `${cause.message} The kubeconfig now leads to ${server}, and not to ${intent.server}, where ${workload} was changed.`;
        return {
            result: 'undo-failed',
            cause: { ...cause, message },
            next: [`By hand, there: ${(0,recover/* undoCommand */.Eb)(run, intent)}`],
        };
    }
    const observation = await (0,observe/* observeIfThere */.wk)(run);
    try {
        const ending = await (0,lock/* underLock */.yP)(run, 0, async (locked) => {
            if (locked.left?.by === (0,build_run/* nameOf */.V)(run))
                (0,records/* settleMigration */.YQ)(locked, intent);
            return finishLocked(locked, observation, intent, cause, turn);
        });
        if (ending.result !== 'locked')
            return ending;
        const message = `${cause.message} Another run has the lock by now, and finishes what this one left.`;
        return { result: 'superseded', cause: { ...cause, message }, next: ending.next };
    }
    finally {
        observation.close();
    }
}
function doingOf({ journal }, { phase }) {
    if (phase === 'undoing')
        return 'undid the rollout of';
    return journal.last('proof-started') ? 'verified the rollout of' : 'rolled out';
}
async function finishLocked(run, observation, intent, cause, turn) {
    const { inputs, journal } = run;
    const mayComeYet = journal.last('setting-image') !== undefined && journal.last('image-set') === undefined;
    if (mayComeYet && intent.phase === 'setting-image')
        await (0,look/* awaitLook */.ur)(run, observation, onTheWaySeconds, (view) => isChanged(view, intent));
    const view = observation.view();
    if (view === undefined || view.workload.metadata?.uid !== intent.uid) {
        const message = `${(0,names/* sayWorkload */.j)(intent.workload)} is gone, or another of its name has taken its place.`;
        return { result: 'superseded', cause: { ...cause, message }, next: ['Nothing was undone.'] };
    }
    if (intent.by !== (0,build_run/* nameOf */.V)(run)) {
        const message = await (0,finish_left/* finishLeft */.p)(run, observation, intent);
        return { result: 'cancelled', cause, next: [message] };
    }
    const digest = (0,workloads_template/* digestIn */.s)(view.workload);
    if (journal.last('kept') !== undefined && intent.ours.includes(digest)) {
        (0,records/* noteRolledOut */.D1)(run, intent);
        await (0,conclude/* conclude */.E)(run, observation.kind, intent);
        return { result: (0,build_journal/* doneResult */.es)(journal), next: ['It was healthy already when main was interrupted.'] };
    }
    const wasSet = journal.last('image-set') !== undefined;
    if (!wasSet &&
        intent.phase === 'setting-image' &&
        digest === intent.before &&
        !intent.ours.includes(digest)) {
        await (0,conclude/* conclude */.E)(run, observation.kind, intent);
        return {
            result: 'cancelled',
            cause,
            next: ['The image was not set: the workload runs what it ran before.'],
        };
    }
    const wasCancelled = journal.last('interrupted') !== undefined || journal.last('ended') === undefined;
    const policy = wasCancelled ? inputs.onCancel : inputs.onFailure;
    if (intent.phase === 'setting-image' && policy === 'leave' && intent.ours.includes(digest)) {
        return leave(run, observation, intent, cause, wasCancelled ? 'on-cancel' : 'on-failure');
    }
    return (0,recover/* undoAndSay */.ju)(run, observation, intent, cause, Math.min(inputs.undoTimeout, longestUndo), turn);
}
const onTheWaySeconds = 5;
function isChanged(view, { before }) {
    const template = view?.workload.spec?.template;
    return template === undefined || (0,workloads_template/* templateDigest */.pd)(template) !== before;
}
async function leave(run, observation, intent, cause, input) {
    const view = observation.view();
    const health = view && (0,look/* healthOf */.Wr)(observation.kind, view, run.clock.now(), run.history());
    const workload = (0,names/* sayWorkload */.j)(run.workload);
    const isWell = await (0,finish_left/* isHealthy */.W)(run, observation, intent);
    if (!isWell)
        (0,records/* noteLeft */.Yz)(run, intent);
    await (0,conclude/* conclude */.E)(run, observation.kind, intent);
    if (isWell && health?.current) {
        (0,records/* noteRolledOut */.D1)(run, intent);
        run.journal.add({ type: 'rolled-out', revision: health.current.number });
        const proof = run.journal.last('proof-started') ? ' It was not verified to the end.' : '';
        const next = [`Main did not see it to its end, but the rollout has ended well.${proof}`];
        return { result: (0,build_journal/* doneResult */.es)(run.journal), next };
    }
    return {
        result: 'left-failed',
        cause: { ...cause, message: `${cause.message} It stood at: ${health?.status.message ?? 'unknown'}.` },
        next: [
            `It is left as it is, as the input '${input}' asks for.`,
            `See how it goes on: kubectl -n ${run.namespace} rollout status ${workload}`,
            `To go back: ${(0,recover/* undoCommand */.Eb)(run, intent)}`,
        ],
    };
}

;// CONCATENATED MODULE: ./build/ending-of-journal.js


function endingOfJournal(journal) {
    const workloads = journal.last('connected')?.workloads ?? [];
    if (workloads.length < 2)
        return endingOfOne(journal);
    return (0,ending_of_parts/* worstOf */.h)(workloads.map((workload) => {
        const part = journal.of(workload);
        const ending = endingOfOne(part);
        const result = part.last('workload-ended')?.result ?? ending.result;
        return { workload, ending: { ...ending, result } };
    }));
}
function endingOfOne(journal) {
    const cause = journal.last('rollout-failed')?.cause ?? killed;
    const next = ['Main was killed before it could report; this is what its journal says.'];
    if (journal.last('undone'))
        return { result: 'undone', cause, next };
    if (journal.last('undo-failed'))
        return { result: 'undo-failed', cause, next };
    if (journal.last('rolled-out'))
        return { result: (0,build_journal/* doneResult */.es)(journal), next };
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

// EXTERNAL MODULE: ./build/errors.js
var errors = __webpack_require__(9473);
// EXTERNAL MODULE: ./build/inputs.js + 3 modules
var build_inputs = __webpack_require__(850);
// EXTERNAL MODULE: ./build/intent.js
var intent = __webpack_require__(7048);
// EXTERNAL MODULE: ./build/interruption.js
var interruption = __webpack_require__(2073);
// EXTERNAL MODULE: ./build/log.js
var build_log = __webpack_require__(6650);
// EXTERNAL MODULE: ./build/publish.js + 7 modules
var publish = __webpack_require__(3226);
// EXTERNAL MODULE: ./build/start-run.js + 18 modules
var start_run = __webpack_require__(5578);
// EXTERNAL MODULE: ./build/state.js
var build_state = __webpack_require__(8801);
// EXTERNAL MODULE: ./build/workload-run.js
var workload_run = __webpack_require__(8651);
;// CONCATENATED MODULE: ./build/post.js















const atRest = new Set(['deployed', 'rolled-back', 'undone', 'cancelled']);
const longestPost = 235;
async function post() {
    const log = (0,build_log/* actionsLog */._)();
    const state = (0,build_state/* readState */.un)();
    const journal = new build_journal/* Journal */.CQ({ now: clock/* systemClock */.m.now, entries: (0,build_journal/* entriesFromState */.kj)(state.journal) });
    const signal = AbortSignal.any([
        (0,interruption/* interruption */.Y)((by) => journal.add({ type: 'interrupted', by })),
        AbortSignal.timeout(longestPost * 1000),
    ]);
    const connect = async (namespace) => {
        const inputs = { ...(0,build_inputs/* readInputs */.K)('post'), lockTimeout: 0, ...(namespace && { namespace }) };
        return (0,start_run/* startRun */.A)({ inputs, environment: (0,build_inputs/* readEnvironment */.Q)(), log, journal, signal, holder: state.holder });
    };
    const intents = (0,intent/* parseIntents */.bO)(state.intents);
    const begun = intents.filter(({ phase }) => phase !== 'migrating');
    if (begun.length === 0)
        await letGo(connect, journal, log, state.isTold);
    else
        await finishAndSay(connect, intents, journal, log);
    (0,interruption/* endSoon */.n)();
}
async function letGo(connect, journal, log, isTold) {
    log.line('Main left nothing of the workload half-way: there is nothing to undo.');
    const ending = journal.last('ended')?.ending ?? endingOfJournal(journal);
    if (journal.last('connected') !== undefined) {
        try {
            const run = await connect();
            await giveUpLocks((0,workload_run/* runsOf */.k)(run)).finally(() => run.close());
        }
        catch (error) {
            log.line(`(Its lock could not be given up, and expires by itself: ${(0,errors/* messageOf */.bD)(error)})`);
        }
    }
    if (isTold)
        return;
    journal.add({ type: 'ended', ending });
    await (0,publish/* publish */.m)(journal, log, atRest);
}
async function finishAndSay(connect, intents, journal, log) {
    let ending;
    try {
        const run = await connect(intents[0]?.namespace);
        ending = await finishAll((0,workload_run/* runsOf */.k)(run, intents), intents).finally(() => run.close());
    }
    catch (error) {
        const { cause, next } = (0,ending_of_error/* endingOfError */.R)(error, journal).ending;
        const stand = intents.map(({ namespace, workload }) => `See where it stands: kubectl -n ${namespace} rollout status ${(0,names/* sayWorkload */.j)(workload)} --watch=false`);
        ending = { result: 'undo-failed', cause, next: [...next, ...stand] };
    }
    journal.add({ type: 'ended', ending });
    await (0,publish/* publish */.m)(journal, log, atRest);
}


/***/ })

};
