import type { Answer } from '../woodpecker/answer.ts';
import { mayRead } from './accounts.ts';
import { ok } from './answer.ts';
import type { Call } from './call.ts';

/** The version for everybody, and how it was built for those who are logged in. */
export function getVersion({ state, account }: Call): Answer {
  const Version = `v${state.version}+109ca7c`;
  if (account === null) return ok({ Version });
  return ok({
    Version,
    BuildDate: '2026-08-12T11:24:40Z',
    GitCommit: '109ca7ca71139e514114499d294a492e7910a965',
    GitTreeState: 'clean',
    GoVersion: 'go1.26.8',
    Compiler: 'gc',
    Platform: 'linux/amd64',
    KustomizeVersion: 'v5.7.0',
    HelmVersion: 'v3.18.4',
    JsonnetVersion: 'v0.22.0',
  });
}

/** Who is logged in. Nobody is no error, and `loggedIn` is then absent, not false. */
export function getUserinfo({ account }: Call): Answer {
  return ok(account === null ? {} : { loggedIn: true, username: account.name, iss: 'argocd' });
}

/** Whether the caller may get the applications of a project; `*` for all projects. */
export function canIGet({ rights, params }: Call): Answer {
  const project = params[0] ?? '';
  return ok({ value: mayRead(rights, project) ? 'yes' : 'no' });
}
