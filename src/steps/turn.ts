/** Whose undo comes next, where several workloads go back one after the other. */
export interface Turn {
  readonly mine: Promise<void>;
  /** To be called once the template is back, and its pods are on their way. Who ends has passed it on, too. */
  readonly passOn: () => void;
}

/**
 * Does `work` for all items at once, but for what each of them does in its turn: the last item has the first turn.
 * Each is brought to its end, whatever becomes of the others.
 *
 * @returns the results, in the order of the items.
 * @throws what the work of one has thrown, once all have ended.
 */
export async function lastFirst<T, R>(
  items: readonly T[],
  work: (item: T, turn: Turn, index: number) => Promise<R>,
): Promise<R[]> {
  let next = Promise.resolve();
  const all = [...items.entries()].reverse().map(async ([index, item]) => {
    const mine = next;
    const { promise, resolve } = Promise.withResolvers<void>();
    next = promise;
    try {
      return await work(item, { mine, passOn: resolve }, index);
    } finally {
      resolve();
    }
  });
  const settled = await Promise.allSettled(all);
  return settled
    .map((each) => {
      if (each.status === 'rejected') throw each.reason;
      return each.value;
    })
    .reverse();
}
