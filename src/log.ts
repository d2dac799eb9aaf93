import { randomUUID } from 'node:crypto';
import * as core from '@actions/core';
import { clip } from './clip.ts';

/**
 * The step's log.
 *
 * Any line may carry the cluster's or a container's words, so each is guarded: where it could be read as a workflow
 * command (`::name::` or the older `##[name]`), command processing is stopped around it.
 * https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
 */
export interface Log {
  line(text: string): void;
  /** Opens a group that a reader can fold away; closes the one before it. */
  group(title: string): void;
  endGroup(): void;
  /** Shows on the run's page; GitHub shows ten of a kind for each step. */
  annotate(level: 'error' | 'warning' | 'notice', title: string, text: string): void;
  /** Keeps a value out of the log from here on. */
  mask(secret: string): void;
}

const annotations = { error: core.error, warning: core.warning, notice: core.notice } as const;

/** The log as GitHub's runner reads it, from this process's standard output. */
export function actionsLog(): Log {
  let grouped = false;
  const endGroup = () => {
    if (grouped) core.endGroup();
    grouped = false;
  };
  return {
    line: (text) => core.info(guarded(text)),
    group(title) {
      endGroup();
      core.startGroup(title);
      grouped = true;
    },
    endGroup,
    annotate(level, title, text) {
      endGroup();
      // GitHub cuts an annotation at 4,096 characters.
      annotations[level](clip(text, 4000), { title });
    },
    mask(secret) {
      // A mask of a character or two would make every log unreadable.
      if (secret.trim().length > 2) core.setSecret(secret);
    },
  };
}

/** `text`, wrapped so that the runner does not take any of it for a command. */
export function guarded(text: string): string {
  if (!/::|##\[/.test(text)) return text;
  const token = randomUUID();
  return `::stop-commands::${token}\n${text}\n::${token}::`;
}
