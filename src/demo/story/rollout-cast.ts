/** A service that a repository of the story builds and Argo CD rolls out. */
export interface Service {
  /** The repository: `team/app`. */
  readonly fullName: string;
  /** Argo CD syncs it by itself; else people do, who then can roll it back too. */
  readonly automated: boolean;
  /** It undoes what somebody changes by hand. */
  readonly selfHeals: boolean;
  /** It has two sources: a chart, and what is set for it. */
  readonly hasChart: boolean;
  /** Where its applications live. */
  readonly namespace: string;
}

const USUAL = { automated: true, selfHeals: false, hasChart: false, namespace: 'argocd' } as const;

/** Those of the story's repositories whose pushes build an image that Argo CD rolls out; the others deploy themselves. */
export const SERVICES: readonly Service[] = [
  { ...USUAL, fullName: 'shop/web', selfHeals: true },
  { ...USUAL, fullName: 'shop/checkout', automated: false },
  { ...USUAL, fullName: 'platform/login', hasChart: true },
  { ...USUAL, fullName: 'search/indexer', namespace: 'search' },
  { ...USUAL, fullName: 'search/suggest', automated: false },
];

/** Where each service runs. What is broken shows in production only. */
export type Environment = 'staging' | 'production';

export const ENVIRONMENTS: readonly Environment[] = ['staging', 'production'];

/** The repositories that Argo CD reads. */
export const DEPLOY_REPO = 'https://forge.example.org/platform/deploy.git';
export const CHART_REPO = 'https://forge.example.org/platform/charts.git';

/** One service in one environment: one application, `app-environment`. */
export interface Part {
  readonly service: Service;
  readonly environment: Environment;
}

export function applicationName({ service, environment }: Part): string {
  return `${service.fullName.slice(service.fullName.indexOf('/') + 1)}-${environment}`;
}
