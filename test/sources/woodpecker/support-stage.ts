import type { Pipeline, Repo, User } from '../../../src/demo/woodpecker/model.ts';
import { addPipeline, type PipelineFields, updatePipeline } from '../../../src/demo/woodpecker/pipelines.ts';
import { type SimulatedWoodpecker, startWoodpecker } from '../../../src/demo/woodpecker/start.ts';
import { addRepo, addUser } from '../../../src/demo/woodpecker/state.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { DAY_MS, type Keys, openProgram, POLL_MS, type Program, TOKEN } from './support-program.ts';

export interface StageOptions {
  readonly version?: string;
  readonly keys?: Keys;
  readonly retentionMs?: number;
}

/** The program over a simulated server with one user, whose clock is the program's. */
export class Stage implements AsyncDisposable {
  readonly clock: FakeClock;
  readonly server: SimulatedWoodpecker;
  readonly program: Program;
  readonly user: User;

  constructor(parts: Pick<Stage, 'clock' | 'server' | 'program' | 'user'>) {
    this.clock = parts.clock;
    this.server = parts.server;
    this.program = parts.program;
    this.user = parts.user;
  }

  /** Unix seconds. */
  get now(): number {
    return Math.floor(this.clock.now() / 1000);
  }

  repo(full_name: string, fields: Partial<Repo> = {}): Repo {
    return addRepo(this.server.state, { full_name, ...fields });
  }

  /** Adds a pipeline that runs since a minute. */
  running(repo: Repo, fields: PipelineFields = {}): Pipeline {
    const since = this.now - 60;
    return addPipeline(this.server.state, repo, {
      status: 'running',
      created: since,
      started: since,
      updated: since,
      workflows: [{ name: 'deploy', state: 'running', started: since }],
      ...fields,
    });
  }

  /** Ends a pipeline now, or at `finished`. */
  end(pipeline: Pipeline, status: string, fields: PipelineFields = {}): Pipeline {
    const finished = fields.finished ?? this.now;
    updatePipeline(this.server.state, pipeline, {
      status,
      finished,
      updated: finished,
      workflows: [{ name: 'deploy', state: status, started: pipeline.started, finished }],
      ...fields,
    });
    return pipeline;
  }

  /** Adds a pipeline that ended at `finished` (unix seconds), a minute after it began. */
  ended(repo: Repo, status: string, finished: number, fields: PipelineFields = {}): Pipeline {
    const created = finished - 60;
    const added = this.running(repo, { created, started: created, updated: created, ...fields });
    return this.end(added, status, { finished, ...fields });
  }

  /** Polls `times` times at the interval, or at another; each must end well. */
  async polls(times = 1, everyMs = POLL_MS): Promise<void> {
    for (let time = 0; time < times; time += 1) {
      await this.program.good();
      await this.clock.advance(everyMs);
    }
  }

  /** The paths that were asked for while `work` ran. */
  async asked(work: () => Promise<unknown>): Promise<readonly string[]> {
    const before = this.server.requests.length;
    await work();
    return this.server.requests.slice(before).map(({ path }) => path);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.program[Symbol.asyncDispose]();
    await this.server.close();
  }
}

export async function openStage({ version = '3.17.0', keys = {}, retentionMs = 400 * DAY_MS }: StageOptions = {}) {
  const clock = new FakeClock(Date.UTC(2026, 2, 18, 12));
  const server = await startWoodpecker({ version, now: () => clock.now() });
  const user = addUser(server.state, 'dev', TOKEN);
  const program = await openProgram(clock, { url: server.url, ...keys }, { retentionMs });
  return new Stage({ clock, server, program, user });
}

/** The server is another version from now on; rows that it made keep theirs. */
export function upgrade(server: SimulatedWoodpecker, version: string): void {
  (server.state as { version: string }).version = version;
}

/** Paths of one repository's pipelines among these, as `list`, or the number that was asked for. */
export function looksAt(paths: readonly string[], repo: Repo): readonly string[] {
  return paths.flatMap((path) => {
    const found = new RegExp(`^/api/repos/${repo.id}/pipelines(?:/(\\d+))?`).exec(path);
    return found === null ? [] : [found[1] ?? 'list'];
  });
}
