import { createHash } from 'node:crypto';
import type { Secret } from '../../domain/secret.ts';
import type { Answer, Failure } from '../../upstream/upstream.ts';
import type { ArgocdApi } from './api.ts';
import type { Listed } from './application.ts';
import { KnownItems } from './known-items.ts';

/** A list that was read, and whether the server is far enough to have one. */
interface ReadList {
  readonly started: boolean;
  readonly items: readonly Listed[];
}

/** The one list of a poll, and the checks without which it is not believed (counting.md §5). */
export class Lister {
  readonly #token: Secret;
  readonly #appNamespaces: readonly string[];
  readonly #items = new KnownItems();
  /** Null: to be asked for. */
  #version: string | null = null;
  /** What tells one token from another, once the server has said that it is somebody's. */
  #trusted: string | null = null;
  /** How many applications the last believed list had; null: none since the start. */
  #length: number | null = null;

  constructor(settings: { readonly token: Secret; readonly appNamespaces: readonly string[] }) {
    this.#token = settings.token;
    this.#appNamespaces = settings.appNamespaces;
  }

  /** `known`: how many applications are remembered from before the start. */
  async read(api: ArgocdApi, known: number): Promise<Answer<readonly Listed[]>> {
    const token = createHash('sha256').update(this.#token.read()).digest('hex');
    if (token !== this.#trusted) {
      const failure = await this.#trust(api, token);
      if (failure !== null) return { ok: false, failure };
    }
    const answer = await this.#list(api);
    if (!answer.ok) return answer;
    const { started, items } = answer.value;
    if (!started && items.length === 0) return { ok: false, failure: JUST_STARTED };
    if (items.length < (this.#length ?? known)) {
      const failure = (await api.health()) ?? (await this.#trust(api, token));
      if (failure !== null) return { ok: false, failure };
    }
    this.#length = items.length;
    const wanted = items.filter(
      ({ namespace }) => this.#appNamespaces.length === 0 || this.#appNamespaces.includes(namespace),
    );
    return { ...answer, value: wanted };
  }

  async #list(api: ArgocdApi): Promise<Answer<ReadList>> {
    const version = await this.#versionOf(api);
    if (!version.ok) return version;
    const answer = await this.#readList(api, version.value);
    // One without a project is in `default`; a server that drops what it does not know drops it of all.
    const whole =
      answer.ok && (answer.value.items.length === 0 || answer.value.items.some(({ project }) => project !== ''));
    if (whole) return answer;
    // Another server may have taken over, and one that is older drops what it does not know.
    this.#version = null;
    if (!answer.ok) return { ok: false, failure: explained(answer.failure) };
    const now = await this.#versionOf(api);
    if (!now.ok) return now;
    return now.value === version.value ? answer : await this.#readList(api, now.value);
  }

  async #readList(api: ArgocdApi, version: string): Promise<Answer<ReadList>> {
    const answer = await api.list(version);
    if (!answer.ok) return answer;
    const read = await this.#items.read(answer.value.items);
    if (read.ok) return { ...answer, value: { started: answer.value.started, items: read.listed } };
    const detail = `the list of applications: ${read.problem}`;
    return { ok: false, failure: { reason: 'bad_response', detail, status: 200, retryAfterMs: null } };
  }

  /** A server that answers, but not with its version, is taken for an old one. */
  async #versionOf(api: ArgocdApi): Promise<{ ok: true; value: string } | { ok: false; failure: Failure }> {
    if (this.#version === null) {
      const answer = await api.version();
      if (!answer.ok && answer.failure.status === null) return answer;
      this.#version = answer.ok ? answer.value : '';
    }
    return { ok: true, value: this.#version };
  }

  /** With anonymous access a bad token is not refused: the list is what anybody may see. */
  async #trust(api: ArgocdApi, token: string): Promise<Failure | null> {
    this.#trusted = null;
    const answer = await api.loggedIn();
    if (!answer.ok) return answer.failure;
    if (!answer.value) return NOBODY;
    this.#trusted = token;
    return null;
  }
}

const JUST_STARTED: Failure = {
  reason: 'server_error',
  detail: 'the list is empty and has no resourceVersion: the server has just started',
  status: 200,
  retryAfterMs: null,
};

const NOBODY: Failure = {
  reason: 'unauthorized',
  detail: 'the server knows nobody by this token, and would answer as to anybody',
  status: 200,
  retryAfterMs: null,
};

/** gRPC's RESOURCE_EXHAUSTED: here, a message over the cap on its size (facts §1.3). */
const RESOURCE_EXHAUSTED = 8;

/** Any other 429 is a proxy's, or that of the Kubernetes API. */
function explained(failure: Failure): Failure {
  if (failure.status !== 429 || failure.grpcCode !== RESOURCE_EXHAUSTED) return failure;
  const detail = `${failure.detail}: the list is larger than the server can send; set projects or selector`;
  return { ...failure, reason: 'too_large', detail };
}
