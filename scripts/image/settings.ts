/** What an image tells its runtime. */
export interface ImageSettings {
  readonly user: string;
  readonly workingDir: string;
  readonly env: readonly string[];
  readonly command: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

/** The part of the OCI image configuration that is read here. */
export interface OciConfig {
  readonly User?: string;
  readonly WorkingDir?: string;
  readonly Env?: readonly string[];
  readonly Entrypoint?: readonly string[];
  readonly Cmd?: readonly string[];
  readonly Labels?: Readonly<Record<string, string>>;
}

/** The settings of an image that was built, from its OCI configuration. */
export function ofBuilt(config: OciConfig): ImageSettings {
  return {
    user: config.User ?? '',
    workingDir: config.WorkingDir ?? '',
    env: config.Env ?? [],
    command: [...(config.Entrypoint ?? []), ...(config.Cmd ?? [])],
    labels: config.Labels ?? {},
  };
}

/** The settings that the last stage of a Dockerfile asks for. Throws if one of them is missing or in shell form. */
export function ofDockerfile(text: string): ImageSettings {
  const stages = text.replaceAll('\\\n', ' ').split(/^FROM /m);
  const stage = stages.at(-1) ?? '';
  const words = (instruction: string): string => {
    const found = [...stage.matchAll(new RegExp(`^${instruction} +(.*)$`, 'gm'))];
    if (found.length !== 1) throw new Error(`the last stage has ${found.length} lines ${instruction}, not one`);
    return found[0]?.[1] ?? '';
  };
  const pairs = (text: string) => [...text.matchAll(/([\w.]+)=(?:"([^"]*)"|(\S+))/g)];
  return {
    user: words('USER'),
    workingDir: words('WORKDIR'),
    env: pairs(words('ENV')).map(([, name, quoted, bare]) => `${name}=${quoted ?? bare}`),
    command: [...JSON.parse(words('ENTRYPOINT')), ...JSON.parse(words('CMD'))],
    labels: Object.fromEntries(pairs(words('LABEL')).map(([, name, quoted, bare]) => [name, quoted ?? bare])),
  };
}
