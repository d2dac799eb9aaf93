import type { Masks } from './masks.ts';

/** A workflow command that the runner honoured. */
export interface WorkflowCommand {
  /** Lower case, e.g. `add-mask`. */
  readonly name: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly data: string;
  /** The raw line that it stood in. */
  readonly line: string;
  /** Where in the line it began, from 0. Ours begin at 0; anything else was text taken for a command. */
  readonly column: number;
  /** Written as `##[name]`, which is honoured anywhere in a line. We never write it; text from elsewhere may. */
  readonly legacy: boolean;
}

/** One message that GitHub lists on the run's page. */
export interface Annotation {
  readonly level: 'error' | 'warning' | 'notice';
  readonly title?: string;
  /** Masked, and cut at 4,096 characters. */
  readonly message: string;
  readonly file?: string;
  readonly line?: string;
  readonly col?: string;
}

const known = new Set(
  `stop-commands set-env set-output save-state add-mask add-path add-matcher remove-matcher debug warning error
  notice group endgroup echo`.split(/\s+/),
);
const annotationsPerLevel = 10;
const annotationLength = 4096;

/**
 * Reads a step's output line by line as the runner does: honours commands, masks, and makes of it what a person
 * sees (actions/runner: ActionCommand.cs, ActionCommandManager.cs, Handlers/OutputManager.cs).
 */
export class LogReader {
  /** What the log shows, one entry a line. */
  readonly shown: string[] = [];
  readonly commands: WorkflowCommand[] = [];
  /** At most ten a level, as GitHub keeps. */
  readonly annotations: Annotation[] = [];
  /** From the deprecated `::set-output::` and `::save-state::`. */
  readonly outputs: Record<string, string> = {};
  readonly state: Record<string, string> = {};
  /** True once a command could not be carried out, which fails the step. */
  failed = false;
  readonly #masks: Masks;
  readonly #debug: boolean;
  #stopToken: string | undefined;

  constructor(masks: Masks, options: { debug?: boolean } = {}) {
    this.#masks = masks;
    this.#debug = options.debug ?? false;
  }

  /** Takes one raw line of stdout or stderr. */
  read(line: string): void {
    const command = this.#parse(line);
    if (!command || !this.#process(command)) this.#show(line);
  }

  /** An error of the runner itself about this step. */
  error(message: string): void {
    this.failed = true;
    this.#annotate('error', message, {});
  }

  /** A warning of the runner itself about this step. */
  warning(message: string): void {
    this.#annotate('warning', message, {});
  }

  #parse(line: string): WorkflowCommand | undefined {
    const isKnown = (name: string) => known.has(name.toLowerCase()) || name.toLowerCase() === this.#stopToken;
    const modern = /^(\s*)::(.*?)::(.*)$/s.exec(line);
    const [name = '', properties] = split(modern?.[2] ?? '', ' ');
    if (modern && isKnown(name)) {
      return {
        name: name.toLowerCase(),
        properties: parseProperties(properties.trim(), ',', unescapeProperty),
        data: unescapeData(modern[3] ?? ''),
        line,
        column: modern[1]?.length ?? 0,
        legacy: false,
      };
    }
    const legacy = /##\[(.*?)\](.*)$/s.exec(line);
    const [oldName = '', oldProperties] = split(legacy?.[1] ?? '', ' ');
    if (legacy && isKnown(oldName)) {
      return {
        name: oldName.toLowerCase(),
        properties: parseProperties(oldProperties, ';', unescapeLegacy),
        data: unescapeLegacy(legacy[2] ?? ''),
        line,
        column: legacy.index,
        legacy: true,
      };
    }
    return undefined;
  }

  /** Whether the line was a command, and so is not shown as it is. */
  #process(command: WorkflowCommand): boolean {
    const { name, data, properties, line } = command;
    if (this.#stopToken !== undefined) {
      if (name !== this.#stopToken) return false;
      this.#stopToken = undefined;
      this.#show(line);
      return true;
    }
    this.commands.push(command);
    switch (name) {
      case 'stop-commands':
        if (data === '' || data === 'pause-logging' || known.has(data.toLowerCase())) {
          this.error(`Invalid stop-commands token '${data}'.`);
        } else {
          this.#stopToken = data.toLowerCase();
          if (data.length > 6) this.#masks.hide(data);
          this.#show(line);
        }
        break;
      case 'add-mask':
        if (data.trim() === '')
          this.warning("Can't add secret mask for empty string in ##[add-mask] command.");
        else this.#masks.add(data);
        break;
      case 'error':
      case 'warning':
      case 'notice':
        this.#annotate(name, data, properties);
        break;
      case 'group':
        this.#show(`▼ ${data}`);
        break;
      case 'debug':
        if (this.#debug) this.#show(`##[debug]${data}`);
        break;
      case 'set-output':
        this.outputs[properties['name'] ?? ''] = data;
        break;
      case 'save-state':
        this.state[properties['name'] ?? ''] = data;
        break;
      case 'set-env':
      case 'add-path':
        this.error(`Unable to process command '${line}' successfully. The \`${name}\` command is disabled.`);
        break;
    }
    return true;
  }

  #annotate(level: Annotation['level'], message: string, properties: WorkflowCommand['properties']): void {
    const masked = this.#masks.apply(message);
    this.#show(`${{ error: 'Error', warning: 'Warning', notice: 'Notice' }[level]}: ${message}`);
    if (this.annotations.filter((each) => each.level === level).length >= annotationsPerLevel) return;
    const { title, file, line, col } = properties;
    this.annotations.push({
      level,
      ...(title !== undefined && { title: this.#masks.apply(title) }),
      message: masked.slice(0, annotationLength),
      ...(file !== undefined && { file }),
      ...(line !== undefined && { line }),
      ...(col !== undefined && { col }),
    });
  }

  #show(text: string): void {
    for (const line of text.split(/\r\n|\r|\n/)) this.shown.push(this.#masks.apply(line));
  }
}

/** `text` before and after the first `separator`; all of it and nothing where there is none. */
function split(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

function parseProperties(
  text: string,
  separator: string,
  decode: (text: string) => string,
): Record<string, string> {
  const properties: Record<string, string> = {};
  for (const property of text.split(separator)) {
    const [key, value] = split(property, '=');
    if (key !== '' && value !== '') properties[key] = decode(value);
  }
  return properties;
}

// `%25` comes last, as in the runner: only so `%250A` stands for the text `%0A`.
function unescapeData(text: string): string {
  return text.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%');
}

function unescapeProperty(text: string): string {
  return text
    .replaceAll('%0D', '\r')
    .replaceAll('%0A', '\n')
    .replaceAll('%3A', ':')
    .replaceAll('%2C', ',')
    .replaceAll('%25', '%');
}

function unescapeLegacy(text: string): string {
  return text
    .replaceAll('%3B', ';')
    .replaceAll('%0D', '\r')
    .replaceAll('%0A', '\n')
    .replaceAll('%5D', ']')
    .replaceAll('%25', '%');
}
