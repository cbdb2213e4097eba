import { hash } from 'node:crypto';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The 16 bytes of a uuid, as `uuidV5` takes them. @throws TypeError when it is none in lower case. */
export function namespaceOf(uuid: string): Buffer {
  if (!UUID.test(uuid)) throw new TypeError(`${uuid} is no uuid`);
  return Buffer.from(uuid.replaceAll('-', ''), 'hex');
}

/**
 * The name's uuid of version 5 (RFC 9562, section 5.5): the first 128 bits of SHA-1(namespace ‖ name in UTF-8), with
 * version and variant set.
 */
export function uuidV5(name: string, namespace: Buffer): string {
  const digest = hash('sha1', Buffer.concat([namespace, Buffer.from(name)]), 'hex');
  const variant = ((parseInt(digest.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return `${digest.slice(0, 8)}-${digest.slice(8, 12)}-5${digest.slice(13, 16)}-${variant}${digest.slice(17, 20)}-${digest.slice(20, 32)}`;
}
