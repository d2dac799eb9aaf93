import { type Outcome, outcomeOf } from './outcome.ts';
import { pool } from './pool.ts';
import { ApiProxy } from './proxy.ts';
import { Draws, isFull, only } from './seed.ts';
import { type Shop, type Subject, tagged } from './shop.ts';
import { faultsOf } from './truth.ts';

/** A deploy that is to be killed. */
export interface Story {
  readonly name: string;
  /** The image's tag. */
  readonly tag: string;
  readonly inputs: Readonly<Record<string, string>>;
  /** The result where nobody kills it. */
  readonly result: string;
  /** Whether a run before it was lost in the middle of a bad rollout, which it is to finish first. */
  readonly isSecond?: boolean;
  /** Whether it changes two workloads. */
  readonly isTwin?: boolean;
}

export const stories: readonly Story[] = [
  {
    name: 'good',
    tag: 'good-2',
    inputs: { 'migration-command': '/app run --lines=2 --interval=400ms', timeout: '90s' },
    result: 'deployed',
  },
  { name: 'bad', tag: 'no-such-tag', inputs: { timeout: '90s' }, result: 'undone' },
  { name: 'second', tag: 'good-2', inputs: { timeout: '90s' }, result: 'deployed', isSecond: true },
  {
    name: 'twin',
    tag: 'good-2',
    inputs: { 'migration-command': '/app run --lines=2', 'max-surge': '2', timeout: '90s' },
    result: 'deployed',
    isTwin: true,
  },
  {
    name: 'bad twin',
    tag: 'no-such-tag',
    inputs: { 'max-surge': '2', timeout: '90s' },
    result: 'undone',
    isTwin: true,
  },
];

/** Of two workloads, a part of all points is tried, by lot: most of them differ little. */
const twinSample = 16;

/** Who goes on after the process was killed. */
export type After = 'post' | 'next';

/** The process is killed just before request `n` reaches the API server, or just after that has answered it. */
export interface Point {
  readonly story: Story;
  readonly n: number;
  readonly when: 'before' | 'after';
  readonly after: After;
  readonly round: number;
}

/** How many points are worked at one time: most of each is waiting. */
const width = { post: 4, next: 8 };

/** The requests of a story that nobody disturbs. */
export async function rehearse(shop: Shop, story: Story): Promise<string[]> {
  const subject = await subjectOf(shop, story);
  const proxy = await ApiProxy.open(shop.cluster);
  try {
    if (story.isSecond) await loseARun(subject);
    const step = await subject.deploy(tagged(shop, story.tag), { proxy, inputs: story.inputs }).finished;
    const faults = await faultsOf(subject, {
      step,
      image: tagged(shop, story.tag),
      before: [subject.first],
      results: [story.result],
    });
    if (faults.length > 0) throw new Error(`${story.name}: ${faults.join('; ')}\n${step.main.shown}`);
    return proxy.calls.map(({ text }) => text);
  } finally {
    proxy.close();
    await subject.remove();
  }
}

/** Every point of a story that sends these requests; or, unless everything is wanted, `sample` of them. */
export function pointsOf(
  story: Story,
  after: After,
  requests: readonly string[],
  round: number,
  sample: number,
): Point[] {
  // Up to the lock, a second run does nothing but what a first one does.
  const from = story.isSecond ? requests.indexOf('GET leases') : 0;
  const all = requests
    .flatMap((text, index) => (index >= from && !isMiddle(requests, text, index) ? [index + 1] : []))
    .flatMap((n) => (['before', 'after'] as const).map((when) => ({ story, n, when, after, round })));
  const wanted = all.filter((point) => nameOf(point).includes(only));
  const draws = new Draws(`points of ${story.name}, ${after}`, round);
  if (only !== '') return wanted;
  if (!isFull) return draws.sample(wanted, sample);
  return story.isTwin ? draws.sample(wanted, twinSample) : wanted;
}

/** The access reviews are sent all at once and in any order: of those, the first and the last tell all. */
function isMiddle(requests: readonly string[], text: string, index: number): boolean {
  const isReview = text === 'POST selfsubjectaccessreviews';
  return isReview && index !== requests.indexOf(text) && index !== requests.lastIndexOf(text);
}

