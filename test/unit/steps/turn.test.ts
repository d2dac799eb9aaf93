import { expect, it } from 'vitest';
import { lastFirst } from '../../../src/steps/turn.ts';

it('lets the last one go first, and the next once it has passed its turn on', async () => {
  const story: string[] = [];
  const later = Promise.withResolvers<void>();
  const results = lastFirst(['a', 'b', 'c'], async (name, turn, index) => {
    story.push(`${name} begins`);
    await turn.mine;
    story.push(`${name} is back`);
    turn.passOn();
    await later.promise;
    return `${name}${index}`;
  });
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(story).toEqual(['c begins', 'b begins', 'a begins', 'c is back', 'b is back', 'a is back']);
  later.resolve();
  expect(await results).toEqual(['a0', 'b1', 'c2']);
});

it('lets one that fails hold up no other, and throws once all have ended', async () => {
  const ended: string[] = [];
  const results = lastFirst(['a', 'b'], async (name, turn) => {
    await turn.mine;
    if (name === 'b') throw new Error('no');
    ended.push(name);
  });
  await expect(results).rejects.toThrow('no');
  expect(ended).toEqual(['a']);
});
