import type { Rule } from '../rule.ts';

export const migratesInInit: Rule = {
  id: 'migrates-in-init',
  level: 'warning',
  about:
    'An init container migrates the database, though there are several replicas: each of them migrates, several at the same time, and again whenever a pod is made anew.',
  judge({ command, found, workload }) {
    if (command !== 'deploy' || found === undefined || (found.replicas ?? 2) < 2) return [];
    return found.initMigrations
      .filter(({ isSure }) => isSure)
      .map(({ container, evidence, command }) => ({
        message: `${workload} migrates in its init container ${container} (by ${evidence}), so that each of ${found.replicas === undefined ? 'its pods' : `its ${found.replicas} replicas`} does, several at the same time.`,
        next: `Let this step migrate once, before any pod is replaced${sayInput(command)}, and take the init container away.`,
      }));
  },
};

function sayInput(command: readonly string[]): string {
  if (command.length === 0) return " (inputs 'migration-job' and 'migration-command')";
  const isPlain = command.every((word) => /^[\w./:=@-]+$/.test(word));
  return `: migration-command: ${isPlain ? command.join(' ') : JSON.stringify(command)}`;
}
