import { isDeepStrictEqual } from 'node:util';
import type { JsonPatchOperation } from '../client.ts';
import type { WorkloadObject } from './kind.ts';
import type { WorkloadKindName } from './names.ts';

/** How fast a rollout goes: pods, or a percentage of them. Undefined: as the workload has it. */
export interface WantedPace {
  readonly maxSurge: number | string | undefined;
  readonly maxUnavailable: number | string | undefined;
}

/** A pace that was set for one rollout, and what is to be put back after it. */
export interface Pace {
  /** JSON pointer of the workload's update strategy. */
  readonly path: string;
  readonly before: object;
  readonly ours: object;
}

/** The pace to set; undefined where none is wanted or it is so already. */
export type PacePlan =
  | { readonly ok: true; readonly pace: Pace | undefined }
  | { readonly ok: false; readonly problem: string; readonly next: string };

interface Strategy {
  readonly type?: string;
  readonly rollingUpdate?: object;
}

/** The field that holds the strategy, by kind. */
const fields: Readonly<Record<WorkloadKindName, 'strategy' | 'updateStrategy'>> = {
  Deployment: 'strategy',
  StatefulSet: 'updateStrategy',
  DaemonSet: 'updateStrategy',
};

/** Works out the strategy for this rollout. Pure. */
export function planPace(kind: WorkloadKindName, workload: WorkloadObject, wanted: WantedPace): PacePlan {
  const { maxSurge, maxUnavailable } = wanted;
  if (maxSurge === undefined && maxUnavailable === undefined) return { ok: true, pace: undefined };
  const field = fields[kind];
  const before: Strategy = (workload.spec as Partial<Record<typeof field, Strategy>>)?.[field] ?? {};
  if (before.type !== undefined && before.type !== 'RollingUpdate') {
    return {
      ok: false,
      problem: `its ${field} is ${before.type}, which knows no pace.`,
      next: "Leave the inputs 'max-surge' and 'max-unavailable' out.",
    };
  }
  // One at a time is what a StatefulSet does by itself.
  if (kind === 'StatefulSet' && isOneAtATime(wanted) && !hasUnavailable(before))
    return { ok: true, pace: undefined };
  if (kind === 'StatefulSet' && maxSurge !== undefined) {
    return {
      ok: false,
      problem: 'a StatefulSet makes no pod beyond the wanted number: each has its ordinal.',
      next: "Leave the input 'max-surge' out.",
    };
  }
  const rollingUpdate = {
    ...before.rollingUpdate,
    ...(kind === 'DaemonSet' && otherwiseNone(wanted)),
    ...(maxSurge !== undefined && { maxSurge }),
    ...(maxUnavailable !== undefined && { maxUnavailable }),
  };
  const ours = { ...before, type: 'RollingUpdate', rollingUpdate };
  if (isDeepStrictEqual(before, ours)) return { ok: true, pace: undefined };
  return { ok: true, pace: { path: `/spec/${field}`, before, ours } };
}

/** What is asked for of workloads whose pods can come before others go. */
function isOneAtATime({ maxSurge, maxUnavailable }: WantedPace): boolean {
  return maxSurge === 1 && maxUnavailable === 0;
}

function hasUnavailable({ rollingUpdate = {} }: Strategy): boolean {
  return 'maxUnavailable' in rollingUpdate;
}

/** A DaemonSet takes one of the two alone: where one is wanted, the other is 0. */
function otherwiseNone({ maxSurge, maxUnavailable }: WantedPace): object {
  const isSome = (value: number | string | undefined) => Number.parseInt(String(value ?? 0), 10) > 0;
  if (isSome(maxSurge)) return { maxUnavailable: 0 };
  return isSome(maxUnavailable) ? { maxSurge: 0 } : {};
}

/** Sets the pace, provided that the strategy is as it was looked at. */
export function setPacePatch({ path, before, ours }: Pace): JsonPatchOperation[] {
  return [
    { op: 'test', path, value: before },
    { op: 'replace', path, value: ours },
  ];
}

/** Puts the strategy back, where it still is what was set for the rollout; else somebody else's is left. */
export function restorePacePatch(workload: WorkloadObject, pace: Pace): JsonPatchOperation[] {
  if (!bearsPace(workload, pace)) return [];
  const { path, before, ours } = pace;
  return [
    { op: 'test', path, value: ours },
    { op: 'replace', path, value: before },
  ];
}

/** Whether the workload has the strategy that was set for the rollout. */
export function bearsPace({ spec }: WorkloadObject, { path, ours }: Pace): boolean {
  const field = path.split('/').at(-1) as keyof NonNullable<WorkloadObject['spec']>;
  return isDeepStrictEqual(spec?.[field], ours);
}

/** The pace in words, for the log. */
export function sayPace({ maxSurge, maxUnavailable }: WantedPace): string {
  const parts = [
    maxSurge !== undefined && `max-surge ${maxSurge}`,
    maxUnavailable !== undefined && `max-unavailable ${maxUnavailable}`,
  ].filter((part) => part !== false);
  return `For this rollout only: ${parts.join(', ')}`;
}
