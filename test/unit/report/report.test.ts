import { Marked } from 'marked';
import { describe, expect, it } from 'vitest';
import type { Cause, Ending, Entry, Event, Result } from '../../../src/journal.ts';
import { entriesFromState, Journal } from '../../../src/journal.ts';
import type { ImageChange } from '../../../src/kubernetes/workloads/patch.ts';
import { annotation } from '../../../src/report/annotation.ts';
import { sayFindings } from '../../../src/report/findings.ts';
import { block, code, row, words } from '../../../src/report/markdown.ts';
import { outputs } from '../../../src/report/outputs.ts';
import { type Story, tell } from '../../../src/report/story.ts';
import { summary } from '../../../src/report/summary.ts';
import { verdictOf } from '../../../src/report/verdict.ts';
import { evidenceOf } from '../builders.ts';

const from = 'ghcr.io/acme/web:v1';
const to = 'ghcr.io/acme/web:v2';
const change: ImageChange = { container: 'web', from, to, path: '/spec/template/spec/containers/0' };
const evidence = evidenceOf({
  object: 'pod/web-7c9d-x2x',
  said: 'back-off 10s restarting failed container',
  lines: ['connecting', 'cannot start: PAYMENT_API_KEY is not set'],
});
const cause: Cause = {
  reason: 'crash',
  message: 'pod/web-7c9d-x2x, container web: it ended with exit code 1.',
  diagnoses: [evidence],
};

const begun: readonly Event[] = [
  {
    type: 'began',
    run: 'https://github.com/acme/shop/actions/runs/1',
    commit: '3f2c1ab9d0e4f5a6b7c8',
  },
  {
    type: 'connected',
    command: 'deploy',
    server: 'https://k8s',
    workloads: ['deployment/web'],
    namespace: 'shop',
  },
];
const planned: readonly Event[] = [
  ...begun,
  { type: 'observed', revision: 4, replicas: 3, undoTo: 4 },
  { type: 'planned', changes: [change] },
  { type: 'checked', findings: [] },
];
const migrated: readonly Event[] = [
  { type: 'migration-started', job: 'web-migrate-1', image: to },
  { type: 'migration-ended', job: 'web-migrate-1', cause: undefined, kept: true, began: true },
];
const set: readonly Event[] = [...planned, ...migrated, { type: 'setting-image' }, { type: 'image-set' }];
const failed: readonly Event[] = [...set, { type: 'rollout-failed', revision: 5, cause }];
const migrationCause: Cause = { ...cause, reason: 'migration-failed', message: 'The migration failed.' };

const end = (result: Result, over: Partial<Ending> = {}): Event => ({
  type: 'ended',
  ending: { result, next: [], ...over },
});

/** Each event a second after the one before. */
function entriesOf(events: readonly Event[]): readonly Entry[] {
  let now = 0;
  const journal = new Journal({ now: () => (now += 1000) });
  for (const event of events) journal.add(event);
  return journal.entries;
}

const storyOf = (...events: readonly Event[]): Story => tell(entriesOf(events));

