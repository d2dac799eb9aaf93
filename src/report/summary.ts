import { clip } from '../clip.ts';
import { sayObject } from '../diagnosis/diagnosis.ts';
import { type NodeVerdict, nodeVerdicts } from '../diagnosis/scheduling.ts';
import { sayDuration } from '../duration.ts';
import { type Cause, type Evidence, type Result, standings } from '../journal.ts';
import { block, code, row, words } from './markdown.ts';
import type { Phase, Story, WorkloadStory } from './story.ts';
import { usersSection } from './users.ts';
import { verdictOf } from './verdict.ts';

/** Bytes. GitHub takes no summary over 1 MiB; this leaves room for what masking adds. */
const longest = 768 * 1024;

/** Characters of a log line, or of the cluster's words, that are shown. */
const longestLine = 300;
const longestWords = 1500;

/**
 * The job summary, in GitHub's Markdown: the verdict, how things stand, why, what to do, and what happened when.
 * Pure.
 */
export function summary(story: Story): string {
  const text = render(story);
  if (Buffer.byteLength(text) <= longest) return text;
  // The words are what a reader needs first; the logs are in the step's log too.
  const cut = Buffer.from(render(withoutLogs(story)))
    .subarray(0, longest)
    .toString('utf8');
  return `${cut}\n\n(The logs were left out: the summary would be too long.)\n`;
}

