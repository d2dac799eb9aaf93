import type { V1Container, V1Pod, V1PodSpec } from '@kubernetes/client-node';
import { fullRepository, parseImage } from '../../image.ts';

/** An init container that migrates a database, or may. */
export interface InitMigration {
  readonly container: string;
  /** False where it only runs the application's image, and nothing says that it does something else. */
  readonly isSure: boolean;
  /** By what it is known: `its command, app migrate`. */
  readonly evidence: string;
  /** What it runs, word by word; empty where the image says what its program is. */
  readonly command: readonly string[];
}

/**
 * The init containers of a pod that migrate, or may. Native sidecars are none. Pure.
 *
 * @param changed the containers that get the new image.
 */
export function initMigrations(spec: V1PodSpec, changed: readonly string[] = []): InitMigration[] {
  return (spec.initContainers ?? []).flatMap((container) => {
    const found = migrationIn(container) ?? likelyMigration(container, spec, changed);
    return found ? [found] : [];
  });
}

/** What shows that an init container migrates: its command, or its name. Pure. */
export function migrationIn(container: V1Container): InitMigration | undefined {
  const { name } = container;
  if (isSidecar(container)) return undefined;
  const statements = statementsOf(container);
  const statement = statements.find((each) => isMigrating(each));
  const found = { container: name, isSure: true, command: commandOf(container) };
  if (statement !== undefined) return { ...found, evidence: `its command, ${statement}` };
  if (statements.some(isChore)) return undefined;
  return migratingName.test(name) && !choreName.test(name) ? { ...found, evidence: 'its name' } : undefined;
}

/** An init container of the application's own image, of which nothing says that it does something else. */
function likelyMigration(
  container: V1Container,
  spec: V1PodSpec,
  changed: readonly string[],
): InitMigration | undefined {
  const { name } = container;
  if (isSidecar(container) || choreName.test(name) || statementsOf(container).some(isChore)) return undefined;
  const runs = spec.containers.find(({ image }) => repositoryOf(image) === repositoryOf(container.image));
  const evidence = runs ? `it runs the image of container ${runs.name}` : 'it gets the new image';
  if (runs === undefined && !changed.includes(name)) return undefined;
  return { container: name, isSure: false, evidence, command: commandOf(container) };
}

/** Whether an init container goes on beside the others. */
export function isSidecar({ restartPolicy }: V1Container): boolean {
  return restartPolicy === 'Always';
}

/**
 * How far the pod's init containers are, in kubectl's words: `Init:1/3`, `Init:Error`; undefined once they have ended.
 * Pure.
 *
 * The rule of `printPod` in https://github.com/kubernetes/kubernetes/blob/master/pkg/printers/internalversion/printers.go
 */
export function initStatus({ spec, status }: V1Pod): string | undefined {
  const containers = spec?.initContainers ?? [];
  for (const [index, { name, state, started }] of (status?.initContainerStatuses ?? []).entries()) {
    const container = containers.find((each) => each.name === name);
    const { terminated, waiting } = state ?? {};
    if (terminated?.exitCode === 0 || (container && isSidecar(container) && started)) continue;
    if (terminated?.reason) return `Init:${terminated.reason}`;
    if (terminated?.signal) return `Init:Signal:${terminated.signal}`;
    if (terminated) return `Init:ExitCode:${terminated.exitCode}`;
    if (waiting?.reason && waiting.reason !== 'PodInitializing') return `Init:${waiting.reason}`;
    return `Init:${index}/${containers.length}`;
  }
  return undefined;
}

const migratingName =
  /migrat|flyway|liquibase|alembic|dbmate|(?:^|[-_])(?:db|schema|database)[-_]?(?:prepare|setup|upgrade|update|apply)/i;

/** Waiting for a migration, or carrying its files about, is none. */
const choreName = /wait|await|check|copy|fetch|download|until|poll|assets|static|permission|chown|config/i;

/** Programs that change no schema, whatever they are told about migrations. */
const chores =
  /^(?:cp|mv|ln|ls|cat|echo|printf|test|\[+|true|sleep|wait\S*|k8s-wait-for|kubectl|curl|wget|nc|ncat|pg_isready|mysqladmin|chown|chmod|mkdir|tar|rm|touch|grep|dockerize|nslookup|getent)$/i;

/** Forms in which migration tools only look. */
const looksOnly =
  /(?:\s--?(?:check|plan|dry-run|dryrun|list|help|version)|[\s:](?:status|pending|info|validate|history|current|wait|(?:show|make)migrations))(?:\s|=|$)/i;

/** What the tools that people use call it. */
const migrating: readonly RegExp[] = [
  // `app migrate`, `bin/migrate.sh`, `db:migrate`, `manage.py migrate`, `prisma migrate deploy`, `ecto.migrate`
  /(?:^|[\s/:._"'-])migrat(?:e|or)(?:[\s/:._"'()-]|$)/i,
  /(?:^|[\s/:._-])(?:run|apply|do|db)[-_:]?migrations?(?:[\s._"'-]|$)/i,
  /(?:^|\s|:)migrations?[:.\s](?:run|migrate|up|apply|execute|deploy)(?:\s|$)/i,
  /(?:^|[\s/])(?:liquibase\s.*\bupdate|alembic\s.*\bupgrade|aerich\s.*\bupgrade|flask\s+db\s+upgrade)\b/i,
  /(?:^|[\s/])(?:prisma\s+db\s+push|drizzle-kit\s+push|dbmate\s(?:.*\s)?up|goose\s(?:.*\s)?up|sqitch\s(?:.*\s)?deploy)(?:\s|$)/i,
  /(?:^|[\s/])(?:atlas\s+schema\s+apply|ef\s+database\s+update|efbundle)\b/i,
  /\bdb:(?:prepare|setup|schema:load)\b/i,
];

function isMigrating(statement: string): boolean {
  if (isChore(statement) || looksOnly.test(statement)) return false;
  const told = statement.replace(
    /\S*(?:no|skip|without)[-_]migrat\S*|\S*migrat\S*=(?:false|0|no|off)\b/gi,
    '',
  );
  return migrating.some((pattern) => pattern.test(told));
}

function isChore(statement: string): boolean {
  const [program = ''] = statement.split(/\s/);
  return chores.test(program.split('/').at(-1) ?? '');
}

/** The statements of the command that a shell would run one by one; one where it is no script. */
function statementsOf(container: V1Container): string[] {
  const words = wordsOf(container);
  // Without a command, the image's name mostly says what the arguments are for.
  const text = (container.command?.length ? words : [programOf(container.image), ...words]).join(' ');
  return text
    .replace(/^(?:\S*\/)?(?:ba|da|a|z)?sh\s+(?:-\S+\s+)*/, '')
    .split(/;|&&|\|\|?|\n|(?:^|\s)(?:do|then|else)\s/)
    .map((statement) => statement.trim().replace(/^(?:(?:until|while|if|exec|time|!|env|\w+=\S*)\s+)+/, ''))
    .filter((statement) => statement !== '');
}

function wordsOf({ command = [], args = [] }: V1Container): string[] {
  return [...command, ...args];
}

function commandOf({ command = [], args = [] }: V1Container): string[] {
  return command.length > 0 ? [...command, ...args] : [];
}

function programOf(image: string | undefined): string {
  return repositoryOf(image).split('/').at(-1) ?? '';
}

function repositoryOf(image = ''): string {
  return fullRepository(parseImage(image)?.repository ?? image);
}
