import { isAtLeast, type Version } from '../woodpecker/version.ts';
import type { Application } from './model.ts';

/** Takes one field out of an application; `undefined` leaves it out of the answer, null stands there as null. */
type Take = (app: Application) => unknown;

/**
 * All that `fields` can select in a list (appFields in pkg/apiclient/application/forwarder_overwrite.go), in the order of
 * the answer. A pointer that is nil in Go becomes an explicit null.
 */
const FIELDS: Readonly<Record<string, Take>> = {
  'metadata.annotations': (app) => app.metadata.annotations ?? null,
  'metadata.creationTimestamp': (app) => app.metadata.creationTimestamp,
  'metadata.deletionTimestamp': (app) => app.metadata.deletionTimestamp ?? null,
  'metadata.labels': (app) => app.metadata.labels ?? null,
  'metadata.name': (app) => app.metadata.name,
  'metadata.namespace': (app) => app.metadata.namespace,
  'operation.sync': (app) => app.operation?.sync,
  spec: (app) => app.spec,
  'status.health': (app) => app.status.health,
  'status.operationState.finishedAt': (app) => ofOperation(app, (state) => state.finishedAt),
  // Though the path says otherwise this is the result (so since 2.8).
  'status.operationState.operation.sync': (app) => ofOperation(app, (state) => state.syncResult),
  'status.operationState.phase': (app) => ofOperation(app, (state) => state.phase),
  'status.operationState.startedAt': (app) => ofOperation(app, (state) => state.startedAt),
  'status.resources': (app) => app.status.resources,
  'status.summary': (app) => app.status.summary,
  'status.sync.status': (app) => app.status.sync.status,
};

const FIELDS_SINCE_3_2: Readonly<Record<string, Take>> = {
  'status.sourceHydrator': (app) => app.status.sourceHydrator,
};

/** What came with 3.5; before it only the whole of `spec` can be selected. */
const FIELDS_SINCE_3_5: Readonly<Record<string, Take>> = {
  'spec.destination': (app) => app.spec.destination,
  'spec.project': (app) => app.spec.project,
  'spec.source': (app) => app.spec.source ?? null,
  'spec.sourceHydrator': () => null,
  'spec.sources': (app) => app.spec.sources ?? null,
  'spec.syncPolicy': (app) => app.spec.syncPolicy ?? null,
  'status.sync.revision': (app) => app.status.sync.revision ?? '',
};

/** The selection of one request. What it names that cannot be selected is dropped without a word. */
export type Projection = (app: Application) => object;

/** Reads `fields`, of which only the first parameter counts; null when it is not there. `-` before it excludes. */
export function projectionOf(version: Version, fields: string): Projection | null {
  if (fields === '') return null;
  const excludes = fields.startsWith('-');
  const named = new Set((excludes ? fields.slice(1) : fields).split(','));
  const known = {
    ...FIELDS,
    ...(isAtLeast(version, 3, 2) ? FIELDS_SINCE_3_2 : {}),
    ...(isAtLeast(version, 3, 5) ? FIELDS_SINCE_3_5 : {}),
  };
  const chosen = Object.entries(known)
    .filter(([path]) => named.has(`items.${path}`) !== excludes)
    // Where `spec` is there as a whole its parts have no place.
    .filter(([path], _, all) => !(path.startsWith('spec.') && all.some(([other]) => other === 'spec')))
    .map(([path, take]) => ({ path: path.split('.'), take }));
  return (app) => {
    const item: Record<string, unknown> = {};
    for (const { path, take } of chosen) {
      const value = take(app);
      if (value !== undefined) place(item, path, value);
    }
    return item;
  };
}

function ofOperation(app: Application, take: (state: NonNullable<Application['status']['operationState']>) => unknown) {
  const { operationState } = app.status;
  return operationState === undefined ? undefined : (take(operationState) ?? null);
}

function place(item: Record<string, unknown>, [first = '', ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) {
    item[first] = value;
    return;
  }
  item[first] ??= {};
  place(item[first] as Record<string, unknown>, rest, value);
}
