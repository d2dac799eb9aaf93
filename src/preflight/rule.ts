import type { Verdict } from '../diagnosis/diagnose.ts';
import type { RolloutRecord } from '../history.ts';
import type { CommandName, HistoryRow } from '../journal.ts';
import type { InitMigration } from '../kubernetes/workloads/init-containers.ts';
import type { RolloutStatus } from '../kubernetes/workloads/kind.ts';
import type { WorkloadKindName } from '../kubernetes/workloads/names.ts';
import type { ImageChange } from '../kubernetes/workloads/patch.ts';
import type { Access } from './access.ts';
import type { Finding } from './finding.ts';

/** All that the rules judge: what is asked for, and what was read of the cluster. Nothing in it can be changed. */
export interface Facts {
  readonly command: CommandName;
  /** `deployment/web` */
  readonly workload: string;
  readonly kind: WorkloadKindName;
  readonly namespace: string;
  /** Whether there is no workload of that name. */
  readonly missing: boolean;
  /** The workload as it is; undefined where there is none, or it may not be read. */
  readonly found: FoundFacts | undefined;
  /** The namespace's workloads of the same kind. Read only where the one asked for is missing. */
  readonly siblings: readonly string[];
  /** Every permission that the step will use. */
  readonly access: readonly Access[];
  /** The API server's objection to the patch, tried without effect; undefined where it has none. */
  readonly patchRefusal: string | undefined;
  /** Whether the API server, tried without effect, left the pace out that is asked for. */
  readonly isPaceLost: boolean;
  /** The API server's objection to the migration Job, tried without effect. */
  readonly migrationRefusal: string | undefined;
  /** The API server's objection to the `verify-job`, tried without effect. */
  readonly verificationRefusal: string | undefined;
  /** Why `verify-port` leads nowhere, as far as that shows before the rollout. */
  readonly portProblem: string | undefined;
  /** The address to watch, where every request to it failed; undefined where one went well, or none is watched. */
  readonly unwell: UnwellAddress | undefined;
}

/** An address that answers nobody well before anything was changed. */
export interface UnwellAddress {
  readonly address: string;
  /** What was met, in a word or two each: `404`, `connection refused`. */
  readonly met: readonly string[];
  /** Whether all of it was set aside, so that nothing can be learned of the address. */
  readonly isUnseen?: boolean;
}

/** What was read of the workload. */
export interface FoundFacts {
  readonly paused: boolean;
  readonly replicas: number | undefined;
  /** Pods that keep the revision that they run, whatever is rolled out: those below a StatefulSet's partition. */
  readonly kept: number;
  /** Whether pods are replaced only when somebody deletes them. */
  readonly onDelete: boolean;
  readonly status: RolloutStatus;
  /** Whether the rollout of what it bears has once been complete, so that none is under way. */
  readonly settled: boolean;
  /** What is wrong with the revision that it runs now. */
  readonly verdict: Verdict;
  /** The healthy revision that an undo would go to. */
  readonly undoTo: number | undefined;
  readonly plan: DraftFacts;
  /** Its init containers that migrate, or may. */
  readonly initMigrations: readonly InitMigration[];
}

/** What the step would change, or which rule tells why it cannot. */
export type DraftFacts =
  | {
      readonly ok: true;
      readonly changes: readonly ImageChange[];
      /** Whether there is nothing to change. */
      readonly isUnchanged: boolean;
      /** The migrations that ran since the revision that is gone back to was rolled out. */
      readonly migrations?: readonly RolloutRecord[] | undefined;
      /** The revision that is gone back to. */
      readonly goesTo?: { readonly revision: number; readonly standing: HistoryRow['standing'] } | undefined;
    }
  | {
      readonly ok: false;
      readonly rule: 'container-missing' | 'revision-missing' | 'rollback-overtaken' | 'no-pace';
      readonly problem: string;
      readonly next: string;
    };

/** One rule: pure, in a file of its own. */
export interface Rule {
  readonly id: string;
  /** `fixed`: an error without which the step cannot work, so that `preflight: warn` and `preflight-ignore` leave it. */
  readonly level: 'error' | 'warning' | 'fixed';
  /** True where another run's deploy may be the cause, so that it is judged once that has ended. */
  readonly underLock?: boolean;
  /** What it looks for, for the docs. */
  readonly about: string;
  /** `fixed` on a finding is as on a rule. */
  judge(facts: Facts): readonly (Omit<Finding, 'rule' | 'level'> & { readonly fixed?: boolean })[];
}
