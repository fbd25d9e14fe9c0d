import type { IncomingHttpHeaders } from 'node:http';
import type { Account, Rights, Token } from './accounts.ts';
import type { ArgocdState } from './state.ts';

/** Who asks, and what of; or why the server does not know. */
export type Caller =
  | { readonly kind: 'known'; readonly account: Account | null; readonly rights: Rights }
  | { readonly kind: 'unknown'; readonly message: string };

/**
 * Who a request comes from, by its header or its cookie. What is no token at all counts as none, the scheme in lower
 * case too. Where anonymous access is on, a bad token is not refused: whoever carries one is anonymous.
 */
export function callerOf(state: ArgocdState, headers: IncomingHttpHeaders): Caller {
  const token = state.tokens.get(tokenTextOf(headers));
  const flaw = token === undefined ? 'no session information' : flawOf(token);
  if (token !== undefined && flaw === null) {
    return { kind: 'known', account: token.account, rights: token.account.rights };
  }
  if (state.anonymous !== null) return { kind: 'known', account: null, rights: state.anonymous };
  return { kind: 'unknown', message: flaw ?? '' };
}

function tokenTextOf(headers: IncomingHttpHeaders): string {
  const bearer = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1];
  const cookie = /(?:^|; ?)argocd\.token=([^;]+)/.exec(headers.cookie ?? '')?.[1];
  return bearer ?? cookie ?? '';
}

/** Why the server does not accept a token, in its words; null when it does. */
function flawOf({ state, account, id }: Token): string | null {
  if (state === 'wrong signature') return 'invalid session: token signature is invalid: signature is invalid';
  if (state === 'expired') return 'invalid session: token has invalid claims: token is expired';
  if (!account.enabled) return `invalid session: account ${account.name} is disabled`;
  if (!account.apiKey) return `invalid session: account ${account.name} does not have 'apiKey' capability`;
  if (state === 'revoked') return `invalid session: account ${account.name} does not have token with id ${id}`;
  return null;
}
