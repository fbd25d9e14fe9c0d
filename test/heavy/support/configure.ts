import type { Stage } from '../../e2e/stage.ts';

/** Writes the configuration of a program that is scraped every second: quick polls, verdicts at once, a short hold. */
export function configure(stage: Stage, { birthHold = '3s', forgetAfter = '1h' } = {}): void {
  stage.write(
    'config.yml',
    `web: {listen_address: "127.0.0.1:0"}
ledger: sqlite:./dora.db
birth_hold: ${birthHold}
sources:
  - type: woodpecker
    url: ${stage.woodpecker.url}
    token_file: ./token
    poll_interval: 1s
    settle: 0s
    forget_after: ${forgetAfter}
`,
  );
}
