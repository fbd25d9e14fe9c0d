import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { requireTool, runTool } from './tool.ts';

/** A page as a browser made it out, and what the browser had to say of it. */
export interface Rendered {
  readonly dom: string;
  /** What it logged on the page's console, such as resources that it refused. */
  readonly console: readonly string[];
}

/** Opens a page in a headless Chromium that nobody used before. */
export async function openInChromium(url: string): Promise<Rendered> {
  requireTool('chromium', 'scripts/install-chromium');
  const folder = mkdtempSync(join(tmpdir(), 'dora-exporter-chromium-'));
  try {
    const { code, stdout, stderr } = await runTool('chromium', [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--enable-logging=stderr',
      `--user-data-dir=${folder}`,
      '--dump-dom',
      url,
    ]);
    if (code !== 0) throw new Error(`chromium ended with ${code}:\n${stderr}`);
    return { dom: stdout, console: stderr.split('\n').filter((line) => line.includes(':CONSOLE')) };
  } finally {
    // Other processes of its own may still be writing as it ends.
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}
