import type { ServerResponse } from 'node:http';
import type { Clock } from '../../../src/domain/clock.ts';
import { type JsonObject, recordingsOf } from '../../demo/woodpecker/recording.ts';
import { type Loopback, startLoopback } from '../../support/loopback.ts';

/** Every recorded pipeline in a repository of its own, whose id is that of its place in the table. */
export interface Replay extends Loopback {
  /** The name of a recording's repository. */
  app(name: string): string;
  /** What the repositories show from now on: nothing, their pipelines, or these without the one that was deleted. */
  show(what: 'nothing' | 'pipelines' | 'the deleted one no more'): void;
}

const DELETED = '162-one-deleted';

/**
 * Serves the recordings of one version as that version does. Recordings of one pipeline at several times share its id,
 * and here they are pipelines of several repositories: each gets an id of its own.
 */
export async function startReplay(version: string, clock: Clock): Promise<Replay> {
  const all = recordingsOf(version).filter(({ name }) => name.includes('-one-'));
  const running = all.find(({ name }) => name === '100-one-running.json')?.body as JsonObject;
  const repositories = all.map(({ name, status, body }, index) => ({
    id: index + 1,
    name: name.replace(/\.json$/, ''),
    // Nothing of the deleted one was recorded: while it ran it looked like any other that runs.
    pipeline: { ...(status === 200 ? (body as JsonObject) : running), id: 1000 + index },
  }));
  let shown: Parameters<Replay['show']>[0] = 'nothing';
  const newestOf = (id: number): JsonObject | null => {
    const repository = repositories[id - 1];
    if (repository === undefined || shown === 'nothing') return null;
    if (shown === 'the deleted one no more' && repository.name === DELETED) return null;
    return repository.pipeline;
  };
  const lists = version !== '2.8.3';

  const server = await startLoopback((request, response) => {
    const path = request.url ?? '';
    const [, id = '', rest = ''] = /^\/api\/repos\/(\d+)\/pipelines(.*)$/.exec(path) ?? [];
    const newest = newestOf(Number(id));
    if (path === '/api/user/repos') {
      return send(
        response,
        repositories.map((one) => ({ ...listed(one), ...(lists && { last_pipeline: listRow(newestOf(one.id)) }) })),
      );
    }
    if (path === '/api/user/feed?latest=true') {
      return send(
        response,
        repositories.map((one) => feedRow(one.id, newestOf(one.id))),
      );
    }
    if (rest.startsWith('?')) return send(response, newest === null ? [] : [listRow(newest)]);
    return newest !== null && rest === `/${newest['number']}` ? send(response, newest) : send(response, null, 404);
  });

  function send(response: ServerResponse, body: unknown, status = 200): void {
    const type = status === 200 ? { 'Content-Type': 'application/json; charset=utf-8' } : {};
    const date = new Date(clock.now()).toUTCString();
    response.writeHead(status, { 'X-Woodpecker-Version': version, Date: date, ...type });
    response.end(status === 200 ? JSON.stringify(body) : '');
  }

  return {
    ...server,
    app: (name) => `replay/${name}`,
    show: (what) => {
      shown = what;
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

function listed({ id, name }: { readonly id: number; readonly name: string }): JsonObject {
  const basics = { owner: 'replay', name, full_name: `replay/${name}`, default_branch: 'main' };
  return { id, ...basics, active: true, cancel_previous_pipeline_events: ['push', 'pull_request'] };
}

/** As lists and listings show it: without its workflows. */
function listRow(pipeline: JsonObject | null): JsonObject | undefined {
  if (pipeline === null) return undefined;
  const { workflows: _, ...row } = pipeline;
  return row;
}

/** A feed has no `updated`, and leaves out what is unset. */
function feedRow(repositoryId: number, pipeline: JsonObject | null): JsonObject {
  const shown = ['id', 'number', 'event', 'status', 'branch', 'created_at', 'started_at', 'finished_at'];
  const row = shown.flatMap((key) => {
    const value = pipeline?.[key];
    return value === undefined || value === 0 ? [] : [[key, value] as const];
  });
  return { repo_id: repositoryId, commit: 'pipelines.commit', ...Object.fromEntries(row) };
}
