import type { Rule } from '../rule.ts';
import { isServiceMissing } from './watch-service-missing.ts';

export const watchUrlFails: Rule = {
  id: 'watch-url-fails',
  level: 'error',
  underLock: true,
  about:
    'Every request to the address to watch fails before anything is changed (it is wrong, or users are down), or tells nothing of what users see.',
  judge({ unwell }) {
    if (unwell === undefined || isServiceMissing(unwell.met)) return [];
    const met = [...new Set(unwell.met)].join(', ');
    if (unwell.isUnseen) return [unseen(unwell.address, met)];
    return [
      {
        message: `The input 'watch-url' asks ${unwell.address}, which answers with an error before anything was changed: ${met}.`,
        next: advice(unwell.met),
      },
    ];
  },
};

function unseen(address: string, met: string) {
  return {
    message: `The input 'watch-url' asks ${address}, and learns nothing: ${met}. What users see would not be known.`,
    next: `${met.includes('429') ? 'Let the runner ask four times a second, or name another way to it' : "It is the API server that does not let it through: read its words, or name an address that the runner asks itself ('https://…')"}. To go on without knowing, add 'preflight-ignore: watch-url-fails'.`,
  };
}

function advice(met: readonly string[]): string {
  if (met.some((each) => each.startsWith('no ready pod')))
    return "Correct the Service's selector or port, so that it leads to ready pods.";
  if (met.every((each) => /^4/.test(each)))
    return "Name a path that answers everybody well, such as the readiness probe's.";
  return "Correct the address. If this deploy is to mend it, add 'preflight-ignore: watch-url-fails'.";
}
