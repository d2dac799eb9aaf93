import { isMutable, parseImage } from '../../image.ts';
import type { Rule } from '../rule.ts';

export const mutableTag: Rule = {
  id: 'mutable-tag',
  level: 'error',
  about: 'The image has no tag, or `latest`: what it names may change, so an undo may bring back nothing.',
  judge({ found, command }) {
    // What ran before had that name then; a rollback must not be held up by it.
    if (!found?.plan.ok || command === 'rollback') return [];
    const images = new Set(found.plan.changes.map(({ to }) => to));
    return [...images]
      .filter((image) => {
        const parsed = parseImage(image);
        return parsed !== undefined && isMutable(parsed);
      })
      .map((image) => ({
        message: `The image ${image} is named by ${image.endsWith(':latest') ? 'the tag latest' : 'no tag'}, which may name another image tomorrow.`,
        next: 'Tag the image by its commit SHA, or name its digest.',
      }));
  },
};
