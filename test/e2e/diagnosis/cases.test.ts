import { cases } from './cases.ts';
import { describeCases } from './support/describe-cases.ts';

describeCases('a deploy tells what is wrong', cases);