/** A journal for every result that a step can have. */
const journals: Readonly<Record<Result, readonly Event[]>> = {
  deployed: [...set, { type: 'rolled-out', revision: 5 }, end('deployed')],
  'rolled-back': [
    ...planned,
    { type: 'setting-image' },
    { type: 'rolled-out', revision: 5 },
    end('rolled-back'),
  ],
  unchanged: [...planned, end('unchanged')],
  refused: [
    ...begun,
    {
      type: 'checked',
      findings: [{ rule: 'paused', level: 'error', message: 'It is paused.', next: 'Resume it.' }],
    },
    end('refused', {
      cause: { reason: 'paused', message: 'It is paused.', diagnoses: [] },
      next: ['Resume it: kubectl -n shop rollout resume deployment/web'],
    }),
  ],
  locked: [
    ...begun,
    end('locked', {
      cause: {
        reason: 'locked',
        message: 'deployment/web is still being deployed by the run acme/shop/4711/1/deploy/3f2c1ab9.',
        diagnoses: [],
      },
      next: ['See the lock: kubectl -n shop get lease safe-rollout-deployment-web -o yaml'],
    }),
  ],
  'migration-failed': [
    ...planned,
    { type: 'migration-started', job: 'web-migrate-1', image: to },
    { type: 'migration-ended', job: 'web-migrate-1', cause: migrationCause, kept: true, began: true },
    end('migration-failed', { cause: migrationCause, next: ['Look at the Job.'] }),
  ],
  undone: [
    ...failed,
    { type: 'undo-started', revision: 4 },
    { type: 'undone', revision: 6 },
    end('undone', { cause, next: ['Read its last log lines.'] }),
  ],
  'undo-failed': [
    ...failed,
    { type: 'undo-started', revision: 4 },
    {
      type: 'undo-failed',
      cause: { reason: 'timeout', message: 'Not rolled out within 10 min.', diagnoses: [] },
    },
    end('undo-failed', {
      cause,
      next: ['Try again: kubectl -n shop rollout undo deployment/web --to-revision=4'],
    }),
  ],
  'left-failed': [...failed, end('left-failed', { cause })],
  superseded: [
    ...set,
    end('superseded', {
      cause: { reason: 'superseded', message: 'deployment/web was changed by kubectl-edit.', diagnoses: [] },
    }),
  ],
  cancelled: [
    ...set,
    { type: 'interrupted', by: 'SIGINT' },
    end('cancelled', { cause: { reason: 'interrupted', message: 'Interrupted by SIGINT.', diagnoses: [] } }),
  ],
};

const results = Object.entries(journals) as [Result, readonly Event[]][];

describe('the story', () => {
  it('of a deploy', () => {
    expect(storyOf(...journals.deployed)).toMatchObject({
      ending: { result: 'deployed' },
      workload: 'deployment/web',
      namespace: 'shop',
      changes: [change],
      revision: 5,
      previousRevision: 4,
      undoneTo: undefined,
      migrationJob: 'web-migrate-1',
      commit: '3f2c1ab9d0e4f5a6b7c8',
      seconds: 10,
    });
  });

  it('of an undo has its revisions', () => {
    expect(storyOf(...journals.undone)).toMatchObject({ revision: 5, previousRevision: 4, undoneTo: 6 });
  });

  it('of nothing', () => {
    expect(tell([])).toMatchObject({ ending: undefined, workload: '', changes: [], phases: [], seconds: 0 });
  });

  it('knows the revision of a rollout that is still to be proved', () => {
    const story = storyOf(...set, { type: 'rollout-completed', revision: 5 });
    expect(story).toMatchObject({ revision: 5, phases: [{}, {}, { title: 'Rollout', note: 'revision 5' }] });
  });

  it('goes back to what was healthy, which need not be what ran before', () => {
    const observed: Event = { type: 'observed', revision: 4, replicas: 3, undoTo: 2 };
    expect(storyOf(observed).previousRevision).toBe(2);
    expect(storyOf({ ...observed, undoTo: undefined }).previousRevision).toBe(4);
  });

  it.each<[string, readonly Event[], (readonly [string, number | undefined, string])[]]>([
    [
      'each phase with its time',
      journals.undone,
      [
        ['Check', 4, 'ok'],
        ['Migration job/web-migrate-1', 1, 'ok'],
        ['Rollout', 2, 'failed'],
        ['Undo to revision 4', 1, 'ok'],
      ],
    ],
    [
      'a phase that is still open',
      set,
      [
        ['Check', 4, 'ok'],
        ['Migration job/web-migrate-1', 1, 'ok'],
        ['Rollout', undefined, 'open'],
      ],
    ],
    [
      'a phase that was interrupted',
      [...set, { type: 'interrupted', by: 'SIGINT' }],
      [
        ['Check', 4, 'ok'],
        ['Migration job/web-migrate-1', 1, 'ok'],
        ['Rollout', 2, 'open'],
      ],
    ],
    [
      'what proves the rollout, one after the other',
      [
        ...set,
        { type: 'rollout-completed', revision: 5 },
        { type: 'proof-started', title: 'Verify command' },
        { type: 'proof-ended', title: 'Verify command', cause: undefined },
        { type: 'proof-started', title: 'Bake' },
        { type: 'proof-ended', title: 'Bake', cause },
        { type: 'rollout-failed', revision: 5, cause },
        end('left-failed', { cause }),
      ],
      [
        ['Check', 4, 'ok'],
        ['Migration job/web-migrate-1', 1, 'ok'],
        ['Rollout', 2, 'ok'],
        ['Verify command', 1, 'ok'],
        ['Bake', 1, 'failed'],
      ],
    ],
    [
      'a proof that was interrupted',
      [
        { type: 'rollout-completed', revision: 5 },
        { type: 'proof-started', title: 'Bake' },
        { type: 'interrupted', by: 'SIGINT' },
      ],
      [['Bake', 1, 'open']],
    ],
    ['a check that refused', journals.refused, [['Check', 2, 'failed']]],
    ['a check that never came to its end', [begun[0] as Event, end('refused')], [['Check', 1, 'failed']]],
  ])('has %s', (_, events, phases) => {
    expect(storyOf(...events).phases.map(({ title, seconds, outcome }) => [title, seconds, outcome])).toEqual(
      phases,
    );
  });

  it('says which pods were deleted on the way', () => {
    const undoing: Event[] = [
      { type: 'undo-started', revision: 4 },
      { type: 'pod-deleted', pod: 'db-2' },
      { type: 'pod-deleted', pod: 'db-1' },
    ];
    const noteOf = (...events: Event[]) => storyOf(...events).phases.map(({ note }) => note);
    expect(noteOf(...undoing)).toEqual(['pod/db-2, pod/db-1 deleted, which held it up']);
    expect(noteOf(...undoing, { type: 'undone', revision: 6 })).toEqual([
      'healthy, now numbered 6; pod/db-2, pod/db-1 deleted, which held it up',
    ]);
  });
});

