import * as core from '@actions/core';
import { messageOf } from './errors.ts';
import type { Journal, Result } from './journal.ts';
import type { Log } from './log.ts';
import { annotation } from './report/annotation.ts';
import { outputs } from './report/outputs.ts';
import { type Story, tell } from './report/story.ts';
import { summary } from './report/summary.ts';
import { verdictOf } from './report/verdict.ts';

/**
 * Says how the step ended: in the log, as an annotation, in the outputs and in the job summary. The process is to exit
 * with 1 where the result is not among `good`.
 */
export async function publish(journal: Journal, log: Log, good: ReadonlySet<Result>): Promise<void> {
  const story = tell(journal.entries);
  sayInLog(story, log);
  for (const [name, value] of Object.entries(outputs(story))) core.setOutput(name, value);
  if (story.ending === undefined || !good.has(story.ending.result)) process.exitCode = core.ExitCode.Failure;
  if (!process.env['GITHUB_STEP_SUMMARY']) return;
  try {
    await core.summary.addRaw(summary(story)).write();
  } catch (error) {
    log.line(`(The summary could not be written: ${messageOf(error)})`);
  }
}

function sayInLog(story: Story, log: Log): void {
  const { mark, title } = verdictOf(story);
  log.endGroup();
  log.line('');
  log.line(`${mark} ${title}`);
  // The runner shows an annotation's text in the log too, so nothing of it is said twice.
  const { level, title: heading, text } = annotation(story);
  log.annotate(level, heading, text);
}
