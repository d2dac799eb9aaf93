import type { Rule } from '../rule.ts';

export const unhealthyNow: Rule = {
  id: 'unhealthy-now',
  level: 'warning',
  underLock: true,
  about: 'The revision that runs now is not healthy, so an undo may go to an older one, or nowhere.',
  judge({ found, workload }) {
    if (!found) return [];
    const broken =
      found.status.state === 'failed' ||
      (found.status.state !== 'complete' && (found.verdict.hopeless || found.settled));
    if (!broken) return [];
    const [worst] = found.verdict.diagnoses;
    const why = worst ? ` (${worst.object}: ${worst.message})` : ` (${found.status.message})`;
    return [
      {
        message: `The revision of ${workload} that runs now is not healthy${why}.`,
        next:
          found.undoTo === undefined
            ? 'No revision is healthy: if this fails too, there is nothing to go back to.'
            : `If this fails too, it is undone to revision ${found.undoTo}, the last one known to have been healthy.`,
      },
    ];
  },
};
