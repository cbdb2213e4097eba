import { chmodSync, existsSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { eventually, removeTemporaryDirectories, temporaryDirectory, TestProcess } from '@mneme/testing';
import { type DataDirectory, openDataDirectory } from './data-directory.js';

removeTemporaryDirectories();

describe('data directory', () => {
  const opened: DataDirectory[] = [];
  afterEach(() => opened.splice(0).forEach((directory) => directory.close()));
  const open = (path: string) => {
    const directory = openDataDirectory(path);
    opened.push(directory);
    return directory;
  };
  const modeOf = (path: string) => statSync(path).mode & 0o777;
  /** A directory in which keys have been used, closed again. */
  const usedDirectory = () => {
    const directory = openDataDirectory(join(temporaryDirectory(), 'data'));
    writeFileSync(directory.keysFile, '');
    directory.close();
    return directory;
  };

  it('is made for its owner alone, with two keys of 32 bytes', () => {
    const { path, rootKey, commitmentKey } = open(join(temporaryDirectory(), 'a', 'data'));
    expect(modeOf(path)).toBe(0o700);
    expect([modeOf(join(path, 'root.key')), modeOf(join(path, 'commitment.key'))]).toEqual([0o600, 0o600]);
    expect([rootKey.length, commitmentKey.length]).toEqual([32, 32]);
    expect(Buffer.from(rootKey)).not.toEqual(Buffer.from(commitmentKey));
    expect(existsSync(join(path, 'root.key.new'))).toBe(false);
  });

  it('has the same keys and files when it is opened again', () => {
    const first = usedDirectory();
    const second = open(first.path);
    expect({ ...second, close: undefined }).toEqual({ ...first, close: undefined });
    expect(readFileSync(join(first.path, 'root.key'))).toEqual(Buffer.from(first.rootKey));
  });

  it('is held by one at a time, and free once closed', () => {
    const path = temporaryDirectory();
    const first = openDataDirectory(path);
    expect(() => open(path)).toThrow(/in use: .*another directory/);
    expect(() => open(path)).toThrow(expect.objectContaining({ code: 'unavailable', retry: 'later' }));
    first.close();
    open(path);
  });

  it('is held against other processes too, and free at once when they are killed', async () => {
    const path = temporaryDirectory();
    const other = new TestProcess(new URL('append-until-killed.mjs', import.meta.url), [path]);
    await eventually('the other process has it', () => other.lines.length > 0);
    expect(() => open(path)).toThrow(/in use/);
    await other.kill();
    open(path);
  });

  it.each(['root.key', 'commitment.key'])('refuses a missing %s instead of making another', (name) => {
    const { path } = usedDirectory();
    rmSync(join(path, name));
    expect(() => open(path)).toThrow(expect.objectContaining({ code: 'corrupt', retry: 'never' }));
    expect(() => open(path)).toThrow(new RegExp(`${name} is missing`));
    expect(existsSync(join(path, name))).toBe(false);
  });

  it.each(['root.key', 'commitment.key'])('refuses a %s that others may read, and says what to do', (name) => {
    const { path } = usedDirectory();
    chmodSync(join(path, name), 0o640);
    expect(() => open(path)).toThrow(expect.objectContaining({ code: 'forbidden', retry: 'never' }));
    expect(() => open(path)).toThrow(new RegExp(`${name} .*0640.*chmod 600`));
    chmodSync(join(path, name), 0o400);
    open(path);
  });

  it('refuses a key that was cut', () => {
    const { path } = usedDirectory();
    truncateSync(join(path, 'root.key'), 31);
    expect(() => open(path)).toThrow(/root.key is damaged: it has 31 bytes/);
  });

  it('is free again after it was refused', () => {
    const { path } = usedDirectory();
    chmodSync(join(path, 'root.key'), 0o644);
    expect(() => open(path)).toThrow(/chmod/);
    chmodSync(join(path, 'root.key'), 0o600);
    open(path);
  });

  it('goes on with keys that were made before the process ended', () => {
    const first = openDataDirectory(temporaryDirectory());
    rmSync(join(first.path, 'commitment.key'));
    first.close();
    const second = open(first.path);
    expect(Buffer.from(second.rootKey)).toEqual(Buffer.from(first.rootKey));
    expect(second.commitmentKey).toHaveLength(32);
  });

  it('cannot be made where a file is', () => {
    const file = join(temporaryDirectory(), 'file');
    writeFileSync(file, '');
    expect(() => open(join(file, 'data'))).toThrow(expect.objectContaining({ code: 'unavailable' }));
  });
});
