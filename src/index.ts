// The runner starts dist/index.js for main and dist/post.js, which imports this file, for post. The file's name
// decides, not saved state: a main that was killed before it could save any must not be started a second time.
import path from 'node:path';

const isPost = path.basename(process.argv[1] ?? '') === 'post.js';

if (!isPost) {
  const { main } = await import('./main.ts');
  await main();
} else if (process.env['STATE_ended'] !== 'true') {
  const { post } = await import('./post.ts');
  await post();
}
