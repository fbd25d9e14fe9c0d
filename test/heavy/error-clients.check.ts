import { spawnSync } from 'node:child_process';
import { it } from 'vitest';
import { tryErrorClient } from '../support/error-client.ts';
import { fencedBlock } from '../support/fenced.ts';

const runs = (command: string, word: string) => spawnSync(command, [word]).status === 0;

it.skipIf(!runs('python3', '--version'))('the Python client never raises and never makes its caller wait', async () => {
  const call = `record_error(subsystem="memory", operation="write", error=TimeoutError("no answer"))
print("went on", flush=True)
`;
  const text = fencedBlock('errors.md', 'python') + call;
  await tryErrorClient({ file: 'client.py', text, command: ['python3', 'client.py'] });
});

it.skipIf(!runs('go', 'version'))(
  'the Go client never panics and never makes its caller wait',
  async () => {
    const text = `package main

import ("bytes"; "encoding/json"; "errors"; "fmt"; "io"; "net/http"; "os"; "time")

${fencedBlock('errors.md', 'go')}
func main() {
	RecordError("memory", "write", errors.New("no answer"))
	fmt.Println("went on")
	io.ReadAll(os.Stdin)
}
`;
    const build = ['go', 'build', 'client.go'];
    await tryErrorClient({ file: 'client.go', text, build, command: ['./client'] });
  },
  300_000,
);
