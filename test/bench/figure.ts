import type { StartedCluster } from '../cluster/index.ts';

/** One line of the table. */
export interface Figure {
  readonly what: string;
  readonly value: number;
  readonly unit: '×' | 's' | 'ms' | 'kB' | '';
  /** The value that is aimed at, at the most. */
  readonly aim?: number;
  /** What it was measured on, and against what. */
  readonly note: string;
}

/** What benches work with. */
export interface Bench {
  /** The folder with the built action. */
  readonly dist: string;
  /** How often each thing is measured. */
  readonly runs: number;
  /** A cluster, started when it is first asked for. */
  cluster(): Promise<StartedCluster>;
  /** Says how far it is, on standard error. */
  progress(line: string): void;
}

/** A row of the table of benches. */
export interface BenchRow {
  /** As `--only` takes it. */
  readonly name: string;
  readonly measure: (bench: Bench) => Promise<Figure[]>;
}
