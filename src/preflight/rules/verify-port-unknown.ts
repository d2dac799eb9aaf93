import { isDenied } from '../access.ts';
import type { Rule } from '../rule.ts';

export const verifyPortUnknown: Rule = {
  id: 'verify-port-unknown',
  level: 'error',
  about: 'There is no such Service or port as `verify-port` names.',
  judge({ portProblem, access }) {
    if (portProblem === undefined || isDenied(access, 'get', 'services')) return [];
    return [
      {
        message: `The verify-port leads nowhere: ${portProblem}.`,
        next: "Correct the input 'verify-port', or the Service. Nothing has been changed.",
      },
    ];
  },
};