describe('outputs', () => {
  const names = [
    'result',
    'reason',
    'image',
    'previous-image',
    'image-digest',
    'previous-image-digest',
    'revision',
    'previous-revision',
    'migration-job',
    'duration-seconds',
  ];

  it.each(results)('%s: all of them are set', (result, events) => {
    const all = outputs(storyOf(...events));
    expect(Object.keys(all).sort()).toEqual(names.toSorted());
    expect(all['result']).toBe(result);
  });

  it.each<[Result, Record<string, string>]>([
    [
      'deployed',
      {
        reason: '',
        image: to,
        'previous-image': from,
        revision: '5',
        'previous-revision': '4',
        'migration-job': 'web-migrate-1',
        'duration-seconds': '10',
      },
    ],
    ['unchanged', { reason: '', image: to, revision: '', 'previous-revision': '4', 'migration-job': '' }],
    ['refused', { reason: 'paused', image: '', 'previous-image': '', revision: '', 'migration-job': '' }],
    [
      'migration-failed',
      { reason: 'migration-failed', image: to, revision: '', 'migration-job': 'web-migrate-1' },
    ],
    [
      'undone',
      { reason: 'crash', image: to, 'previous-image': from, revision: '5', 'previous-revision': '4' },
    ],
    ['undo-failed', { reason: 'crash', revision: '5' }],
    ['left-failed', { reason: 'crash', revision: '5' }],
    ['superseded', { reason: 'superseded', image: to }],
    ['cancelled', { reason: 'interrupted', image: to }],
  ])('%s: %j', (result, expected) => {
    expect(outputs(storyOf(...journals[result]))).toMatchObject(expected);
  });

  it('say cancelled where the step never came to a verdict', () => {
    expect(outputs(tell([]))).toMatchObject({ result: 'cancelled', 'duration-seconds': '0' });
  });

  it('name each digest once, and each that differs', () => {
    const [a, b, c] = ['a', 'b', 'c'].map((letter) => `sha256:${letter.repeat(64)}`) as [
      string,
      string,
      string,
    ];
    const images = [
      { container: 'web', before: [a], after: [b, c] },
      { container: 'worker', before: [a], after: [b] },
    ];
    const story = storyOf(...set, { type: 'images', images }, end('deployed'));
    expect(outputs(story)).toMatchObject({ 'image-digest': `${b},${c}`, 'previous-image-digest': a });
    expect(summary(story)).toContain(`| Digest | \`${b}\`, \`${c}\` (container \`web\`) |`);
    expect(summary(story)).toContain(`| Digest before | \`${a}\` (container \`worker\`) |`);
  });

  it('name each image once', () => {
    const changes = [
      change,
      { ...change, container: 'worker', from: 'b:1' },
      { ...change, container: 'init' },
    ];
    const all = outputs(storyOf({ type: 'planned', changes }));
    expect(all).toMatchObject({ image: to, 'previous-image': `${from},b:1` });
  });
});

