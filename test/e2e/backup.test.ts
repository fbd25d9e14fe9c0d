import { execFile } from 'node:child_process';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { fencedBlocks } from '../support/fenced.ts';
import type { Page } from './page.ts';
import { goodPoll, nextPoll, pageWith, Stage, scrape } from './stage.ts';

const [COPY = '', RESTORE = ''] = fencedBlocks('operations.md', 'sh');

it('a copy of the running ledger, restored by the commands of docs/operations.md, catches up and counts each deployment once', async () => {
  await using stage = await Stage.open();
  const shop = stage.repo('acme/shop');
  stage.push(shop, 'success', 100);
  stage.push(shop, 'failure', 200);
  let before: Page;
  {
    await using program = await stage.start();
    await goodPoll(program);
    await sh(stage, COPY);
    stage.push(shop, 'success', 300);
    before = await pageWith(program, (page) => successes(page) === 2, 'what was deployed after the copy is counted');
    await program.stop();
  }
  await sh(stage, RESTORE);

  {
    // Where nobody scrapes it, as the page says.
    await using catchingUp = await stage.start('--web.listen-address=127.0.0.1:0');
    await goodPoll(catchingUp);
    await catchingUp.stop();
  }
  await using restored = await stage.start();
  const first = await scrape(restored);
  expect(first.targets()).toEqual(before.targets());
  expect(first.value('dora_recovery_time_seconds_count', { app: 'acme/shop' })).toBe(1);
  const next = await nextPoll(stage, restored);
  expect(next.targets()).toEqual(before.targets());
  expect(next.value('dora_collector_gaps_total')).toBe(0);
});

function successes(page: Page): number | undefined {
  return page.value('dora_deployments_total', { app: 'acme/shop', outcome: 'success' });
}

/** Runs what the page says, as a person does: in the folder of the ledger, line by line. */
async function sh(stage: Stage, commands: string): Promise<void> {
  const path = `${dirname(process.execPath)}:/usr/bin:/bin`;
  await promisify(execFile)('sh', ['-ec', commands], { cwd: stage.folder, env: { PATH: path } });
}
