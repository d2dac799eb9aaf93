import { sayObject } from '../diagnosis/diagnosis.ts';
import type { Cause } from '../journal.ts';

/** A cause with its evidence as log lines. */
export function* sayCause(cause: Cause): Generator<string> {
  yield '';
  yield cause.message;
  for (const diagnosis of cause.diagnoses) {
    const { message, said, count, others, logs, events, streamed } = diagnosis;
    const alike =
      count > 1 ? ` (${count} alike${others.length > 0 ? `, also ${others.join(', ')}` : ''})` : '';
    yield `  ${sayObject(diagnosis)}: ${message}${alike}`;
    if (said) yield `    ${said}`;
    for (const { reason, message: words, count: times } of events)
      yield `    event ${reason} (${times}×): ${words}`;
    if (streamed) continue;
    for (const { object, lines } of logs) {
      yield `    last log lines of ${object}:`;
      for (const line of lines) yield `    | ${line}`;
    }
  }
}
