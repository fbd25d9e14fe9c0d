import type { z } from 'zod';
import { member, type Place, reportTwice } from './none-twice.ts';

/** What must hold between keys. It also runs beside other problems, so `keys` may be anything. */
export function crossChecks(keys: unknown, context: z.RefinementCtx): void {
  const expiry = member(keys, 'incident_expiry');
  const retention = member(keys, 'retention');
  if (typeof expiry === 'number' && typeof retention === 'number' && expiry > retention) {
    const message = 'longer than retention, so an incident would outlive its rows; give at most the retention';
    context.addIssue({ code: 'custom', path: ['incident_expiry'], message });
  }
  if (member(keys, 'ledger_password_file') && member(member(keys, 'ledger'), 'kind') === 'sqlite') {
    const message = 'is the password of a ledger in PostgreSQL, and this one is a file; leave it out';
    context.addIssue({ code: 'custom', path: ['ledger_password_file'], message });
  }
  // A workspace of the embedded sink is a source too.
  const sources = names(member(keys, 'sources'), ['sources']);
  const workspaces = names(member(member(keys, 'sink'), 'workspaces'), ['sink', 'workspaces']);
  reportTwice([...sources, ...workspaces], context);
}

function names(list: unknown, path: readonly string[]): Place[] {
  if (!Array.isArray(list)) return [];
  return list.map((element: unknown, index) => ({ path: [...path, index, 'name'], value: member(element, 'name') }));
}
