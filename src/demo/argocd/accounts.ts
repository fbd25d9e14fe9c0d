import type { ArgocdState } from './state.ts';

/** The projects whose applications may be read; `all` is the policy `applications, get` on everything. */
export type Rights = 'all' | readonly string[];

export interface Account {
  readonly name: string;
  rights: Rights;
  enabled: boolean;
  /** Whether it has the capability to use tokens. */
  apiKey: boolean;
}

export interface Token {
  readonly account: Account;
  readonly id: string;
  state: 'valid' | 'expired' | 'revoked' | 'wrong signature';
}

/** Adds an account and its token, whose text is what `Authorization: Bearer` must carry. */
export function addAccount(state: ArgocdState, name: string, token: string, rights: Rights = 'all'): Token {
  const account: Account = { name, rights, enabled: true, apiKey: true };
  state.accounts.push(account);
  return addToken(state, account, token, 'exporter');
}

/** Adds another token of an account. */
export function addToken(state: ArgocdState, account: Account, text: string, id: string): Token {
  const token: Token = { account, id, state: 'valid' };
  state.tokens.set(text, token);
  return token;
}

export function mayRead(rights: Rights, project: string): boolean {
  return rights === 'all' || rights.includes(project);
}
