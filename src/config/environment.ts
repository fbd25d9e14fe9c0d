/** Variables of which a pair configures one source, when no file is given. */
const PAIRS = [
  { type: 'woodpecker', url: 'WOODPECKER_URL', token: 'WOODPECKER_TOKEN' },
  { type: 'argocd', url: 'ARGOCD_URL', token: 'ARGOCD_TOKEN' },
  { type: 'errors', url: 'ERROR_SINK_URL', token: 'ERROR_SINK_TOKEN' },
] as const;

export type Environment = Readonly<Record<string, string | undefined>>;

/** What a file would say. `token_file` names the variable that holds the token. */
export type FromEnvironment =
  | {
      readonly ok: true;
      readonly document: { readonly sources: readonly Readonly<Record<string, string>>[] };
      /** Which variable a path of the document came from. */
      readonly variables: ReadonlyMap<string, string>;
    }
  | { readonly ok: false; readonly problems: readonly string[] };

/** The configuration by variables alone; one that is empty counts as not there. */
export function fromEnvironment(env: Environment): FromEnvironment {
  const given = PAIRS.filter((pair) => env[pair.url] || env[pair.token]);
  if (given.length === 0) {
    const pairs = PAIRS.map((pair) => `${pair.url} and ${pair.token}`).join(', or ');
    return { ok: false, problems: [`no configuration; give --config.file=FILE, or the variables ${pairs}`] };
  }
  const problems = given.flatMap((pair) => {
    if (env[pair.url] && env[pair.token]) return [];
    const [there, missing] = env[pair.url] ? [pair.url, pair.token] : [pair.token, pair.url];
    return [`${missing} is missing; ${there} is given, and one is nothing without the other`];
  });
  if (problems.length > 0) return { ok: false, problems };

  const variables = new Map<string, string>();
  const sources = given.map((pair, index) => {
    variables.set(`sources[${index}].url`, pair.url);
    variables.set(`sources[${index}].token_file`, pair.token);
    return { type: pair.type, url: env[pair.url] ?? '', token_file: pair.token };
  });
  return { ok: true, document: { sources }, variables };
}