export async function crashAll(shop: Shop, points: readonly Point[]): Promise<Outcome[]> {
  return pool(points, width[points[0]?.after ?? 'post'], (point) => crash(shop, point));
}

function nameOf({ story, n, when, after }: Point): string {
  return `${story.name}/${after}/${when}-${n}`;
}

async function crash(shop: Shop, point: Point): Promise<Outcome> {
  const { story, n, when, after, round } = point;
  const name = nameOf(point);
  const subject = await subjectOf(shop, story);
  const proxy = await ApiProxy.open(shop.cluster);
  try {
    const image = tagged(shop, story.tag);
    if (story.isSecond) await loseARun(subject);
    let killedAt = '';
    proxy.interfere = async (call, forward) => {
      if (call.n !== n) return forward();
      killedAt = call.text;
      if (when === 'after') await forward();
      step.kill();
      return 'drop';
    };
    const { inputs } = story;
    const draws = new Draws(name, round);
    // A second run that did not come to take the lock leaves all to the next one, also if it has a post.
    const post = after === 'post' || (story.isSecond === true && draws.pick([true, false]));
    const step = subject.deploy(image, { proxy, inputs, runId: '1', post });
    const first = await step.finished;
    proxy.interfere = undefined;
    const title = `${name} (${killedAt || 'it had ended before'})`;
    if (after === 'post' || killedAt === '') {
      const results = ['cancelled', story.result, 'undone'];
      const faults = await faultsOf(subject, { step: first, image, before: [subject.first], results });
      return outcomeOf(title, killedAt !== '', faults, [first]);
    }
    // The same again, as when somebody runs it anew; or another one, good or bad.
    const next = draws.pick(['good-2', 'good-3', 'no-such-tag']);
    const again = next === 'no-such-tag' ? { timeout: '90s' } : { ...inputs, timeout: '90s' };
    await hasten(subject);
    const second = await subject.deploy(tagged(shop, next), { proxy, inputs: again, runId: '2' }).finished;
    const faults = await faultsOf(subject, {
      step: second,
      image: tagged(shop, next),
      // Of two bad ones, none may ever be taken for the one before.
      before: story.tag === 'no-such-tag' ? [subject.first] : [subject.first, image],
      results:
        next === 'no-such-tag' ? ['undone'] : ['deployed', ...(next === story.tag ? ['unchanged'] : [])],
    });
    return outcomeOf(`${title}, then ${next}`, true, faults, [first, second]);
  } catch (error) {
    return outcomeOf(name, true, [`${error instanceof Error ? error.stack : error}`], []);
  } finally {
    proxy.close();
    await subject.remove();
  }
}

/** The workload of a story, or both of them. */
async function subjectOf(shop: Shop, { isTwin }: Story): Promise<Subject> {
  const image = tagged(shop, 'good');
  const [subject, twin] = await Promise.all([shop.workload(image), isTwin && shop.workload(image)]);
  return twin ? subject.with(twin) : subject;
}

/** A run whose runner is lost just after it has set a bad image. */
async function loseARun(subject: Subject): Promise<void> {
  const { shop } = subject;
  const proxy = await ApiProxy.open(shop.cluster);
  try {
    proxy.interfere = async (call, forward) => {
      const answer = await forward();
      if (call.text === 'PATCH deployments') step.kill();
      return answer;
    };
    const step = subject.deploy(tagged(shop, 'no-such-tag'), {
      proxy,
      runId: '0',
      inputs: { timeout: '90s' },
      post: false,
    });
    await step.finished;
  } finally {
    proxy.close();
  }
  await subject.patchLease({ spec: { leaseDurationSeconds: 1 } });
}

/** In the short round, a lost run's lock lasts but a second longer. */
async function hasten(subject: Subject): Promise<void> {
  const { lease } = await subject.look();
  if (!isFull && lease?.spec?.holderIdentity) await subject.patchLease({ spec: { leaseDurationSeconds: 1 } });
  if (subject.twin) await hasten(subject.twin);
}
