import { isDeepStrictEqual } from 'node:util';
import type { Config } from './config.ts';
import type { ConfigFiles } from './files.ts';
import { configSchema } from './schema.ts';

/** Keys whose code comes later: a value other than the default would be accepted and ignored. */
const NOT_BUILT: readonly { readonly path: string; readonly value: (config: Config) => unknown }[] = [
  { path: 'ledger: postgres://', value: (config) => config.ledger.kind },
  { path: 'ledger_password_file', value: (config) => config.ledgerPassword },
];

/** What the configuration asks for and no code does yet: one sentence each. */
export function notBuilt(config: Config): string[] {
  const defaults = configSchema(NO_FILES).parse({});
  const keys = NOT_BUILT.filter(({ value }) => !isDeepStrictEqual(value(config), value(defaults)));
  return keys.map(({ path }) => `${path} is not built yet`);
}

/** The defaults name no file but the ledger's, whose place is of no matter here. */
const NO_FILES: ConfigFiles = {
  path: (name) => name,
  existing: (name) => ({ ok: true, value: name }),
  secret: (name) => ({ ok: false, problem: name }),
  web: (name) => ({ ok: false, problems: [name] }),
};
