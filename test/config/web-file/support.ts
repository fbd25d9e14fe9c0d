import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { type OpenedWebFile, WebFile } from '../../../src/config/web-file/web-file.ts';
import { Folder } from '../support.ts';

/** The hash of `pw`, at bcrypt's least cost, as htpasswd writes it. */
export const HASH = '$2y$04$Bb3TDNQBXaXQ2JqrpcRiQejr8tzA2Zw.fMQOLW2D47VSVGu6nvwA2';

/** A folder with certificates and a web configuration file. */
export class WebFolder extends Folder {
  readonly reported: string[] = [];

  constructor() {
    super();
    for (const name of ['server', 'server-key', 'client-ca', 'renewed', 'renewed-key']) this.copy(name, name);
  }

  /** Puts a fixture there as `name`.pem. */
  copy(fixture: string, name: string): void {
    copyFileSync(join(import.meta.dirname, '../../fixtures/tls', `${fixture}.pem`), join(this.path, `${name}.pem`));
  }

  open(yaml: string): OpenedWebFile {
    return WebFile.open(this.write('web.yml', yaml), (problem) => this.reported.push(problem));
  }

  /** What must be accepted. */
  opened(yaml: string): WebFile {
    const opened = this.open(yaml);
    if (!opened.ok) throw new Error(opened.problems.join('\n'));
    return opened.value;
  }
}
