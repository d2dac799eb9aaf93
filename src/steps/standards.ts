import type { CommandName } from '../journal.ts';
import type { UserPhase } from '../users/tally.ts';

/** By what a change is judged. */
interface Standards {
  /** Whether the address to watch must answer well before anything is changed. */
  readonly addressFirst: boolean;
  /** The phases in which users' errors fail it. */
  readonly usersIn: readonly UserPhase[];
  /** Whether it is well done though users see no fewer errors than before. */
  readonly usualIsWell: boolean;
  /** Whether pods that run different images under one name fail it; else that is only told. */
  readonly images: boolean;
  /** Whether what runs now is out of order wherever it is still being rolled out. */
  readonly wantsOut: boolean;
}

const standards: Readonly<Record<CommandName, Standards>> = {
  deploy: {
    addressFirst: true,
    usersIn: ['during', 'after'],
    usualIsWell: true,
    images: true,
    wantsOut: false,
  },
  // A person wants to be rid of what runs: its errors are no reason to go back to it, and this comes before what a tag
  // stands for by now.
  rollback: { addressFirst: false, usersIn: ['after'], usualIsWell: false, images: false, wantsOut: true },
};

/** By what the changes of a command are judged. */
export function standardsOf({ command }: { readonly command: CommandName }): Standards {
  return standards[command];
}
