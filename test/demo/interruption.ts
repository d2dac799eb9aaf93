/** Calls `stop` on Ctrl-C and ends the process after it; a second Ctrl-C does not wait for it. */
export function onInterruption(stop: () => Promise<unknown>): void {
  for (const [signal, code] of [['SIGINT', 130] as const, ['SIGTERM', 143] as const]) {
    process.once(signal, async () => {
      process.once(signal, () => process.exit(code));
      await stop();
      process.exit(code);
    });
  }
}
