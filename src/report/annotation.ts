import { clip } from '../clip.ts';
import { successes } from '../journal.ts';
import type { Story } from './story.ts';
import { verdictOf } from './verdict.ts';

/** The one annotation of a step. */
export interface Annotation {
  readonly level: 'error' | 'notice';
  readonly title: string;
  readonly text: string;
}

/** Log lines that an annotation can hold without hiding the rest. */
const lastLines = 5;

/** What the run's page shows of a step: the verdict, why, how things stand and what to do. Pure. */
export function annotation(story: Story): Annotation {
  const { title, state } = verdictOf(story);
  const { ending } = story;
  const good = ending !== undefined && successes.has(ending.result);
  const why = ending?.cause?.message ?? '';
  const [first] = ending?.cause?.diagnoses ?? [];
  const text = [
    why,
    clip(first?.said ?? '', 1000),
    ...(first?.logs[0]?.lines.slice(-lastLines).map((line) => `| ${clip(line, 200)}`) ?? []),
    state,
    ...(ending?.next ?? []),
  ]
    .filter((part) => part !== '')
    .join('\n');
  return { level: good ? 'notice' : 'error', title, text };
}
