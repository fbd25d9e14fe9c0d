import { mkdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileSecret, fixedSecret } from '../../src/config/secret.ts';
import type { Secret } from '../../src/domain/secret.ts';
import { Folder } from './support.ts';

describe('a secret in a file', () => {
  let folder: Folder;
  let file: string;
  let reported: string[];

  beforeEach(() => {
    folder = new Folder();
    file = folder.write('token', 's3cret\n');
    reported = [];
  });

  afterEach(() => folder[Symbol.dispose]());

  function open(path = file): Secret {
    const secret = fileSecret(path, (problem) => reported.push(problem));
    if (!secret.ok) throw new Error(secret.problem);
    return secret.value;
  }

  function refusal(content: string): string {
    const secret = fileSecret(folder.write('bad', content), () => {});
    return secret.ok ? 'accepted' : secret.problem;
  }

  it.each(['s3cret', 's3cret\n', 's3cret\r\n', 's3cret\n\n'])('is read without the line end: %j', (content) => {
    writeFileSync(file, content);
    expect(open().read()).toBe('s3cret');
  });

  it('is read again when the file is written', () => {
    const secret = open();
    writeFileSync(file, 'another-token');
    expect(secret.read()).toBe('another-token');
    expect(reported).toEqual([]);
  });

  it('is read again when another file of the same size and time takes its place', () => {
    const secret = open();
    const other = folder.write('other', 's4cret\n');
    for (const path of [file, other]) utimesSync(path, 1_700_000_000, 1_700_000_000);
    expect(secret.read()).toBe('s3cret');
    renameSync(other, file);
    expect(secret.read()).toBe('s4cret');
  });

  it('is read again when Kubernetes swaps the link to its folder', () => {
    for (const version of ['v1', 'v2']) folder.write(`${version}/token`, `token-of-${version}`);
    const data = join(folder.path, '..data');
    symlinkSync('v1', data);
    symlinkSync(join('..data', 'token'), join(folder.path, 'mounted'));
    const secret = open(join(folder.path, 'mounted'));
    expect(secret.read()).toBe('token-of-v1');
    symlinkSync('v2', join(folder.path, '..new'));
    renameSync(join(folder.path, '..new'), data);
    expect(secret.read()).toBe('token-of-v2');
  });

  it('keeps its last good value while the file is missing, and says so once', () => {
    const secret = open();
    rmSync(file);
    expect([secret.read(), secret.read(), secret.read()]).toEqual(['s3cret', 's3cret', 's3cret']);
    expect(reported).toEqual([
      `${file} does not exist; create it, or give another path; the last good value stays in use`,
    ]);
  });

  it('keeps its last good value while the file is empty, and takes the next good one', () => {
    const secret = open();
    writeFileSync(file, '');
    expect(secret.read()).toBe('s3cret');
    writeFileSync(file, 'next-token');
    expect(secret.read()).toBe('next-token');
    writeFileSync(file, '\n');
    expect(secret.read()).toBe('next-token');
    expect(reported).toHaveLength(2);
  });

  it('is taken up again when the same file comes back', () => {
    const secret = open();
    renameSync(file, `${file}.away`);
    expect(secret.read()).toBe('s3cret');
    renameSync(`${file}.away`, file);
    writeFileSync(file, 'back-again');
    expect(secret.read()).toBe('back-again');
    expect(reported).toHaveLength(1);
  });

  it.each(['', '\n', '  \n'])('is refused when the file holds nothing: %j', (content) => {
    expect(refusal(content)).toBe(`${join(folder.path, 'bad')} is empty; it must hold the secret`);
  });

  it('B37: is refused without a word of it when the file holds more than one line', () => {
    expect(refusal('s3cret\nmore')).toBe(`${join(folder.path, 'bad')} must hold the secret alone, in one line`);
  });

  it('is refused when it is a folder', () => {
    mkdirSync(join(folder.path, 'folder'));
    expect(fileSecret(join(folder.path, 'folder'), () => {})).toEqual({
      ok: false,
      problem: `${join(folder.path, 'folder')} is not a regular file; give the path of one`,
    });
  });

  it('B37: shows itself to nobody but who reads it', () => {
    const secret = open();
    const shown = [
      inspect({ secret }, { depth: 9, showHidden: true }),
      JSON.stringify({ secret }),
      `${secret}`,
      String(secret),
    ];
    expect(shown.join()).not.toContain('s3cret');
  });
});

describe('a secret in the environment', () => {
  it('is what the variable holds', () => {
    const secret = fixedSecret('its value', 's3cret\n');
    expect(secret.ok && secret.value.read()).toBe('s3cret');
  });

  it('B37: is refused without a word of it when it is no single line', () => {
    expect(fixedSecret('its value', 's3cret\nmore')).toEqual({
      ok: false,
      problem: 'its value must hold the secret alone, in one line',
    });
  });
});
