import type { Result } from '../journal.ts';
import type { Story } from './story.ts';

/** A result as a person reads it: in the summary's heading, the log's last line and the annotation's title. */
export interface Verdict {
  readonly mark: string;
  readonly title: string;
  /** How the workload stands now, in one sentence. */
  readonly state: string;
}

/** The verdict of a story, in words. Pure. */
export function verdictOf(story: Story): Verdict {
  // Of several workloads, the verdict is about those that fared worst; the others are told after it.
  const { workloads } = story;
  const worst = workloads.filter(({ result }) => result === story.ending?.result);
  const subjects = worst.length > 0 ? worst : workloads;
  const others = workloads.filter((each) => !subjects.includes(each));
  const [one, ...more] = subjects;
  const workload =
    more.length > 0 ? `${one?.workload} and ${more.length} more` : one?.workload || 'the workload';
  const changes = subjects.flatMap((each) => each.changes);
  const [runs, is, has, was] =
    more.length > 0 ? ['run', 'are', 'have', 'were'] : ['runs', 'is', 'has', 'was'];
  const done = story.command === 'rollback' ? 'rolled back' : 'deployed';
  const image = [...new Set(changes.map(({ to }) => to))].join(', ');
  const before = [...new Set(changes.map(({ from }) => from))].join(', ');
  const again = subjects.flatMap(({ backOn }) => backOn.map(({ image }) => image));
  const back = again.length > 0 ? [...new Set(again)].join(', ') : before;
  // The first question after an undo: the schema does not go back.
  const stays = story.migrated ? ` The migration (job/${story.migrationJob}) stays applied.` : '';
  const untouched = `${workload} ${has} not been touched${before ? ` and ${runs} ${before}` : ''}.${stays}`;
  const gone = story.ending?.cause?.reason === 'deleted';
  const hurts = story.ending?.cause?.reason === 'users-saw-errors';
  const failed = story.command === 'rollback' ? 'Rollback failed' : 'Rollout failed';
  const interrupted = story.ending?.cause?.reason === 'interrupted';
  const table: Readonly<Record<Result, Verdict>> = {
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
      title: `${interrupted ? 'Interrupted' : story.command === 'rollback' ? 'Not rolled back' : 'Not deployed'}: ${workload} ${is} back on ${short(back)}, and healthy`,
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
  return (
    (verdict && { ...verdict, state: `${verdict.state}${rest}` }) ?? {
      mark: '🛑',
      title: `Not finished: ${workload}`,
      state: 'The step ended before it came to a verdict.',
    }
  );
}

/** An image without its registry and path: `web:3f2c1ab`. */
function short(images: string): string {
  return images
    .split(', ')
    .map((image) => image.split('/').at(-1) ?? image)
    .join(', ');
}
