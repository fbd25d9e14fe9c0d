const STEPS = [
  { unit: 'd', ms: 86_400_000, from: 172_800_000 },
  { unit: 'h', ms: 3_600_000, from: 7_200_000 },
  { unit: 'min', ms: 60_000, from: 120_000 },
] as const;

/** A length of time in milliseconds, roughly, as a person would say it: `42 s`, `5 min`, `47 h`, `3 d`. */
export function roughly(ms: number): string {
  const step = STEPS.find(({ from }) => ms >= from);
  return step === undefined ? `${Math.max(0, Math.floor(ms / 1000))} s` : `${Math.floor(ms / step.ms)} ${step.unit}`;
}

/** The link if a browser may follow it: an upstream could as well have sent `javascript:...`. */
export function safeLink(link: string | null): string | null {
  return link !== null && /^https?:\/\//i.test(link) ? link : null;
}
