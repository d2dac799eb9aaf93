import { Interrupted } from './run.ts';

/**
 * A signal that aborts when the runner tells the process to end: SIGINT on a cancel, SIGTERM 7.5 s later, and 2.5 s
 * after that the process is killed. So whatever waits must end with it, and at once.
 */
export function interruption(onInterrupted: (name: string) => void): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) return;
      onInterrupted(name);
      controller.abort(
        new Interrupted(`Interrupted by ${name}: the workflow was cancelled, or ran out of time.`),
      );
    });
  }
  return controller.signal;
}

/** Ends the process soon after its work is done, though a connection may still be open; what it printed is out. */
export function endSoon(): void {
  setTimeout(() => process.exit(), 500).unref();
}
