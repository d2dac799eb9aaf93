import type { Verdict } from './diagnose.ts';
import type { Diagnosis } from './diagnosis.ts';

/** Milliseconds for which what happens to the other pods is mostly the consequence of one that was taken away. */
const aftermath = 60_000;

/**
 * Remembers pods that the cluster took away, which are soon gone without a trace. Times in milliseconds since the epoch.
 *
 * For a minute after the last one that stands before what may still heal; from then on behind it, for a pod that has
 * taken its place, and has been in trouble of its own for that long, tells more.
 */
export class TakenAway {
  readonly #pods = new Map<string, { readonly diagnosis: Diagnosis; readonly at: number }>();

  /** Looks for pods that have been taken away. */
  note({ diagnoses }: Verdict, now: number): void {
    for (const diagnosis of diagnoses.filter(({ about }) => about === 'ended-pod')) {
      const { reason, object, count } = diagnosis;
      const earlier = this.#pods.get(reason);
      const isOld = earlier?.diagnosis.object === object && count <= earlier.diagnosis.count;
      this.#pods.set(reason, { diagnosis, at: isOld ? earlier.at : now });
    }
  }

  /** With what is remembered: after what is hopeless, and before or after the rest. */
  among({ diagnoses, hopeless }: Verdict, now: number): Verdict {
    const others = diagnoses.filter(({ about }) => about !== 'ended-pod');
    const remembered = (isFresh: boolean) =>
      [...this.#pods.values()]
        .filter(({ at }) => now - at <= aftermath === isFresh)
        .map(({ diagnosis }) => diagnosis);
    const isOfItsOwn = ({ about }: Diagnosis) => about === 'pod' || about === 'creator';
    return {
      hopeless,
      diagnoses: [
        ...others.filter((each) => each.hopeless),
        ...remembered(true),
        ...others.filter((each) => !each.hopeless && isOfItsOwn(each)),
        ...remembered(false),
        ...others.filter((each) => !each.hopeless && !isOfItsOwn(each)),
      ],
    };
  }
}