describe('the verdict', () => {
  it.each<[Result, string[]]>([
    ['deployed', ['deployment/web', to]],
    ['unchanged', ['deployment/web', to, 'migration']],
    ['refused', ['deployment/web', 'not been touched']],
    ['locked', ['deployment/web', 'another run', 'not been touched']],
    ['migration-failed', ['deployment/web', 'not been touched', from]],
    ['undone', ['deployment/web', from, 'healthy', 'migration', 'stays applied']],
    ['undo-failed', ['deployment/web', 'undo failed', 'not known to be healthy']],
    ['left-failed', ['deployment/web', to]],
    ['superseded', ['deployment/web', 'somebody else']],
    ['cancelled', ['deployment/web', 'post step']],
  ])('%s says %j', (result, mentions) => {
    const { mark, title, state } = verdictOf(storyOf(...journals[result]));
    for (const mention of mentions) expect(`${title}\n${state}`).toContain(mention);
    expect(mark).not.toBe('');
    expect(title).not.toMatch(/undefined|\n/);
  });

  it('does not claim what is not known', () => {
    const { title, state } = verdictOf(tell([]));
    expect(`${title} ${state}`).toContain('the workload');
    expect(`${title} ${state}`).not.toMatch(/undefined|healthy|deployed/i);
  });

  it('promises that a cancelled step touched nothing only where it did not', () => {
    const cancelled = [...planned, { type: 'interrupted', by: 'SIGINT' }, end('cancelled')] as Event[];
    expect(verdictOf(storyOf(...cancelled)).state).toContain('not been touched');
    expect(verdictOf(storyOf(...journals.cancelled)).state).not.toContain('not been touched');
  });
});

describe('the annotation', () => {
  it.each(results)('%s: is one of its level', (result, events) => {
    const good = ['deployed', 'unchanged', 'rolled-back'].includes(result);
    const { level, title, text } = annotation(storyOf(...events));
    expect(level).toBe(good ? 'notice' : 'error');
    expect(title).toContain('deployment/web');
    expect(text).not.toMatch(/undefined|\n\n/);
    expect(text).not.toBe('');
  });

  it('says why, with the last log lines, and what to do', () => {
    const { text } = annotation(storyOf(...journals.undone));
    for (const part of [cause.message, 'PAYMENT_API_KEY is not set', from, 'Read its last log lines.']) {
      expect(text).toContain(part);
    }
  });

  it('stays short whatever was logged', () => {
    const long = evidenceOf({
      lines: Array.from({ length: 50 }, (_, index) => `${index} ${'x'.repeat(2000)}`),
    });
    const ended = end('undone', { cause: { ...cause, diagnoses: [long] }, next: ['LAST'] });
    const { text } = annotation(storyOf(...failed, { type: 'undone', revision: 6 }, ended));
    // GitHub cuts at 4,096: what to do must not be what is cut away.
    expect(text.length).toBeLessThanOrEqual(4000);
    expect(text).toContain('LAST');
  });
});

