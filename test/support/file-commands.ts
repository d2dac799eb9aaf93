/**
 * Reads what a step wrote to `$GITHUB_OUTPUT`, `$GITHUB_STATE` or `$GITHUB_ENV`: lines of `name=value`, or
 * `name<<DELIMITER`, the value's lines, `DELIMITER` (actions/runner: src/Runner.Worker/FileCommandManager.cs).
 *
 * @throws Error where the runner would fail the step.
 */
export function parseFileCommands(text: string): [name: string, value: string][] {
  const pairs: [string, string][] = [];
  const lines = text.split('\n');
  const ended = lines.at(-1) === '';
  if (ended) lines.pop();
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? '';
    if (line === '') continue;
    const equals = line.indexOf('=');
    const heredoc = line.indexOf('<<');
    if (equals >= 0 && (heredoc < 0 || equals < heredoc)) {
      pairs.push([line.slice(0, equals), line.slice(equals + 1)]);
    } else if (heredoc >= 0) {
      const name = line.slice(0, heredoc);
      const delimiter = line.slice(heredoc + 2);
      if (name === '' || delimiter === '') {
        throw new Error(`Invalid format '${line}'. Name must not be empty and delimiter must not be empty`);
      }
      const end = lines.indexOf(delimiter, index + 1);
      if (end < 0) throw new Error(`Invalid value. Matching delimiter not found '${delimiter}'`);
      pairs.push([name, lines.slice(index + 1, end).join('\n')]);
      index = end;
    } else {
      throw new Error(`Invalid format '${line}'`);
    }
  }
  return pairs;
}
