import { readFileSync, statSync } from 'node:fs';
import { Agent } from 'undici';

export interface Trust {
  /** A private certificate authority, PEM; trusted instead of the public ones. */
  readonly caFile: string | null;
  readonly insecureSkipVerify: boolean;
}

/** The certificate authority's file cannot be read. */
export class CaFileError extends Error {
  readonly code = 'ERR_TLS_CA_FILE';
}

/** The connections of one source: trusts what the CA file holds now. */
export class SourceAgent {
  readonly #trust: Trust;
  readonly #connectTimeoutMs: number;
  #agent: Agent | null = null;
  #modified = Number.NaN;

  constructor(trust: Trust, connectTimeoutMs: number) {
    this.#trust = trust;
    this.#connectTimeoutMs = connectTimeoutMs;
  }

  /**
   * The agent for the next request: a new one when the CA file changed, the old one ending with its requests.
   * While the file cannot be read the last good one goes on; throws CaFileError when there never was one.
   */
  current(): Agent {
    const { caFile } = this.#trust;
    if (caFile === null) {
      this.#agent ??= this.#open(null);
      return this.#agent;
    }
    try {
      const modified = statSync(caFile).mtimeMs;
      if (this.#agent !== null && modified === this.#modified) return this.#agent;
      const fresh = this.#open(readFileSync(caFile, 'utf8'));
      // The old one waits for its requests, each of which has its own time-out.
      void this.#agent?.close();
      this.#agent = fresh;
      this.#modified = modified;
      return fresh;
    } catch (error) {
      if (this.#agent !== null) return this.#agent;
      throw new CaFileError(`ca_file ${caFile} cannot be read`, { cause: error });
    }
  }

  async destroy(): Promise<void> {
    await this.#agent?.destroy();
  }

  #open(ca: string | null): Agent {
    return new Agent({
      // One connection per request under way, so that a broken one is the trouble of one request alone.
      allowH2: false,
      // The time-out over the whole exchange is the caller's; only an attempt to connect outlives an aborted request.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: {
        timeout: this.#connectTimeoutMs,
        rejectUnauthorized: !this.#trust.insecureSkipVerify,
        ...(ca === null ? {} : { ca }),
      },
    });
  }
}
