/** What a preflight rule says about a deploy before anything is changed. */
export interface Finding {
  /** The rule's id, as `preflight-ignore` takes it. */
  readonly rule: string;
  readonly level: 'error' | 'warning';
  /** What is wrong, with which object. */
  readonly message: string;
  /** What to do about it. */
  readonly next: string;
}
