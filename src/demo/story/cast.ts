/** A repository of the story and how its team works. */
export interface Character {
  /** `team/app`. */
  readonly fullName: string;
  /** Whether a push to main deploys by itself, or only builds what people then promote. */
  readonly deploysBy: 'push' | 'promotion';
  /** Of all that is shipped, the share that fails. */
  readonly failureRate: number;
  /** Working hours between one thing and the next, on average. */
  readonly paceHours: number;
  /** Its pipelines need an approval, which somebody now and then refuses. */
  readonly gated: boolean;
  /** A nightly run on main. */
  readonly nightly: boolean;
}

const USUAL = { deploysBy: 'push', failureRate: 0.12, paceHours: 6, gated: false, nightly: false } as const;

/** Four teams; shop/checkout is the flaky one, platform/gateway the calm one. */
export const CAST: readonly [Character, ...Character[]] = [
  { ...USUAL, fullName: 'payments/api', failureRate: 0.1 },
  { ...USUAL, fullName: 'payments/ledger', deploysBy: 'promotion', failureRate: 0.08, paceHours: 10 },
  { ...USUAL, fullName: 'payments/fraud', paceHours: 12, nightly: true },
  { ...USUAL, fullName: 'shop/web', paceHours: 3 },
  { ...USUAL, fullName: 'shop/checkout', failureRate: 0.35, paceHours: 4 },
  { ...USUAL, fullName: 'shop/catalogue', deploysBy: 'promotion', paceHours: 8 },
  { ...USUAL, fullName: 'platform/gateway', failureRate: 0.01, paceHours: 12, gated: true },
  { ...USUAL, fullName: 'platform/login', failureRate: 0.06, paceHours: 9 },
  { ...USUAL, fullName: 'search/indexer', failureRate: 0.15, paceHours: 8, nightly: true },
  { ...USUAL, fullName: 'search/suggest', paceHours: 7 },
];

export const AUTHORS = ['alice', 'bob', 'carol', 'dan', 'erin', 'frank'] as const;

export const MESSAGES = [
  'Round amounts once',
  'Retry the upstream call',
  'Cache the price list',
  'Drop the old endpoint',
  'Raise the connection limit',
  'Show the order number',
  'Move settings to the environment',
  'Index by customer',
  'Log the request id',
  'Update dependencies',
] as const;