const marked = new Marked({ gfm: true });

/** The summary as HTML, less our own comments. */
function render(markdown: string): string {
  return marked.parse(markdown, { async: false }).replaceAll('<!-- -->', '');
}

/** The words that a reader sees. */
function visible(html: string): string {
  return html
    .replace(/<[^>]*>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
}

describe('the summary', () => {
  it.each(results)('%s: begins with the verdict', (_, events) => {
    const story = storyOf(...events);
    const markdown = summary(story);
    const { mark, title, state } = verdictOf(story);
    const text = visible(render(markdown));
    expect(markdown.startsWith(`## ${mark} `)).toBe(true);
    expect(text.indexOf(title)).toBeLessThan(10);
    expect(text).toContain(state);
    expect(text).not.toMatch(/undefined|null|NaN/);
  });

  it.each<[Result, string[]]>([
    ['deployed', [from, to, '5', '4', '3f2c1ab9d0e4', 'Migration job/web-migrate-1', 'Rollout']],
    ['refused', ['It is paused.', 'kubectl -n shop rollout resume deployment/web']],
    ['migration-failed', ['The migration failed.', 'PAYMENT_API_KEY is not set', 'web-migrate-1']],
    [
      'undone',
      ['pod/web-7c9d-x2x', 'exit code 1', 'PAYMENT_API_KEY is not set', 'Undo to revision 4', 'crash'],
    ],
    ['undo-failed', ['pod/web-7c9d-x2x', 'Not rolled out within 10 min.', '--to-revision=4']],
    ['superseded', ['kubectl-edit']],
  ])('%s: tells %j', (result, mentions) => {
    const text = visible(render(summary(storyOf(...journals[result]))));
    for (const mention of mentions) expect(text).toContain(mention);
  });

  it('has the commands as code, to be copied', () => {
    const html = render(summary(storyOf(...journals.refused)));
    expect(html).toContain('<code>kubectl -n shop rollout resume deployment/web</code>');
  });

  it('has further lines of an advice as a block, to be pasted', () => {
    const next = ['Add to a Role:\n- apiGroups: ["apps"]\n  verbs: ["get"]'];
    const html = render(summary(storyOf(...begun, end('refused', { cause, next }))));
    expect(html).toMatch(
      /<li>[\s\S]*<pre><code[^>]*>- apiGroups: \[&quot;apps&quot;\]\n {2}verbs: \[&quot;get&quot;\]\n<\/code><\/pre>[\s\S]*<\/li>/,
    );
  });

  it('lists warnings, and leaves errors to the cause', () => {
    const findings = [
      { rule: 'unhealthy-now', level: 'warning', message: 'It is broken.', next: 'See.' },
      { rule: 'paused', level: 'error', message: 'It is paused.', next: 'Resume.' },
    ] as const;
    const text = visible(render(summary(storyOf(...begun, { type: 'checked', findings }, end('refused')))));
    expect(text).toContain('unhealthy-now: It is broken. See.');
    expect(text).not.toContain('paused');
  });

  describe('of what users saw', () => {
    const phase = {
      seconds: 2,
      requests: 8,
      errors: 0,
      slowest: 12,
      statuses: { '200': 8 },
      setAside: {},
      timeline: [
        [4, 0],
        [4, 0],
      ],
    } as const;
    const users: Event = {
      type: 'users',
      saw: {
        address: 'https://shop.example/?…',
        limit: { kind: 'share', share: 0.01 },
        judgedIn: ['during', 'after'],
        stretch: 1,
        phases: [
          { ...phase, phase: 'before' },
          {
            ...phase,
            phase: 'during',
            errors: 2,
            slowest: 1500,
            statuses: { '200': 6, 'answer broken off': 2 },
            setAside: { 'API server not reached either': 3 },
            timeline: [
              [4, 2],
              [0, 0],
            ],
          },
          { ...phase, phase: 'after', requests: 0, slowest: undefined, statuses: {}, timeline: [[0, 0]] },
        ],
      },
    };
    const markdown = summary(storyOf(...failed, users, end('undone', { cause })));

    it('has a row for each phase, with its time line', () => {
      const cells = [...markdown.matchAll(/^\| (?:✅|❌|…) .*$/gm)].map(([line]) =>
        line.split('|').map((cell) => cell.trim()),
      );
      expect(cells).toEqual([
        ['', '✅ before', '8', 'no errors', '12 ms', '200 ×8', '`▁▁`', ''],
        [
          '',
          '❌ during',
          '8',
          '2 errors (25 %)',
          '1.5 s',
          '200 ×6, answer broken off ×2; set aside: API server not reached either ×3',
          '`▅·`',
          '',
        ],
        ['', '… after', '0', 'nothing known', '', '', '`·`', ''],
      ]);
    });

    it('is a table to a reader, and shows the address and the limit', () => {
      const html = render(markdown);
      expect(html).toContain('<h3>What users saw</h3>');
      expect(html).toContain('<code>https://shop.example/?…</code>');
      expect(html).toContain('<code>▅·</code></td>');
      expect(visible(html)).toContain('1 % of a phase is allowed');
      expect(visible(html)).toContain('Each bar stands for 1 s');
    });

    it('is left out where nothing was asked', () => {
      expect(summary(storyOf(...journals.undone))).not.toContain('users');
    });

    it('is known to post too', () => {
      const journal = new Journal({ now: () => 0 });
      journal.add(users);
      expect(tell(entriesFromState(journal.toState())).users).toEqual(users.saw);
    });
  });

  it('stays under what GitHub takes, whatever was logged', () => {
    const lines = Array.from({ length: 50 }, () => '日本語'.repeat(6000));
    const big = { ...cause, diagnoses: [1, 2, 3].map(() => evidenceOf({ lines })) };
    const markdown = summary(storyOf(...failed, end('left-failed', { cause: big, next: ['Do this.'] })));
    expect(Buffer.byteLength(markdown)).toBeLessThan(1024 * 1024);
  });
});

/** What a pod, an event or an admission policy might say to deceive a reader. */
const nasty = [
  '[click](https://evil.example)',
  '![x](https://evil.example/pixel.png)',
  '<img src=x onerror=alert(1)>',
  '<script>alert(1)</script>',
  '<!-- hidden',
  '--><b>bold</b>',
  'https://evil.example/path',
  'www.evil.example',
  'ftp://evil.example',
  'mail me: someone@evil.example',
  'mailto:someone@evil.example',
  '@octocat fix acme/shop#1',
  '# Deployed',
  '## ✅ Deployed deployment/web',
  '> [!NOTE]\n> all is well',
  '- item\n- item',
  '1. item',
  '***bold*** __bold__ ~~gone~~ _it_',
  '`code` ``more`` ```fence```',
  '```\nfence\n```\n# out',
  '~~~\nfence\n~~~',
  '| a | b |\n|---|---|\n| c | d |',
  'a | b',
  'text\n===',
  'text\n---',
  '[ref]: https://evil.example\n\n[ref]',
  '[ref][ref]',
  '<https://evil.example>',
  '&lt;b&gt; &#60;i&#62;',
  'back\\slash \\[x](y)',
  '\\',
  'a trailing backslash\\',
  '    indented\n\ttab',
  '<details><summary>x</summary>',
  '</code></pre><h1>x</h1>',
  '`',
  '`` ` ',
  '$x^2$ and $`y`$',
  ':tada: text',
  '[^1] note\n\n[^1]: https://evil.example',
  '\r\n# carriage\r# return',
  '\u2028# separator',
];

/** Elements of `html`, by name. */
function elements(html: string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const [, name = ''] of html.matchAll(/<([a-z][a-z0-9]*)/gi)) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

/** The report of an undo in which everything that comes from elsewhere is `text`. */
function undoneWith(text: string): string {
  const told: Cause = {
    reason: 'crash',
    message: text,
    diagnoses: [
      evidenceOf({ object: 'pod/web-1', message: text, said: text, lines: text.split('\n'), told: [text] }),
    ],
  };
  const findings = [{ rule: 'patch-refused', level: 'warning', message: text, next: 'See.' }] as const;
  return summary(
    storyOf(
      ...begun,
      { type: 'planned', changes: [{ ...change, container: text, from: text, to: text }] },
      { type: 'checked', findings },
      { type: 'setting-image' },
      { type: 'rollout-failed', revision: 5, cause: told },
      { type: 'undo-started', revision: 4 },
      { type: 'undo-failed', cause: told },
      end('undo-failed', { cause: told, next: [`The undo failed too: ${text}`] }),
    ),
  );
}

describe('text from elsewhere', () => {
  it.each(nasty)('makes no markup of the summary: %j', (text) => {
    const plain = elements(render(undoneWith(text.split('\n').fill('plain').join('\n'))));
    const found = elements(render(undoneWith(text)));
    expect(found['a']).toBe(plain['a']);
    for (const name of ['img', 'h1', 'b', 'i', 'em', 'script', 'details', 'blockquote', 'del', 'hr', 'ol']) {
      expect(found[name] ?? 0, name).toBe(plain[name] ?? 0);
    }
    for (const name of ['h2', 'h3', 'table', 'pre', 'ul']) expect(found[name], name).toBe(plain[name]);
  });

  it.each(nasty)('is still to be read as it was: %j', (text) => {
    const read = (from: string) => from.replace(/\s+/g, ' ').trim();
    expect(read(visible(render(words(text)))).replaceAll(' ', '')).toBe(read(text).replaceAll(' ', ''));
  });

  it.each(nasty.filter((text) => !/[|]/.test(text)))('is code as it was: %j', (text) => {
    const html = render(code(text)).trim();
    const [, inside = ''] = /^<p><code>([\s\S]*)<\/code><\/p>$/.exec(html) ?? [];
    expect(visible(inside)).toBe(text.replace(/\s+/g, ' ').trim());
  });

  it.each(nasty)('is a block as it was: %j', (text) => {
    const html = render(`before\n\n${block(text.split('\n'))}\n\nafter`);
    const [, inside = ''] =
      /^<p>before<\/p>\n<pre><code[^>]*>([\s\S]*)\n<\/code><\/pre>\n<p>after<\/p>\n$/.exec(html) ?? [];
    const lines = (all: string) => all.replace(/\r\n?/g, '\n');
    expect(lines(visible(inside))).toBe(lines(text));
  });

  it('draws nothing for an empty line', () => {
    expect(elements(render(undoneWith('one\n\ntwo')))['hr']).toBeUndefined();
  });

  it('keeps a pipe in a cell in the cell', () => {
    const html = render(`| a | b |\n|---|---|\n${row(words('x | y'), code('x | y'))}`);
    expect(html).toContain('<td>x | y</td>');
    expect(html).toContain('<td><code>x | y</code></td>');
  });

  it('is nothing where there is nothing', () => {
    expect([code(''), code(' \n '), words('')]).toEqual(['', '', '']);
  });
});

it('says findings as log lines, each with what to do under it', () => {
  expect(sayFindings([])).toHaveLength(1);
  const lines = sayFindings([
    { rule: 'paused', level: 'error', message: 'It is paused.', next: 'Resume it.' },
    { rule: 'unhealthy-now', level: 'warning', message: 'It is broken.', next: 'one\ntwo' },
  ]);
  expect(lines).toHaveLength(5);
  expect(lines[0]).toMatch(/^✗ .*paused.*It is paused\./);
  expect(lines[2]).toMatch(/^! .*unhealthy-now/);
  expect(lines.slice(3).map((line) => line.trim())).toEqual(['one', 'two']);
});