function render(story: Story): string {
  const verdict = verdictOf(story);
  const parts = [
    `## ${verdict.mark} ${words(verdict.title)}`,
    words(verdict.state),
    ...causeSection(story),
    ...nextSection(story),
    words(story.resumed),
    ...eachWorkload(story),
    facts(story),
    ...timeline(story.phases),
    ...usersSection(story.users),
    ...findings(story),
    ...history(story),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function withoutLogs(story: Story): Story {
  const bare = (cause: Cause): Cause => ({
    ...cause,
    diagnoses: cause.diagnoses.map((each) => ({ ...each, logs: [], events: [] })),
  });
  const { ending, undoCause } = story;
  return {
    ...story,
    ending: ending && { ...ending, cause: ending.cause && bare(ending.cause) },
    undoCause: undoCause && bare(undoCause),
  };
}

function causeSection({ ending, undoCause }: Story): string[] {
  if (ending?.cause === undefined) return [];
  return [
    `### Why: ${code(ending.cause.reason)}`,
    ...sayCause(ending.cause),
    ...(undoCause ? ['### Why the undo failed', ...sayCause(undoCause)] : []),
  ];
}

function sayCause({ message, diagnoses }: Cause): string[] {
  const lines = message.split('\n').filter((line) => line.trim() !== '');
  return [
    ...lines.map((line) => `**${words(line)}**`),
    ...diagnoses.flatMap((each) =>
      sayEvidence(each, message.includes(`${sayObject(each)}: ${each.message}`)),
    ),
  ];
}

/** `isSaid`: the cause has said it already, so that only what was gathered about it follows. */
function sayEvidence(evidence: Evidence, isSaid: boolean): string[] {
  const { object, others, container, message, said, logs, events, count } = evidence;
  const who = `${code(object)}${container ? `, container ${code(container)}` : ''}`;
  const alike =
    count > 1
      ? ` (${count} alike: ${[object, ...others].map(code).join(', ')}${count > others.length + 1 ? ', …' : ''})`
      : '';
  const verdicts = nodeVerdicts(said);
  return [
    ...(isSaid ? (alike ? [`${who}:${alike}`] : []) : [`${who}: ${words(message)}${alike}`]),
    ...(verdicts.length > 0
      ? [nodeTable(verdicts)]
      : said
        ? ['The cluster says:', block(clip(said, longestWords).split('\n'))]
        : []),
    ...logs.map(({ object: pod, lines }) =>
      details(
        `Last ${lines.length === 1 ? 'log line' : `${lines.length} log lines`} of ${words(pod)}`,
        block(lines.map((line) => clip(line, longestLine))),
        pod === object,
      ),
    ),
    ...(events.length > 0 ? [details('What the cluster told of it', eventTable(events), false)] : []),
  ];
}

function nodeTable(verdicts: readonly NodeVerdict[]): string {
  return [
    '| Nodes | Why not |',
    '|--:|---|',
    ...verdicts.map(({ nodes, why }) => row(String(nodes), words(why))),
  ].join('\n');
}

function eventTable(events: Evidence['events']): string {
  return [
    '| Event | Times | Words |',
    '|---|--:|---|',
    ...events.map(({ reason, count, message }) =>
      row(code(reason), String(count), words(clip(message, longestLine))),
    ),
  ].join('\n');
}

/** A part that can be folded away; the blank lines let Markdown be read inside. */
function details(title: string, body: string, open: boolean): string {
  return `<details${open ? ' open' : ''}><summary>${title}</summary>\n\n${body}\n\n</details>`;
}

function nextSection({ ending }: Story): string[] {
  if (ending === undefined || ending.next.length === 0) return [];
  return ['### What to do', ending.next.map(sayNext).join('\n')];
}

/** One thing to do. Commands are set as code, and lines after the first as a block to copy. */
function sayNext(text: string): string {
  const [first = '', ...rest] = text.split('\n');
  const [, before, command] = /^(.*?: )?(kubectl .*)$/.exec(first) ?? [];
  const line = command ? `${words(before ?? '')}${code(command)}` : words(first);
  const copied = rest.length > 0 ? `\n${block(rest, 'yaml').replace(/^/gm, '  ')}` : '';
  return `- ${line}${copied}`;
}

/** Results after which the workload runs what it ran before. */
const runsBefore: ReadonlySet<Result> = new Set<Result>(['refused', 'locked', 'migration-failed', 'undone']);

/** One line for each of several workloads. */
function eachWorkload({ workloads, ending }: Story): string[] {
  if (workloads.length < 2) return [];
  const images = (changes: WorkloadStory['changes'], which: 'from' | 'to') =>
    [...new Set(changes.map((change) => change[which]))].map(code).join(', ');
  const rows = workloads.map(({ workload, changes, result, revision, previousRevision }) =>
    row(
      code(workload),
      words(result ?? ending?.result ?? ''),
      images(changes, 'to'),
      images(changes, 'from'),
      [previousRevision, revision].filter((each) => each !== undefined).join(' → '),
    ),
  );
  const head = ['| Workload | Result | Wanted image | Image before | Revision |', '|:--|:--|:--|:--|--:|'];
  return [[...head, ...rows].join('\n')];
}

function facts(story: Story): string {
  const { workloads, namespace, revision, previousRevision, commit, run, workload, began, seconds } = story;
  const isBefore = runsBefore.has(story.ending?.result ?? 'undo-failed');
  const several = workloads.length > 1;
  const changes = several ? [] : story.changes;
  const repository = run.split('/actions/')[0] ?? '';
  const rows = [
    ...(workload ? [['Workload', `${code(workload)} in namespace ${code(namespace)}`]] : []),
    ...changes.flatMap(({ container, from, to }) => [
      [isBefore ? 'Wanted image' : 'Image', `${code(to)} (container ${code(container)})`],
      [isBefore ? 'Runs' : 'Before', code(backOn(workloads[0], container) ?? from)],
    ]),
    ...workloads.flatMap((each) =>
      each.images.flatMap(({ container, before, after }) => {
        const where = `container ${code(container)}${several ? ` of ${code(each.workload)}` : ''}`;
        return [
          ...digestRow(isBefore ? 'Digest wanted' : 'Digest', where, after),
          ...digestRow('Digest before', where, before),
        ];
      }),
    ),
    ...(revision === undefined || several ? [] : [['Revision', String(revision)]]),
    ...(previousRevision === undefined || several ? [] : [['Revision before', String(previousRevision)]]),
    ...(commit
      ? [
          [
            'Commit',
            run
              ? `[${code(commit.slice(0, 12))}](${repository}/commit/${commit})`
              : code(commit.slice(0, 12)),
          ],
        ]
      : []),
    ...(run
      ? [['Run', `[${run.split('/runs/')[1]?.replace('/attempts/', ', attempt ') ?? run}](${run})`]]
      : []),
    [
      'Began',
      `${new Date(began).toISOString().slice(0, 19).replace('T', ' ')} UTC, took ${sayDuration(seconds)}`,
    ],
  ];
  const [first = [], ...rest] = rows;
  return [row(...first), '|:--|:--|', ...rest.map((cells) => row(...cells))].join('\n');
}

function digestRow(title: string, where: string, digests: readonly string[]): string[][] {
  return digests.length === 0 ? [] : [[title, `${digests.map(code).join(', ')} (${where})`]];
}

/** What a container runs again after an undo, which may have gone further back than to what ran before. */
function backOn(story: WorkloadStory | undefined, name: string): string | undefined {
  return story?.backOn.find(({ container }) => container === name)?.image;
}

const outcomeMarks: Readonly<Record<Phase['outcome'], string>> = { ok: '✓', failed: '✗', open: '…' };

function timeline(phases: readonly Phase[]): string[] {
  if (phases.length === 0) return [];
  const rows = phases.map(({ title, seconds, outcome, note }) =>
    row(
      words(title),
      seconds === undefined ? '' : sayDuration(seconds),
      `${outcomeMarks[outcome]} ${words(note)}`,
    ),
  );
  return ['### What happened', ['| Step | Took | |', '|:--|--:|:--|', ...rows].join('\n')];
}

/** What there was to go back to. */
function history({ workloads, began }: Story): string[] {
  const told = workloads.filter((each) => each.history.length > 0);
  return told.flatMap(({ workload, history: rows }) => [
    `### History${told.length > 1 ? ` of ${code(workload)}` : ''}`,
    [
      '| Revision | Image | Age | Health | Pods | Change cause |',
      '|--:|:--|--:|:--|--:|:--|',
      ...rows.map(({ revision, images, created, standing, pods, cause, isCurrent, isTarget }) =>
        row(
          `${isTarget ? '**→** ' : ''}${revision}${isCurrent ? ' (ran)' : ''}`,
          images.map(code).join(', '),
          sayDuration((began - created) / 1000),
          standings[standing],
          String(pods),
          words(clip(cause, longestLine)),
        ),
      ),
    ].join('\n'),
  ]);
}

function findings({ findings: all }: Story): string[] {
  const warnings = all.filter(({ level }) => level === 'warning');
  if (warnings.length === 0) return [];
  return [
    '### Warnings',
    warnings.map(({ rule, message, next }) => `- ${code(rule)}: ${words(message)} ${words(next)}`).join('\n'),
  ];
}
