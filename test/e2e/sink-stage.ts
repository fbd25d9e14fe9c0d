import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Program, startProgram } from '../support/program.ts';

export const SHOP = { id: '11111111-1111-4111-8111-111111111111', name: 'shop', token: 'a-token-of-shop-alone' };
export const BANK = { id: '22222222-2222-4222-8222-222222222222', name: 'bank', token: 'a-token-of-bank-alone' };

type Workspace = typeof SHOP;

/** A folder with a configuration of two workspaces. */
export class SinkStage implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'dora-exporter-sink-'));

  constructor(sink: string, port = 0, ledger = 'sqlite:./dora.db') {
    const workspaces = [SHOP, BANK].map(({ id, name, token }) => {
      writeFileSync(join(this.folder, name), token);
      return `{id: ${id}, name: ${name}, token_file: ./${name}}`;
    });
    writeFileSync(
      join(this.folder, 'config.yml'),
      `web: {listen_address: "127.0.0.1:${port}"}
ledger: ${ledger}
birth_hold: 0s
sink:
  workspaces: [${workspaces.join(', ')}]
${sink}`,
    );
  }

  get ledger(): string {
    return join(this.folder, 'dora.db');
  }

  async start(): Promise<Program> {
    return await startProgram([`--config.file=${join(this.folder, 'config.yml')}`], { env: { TZ: 'Asia/Taipei' } });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** What the server says to a request of a workspace. */
export async function ask(
  program: { readonly url: string },
  path: string,
  options: {
    readonly as?: Workspace | null;
    readonly body?: string;
    readonly headers?: Readonly<Record<string, string>>;
  } = {},
) {
  const { as = SHOP, body, headers = {} } = options;
  const answer = await fetch(program.url + path, {
    ...(body === undefined ? {} : { method: 'POST', body }),
    headers: { ...(as === null ? {} : { authorization: `Bearer ${as.token}` }), ...headers },
  });
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever it got.
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as any };
}

export function post(program: { readonly url: string }, items: unknown, as = SHOP, path = '/api/v1/errors') {
  return ask(program, path, { as, body: JSON.stringify(items) });
}
