import type { Rule } from '../rule.ts';

/** How an address is met whose Service, or its port, is not there. */
const missing: ReadonlySet<string> = new Set(['no such Service', 'no such port']);

export const watchServiceMissing: Rule = {
  id: 'watch-service-missing',
  level: 'error',
  about: 'The Service to watch, or its port, does not exist in the namespace.',
  judge({ unwell, namespace }) {
    const what = unwell?.met.find((each) => missing.has(each));
    if (unwell === undefined || what === undefined) return [];
    return [
      {
        message: `The input 'watch-url' asks ${unwell.address}, but there is ${what} in namespace ${namespace}.`,
        next: `Correct it; see what there is: kubectl -n ${namespace} get services`,
      },
    ];
  },
};

/** Whether the rule above says it all. */
export function isServiceMissing(met: readonly string[]): boolean {
  return met.some((each) => missing.has(each));
}
