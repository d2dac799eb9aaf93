/** The middle of the values, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? Number.NaN)
    : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
}

/** Measures `ours` and `peer` in turn, so that whatever else the machine does befalls both. */
export async function inTurn(
  runs: number,
  ours: (run: number) => Promise<number>,
  peer: (run: number) => Promise<number>,
): Promise<{ readonly ours: number[]; readonly peer: number[] }> {
  const measured = { ours: [] as number[], peer: [] as number[] };
  for (let run = 0; run < runs; run++) {
    measured.ours.push(await ours(run));
    measured.peer.push(await peer(run));
  }
  return measured;
}

/** How many times as long ours takes: by the medians, and by the median of the pairs. */
export function ratios(measured: { readonly ours: readonly number[]; readonly peer: readonly number[] }): {
  readonly ofMedians: number;
  readonly ofPairs: number;
} {
  const { ours, peer } = measured;
  return {
    ofMedians: median(ours) / median(peer),
    ofPairs: median(ours.map((value, index) => value / (peer[index] ?? Number.NaN))),
  };
}
