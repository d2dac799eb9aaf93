import type { Story } from './story.ts';

/** Every output of action.yml, whatever the ending. Pure. */
export function outputs(story: Story): Record<string, string> {
  const { ending, changes, images, revision, previousRevision, migrationJob, seconds } = story;
  const distinct = (values: readonly string[]) => [...new Set(values)].join(',');
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
