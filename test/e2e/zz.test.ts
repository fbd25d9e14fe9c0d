import { it } from 'vitest';
import { goodPoll, items, nextPoll, pageWith, Stage, scrape } from './stage.ts';
it('x', async () => {
  await using stage = await Stage.open();
  const shop = stage.repo('acme/shop');
  {
    await using program = await stage.start();
    await goodPoll(program);
    await program.kill();
  }
  stage.push(shop, 'failure', 100);
  const n = stage.woodpecker.requests.length;
  {
    await using program = await stage.start('--log.level=debug');
    await goodPoll(program);
    const p = await nextPoll(program);
    console.log(stage.woodpecker.requests.slice(n), p.targets().length, await items(program, 'collectors'), program.output);
    await program.kill();
  }
});
