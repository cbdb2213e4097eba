import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

/** A certificate and its key, both in PEM. */
export interface Certified {
  readonly certificate: string;
  readonly key: string;
}

export interface CertificateOptions {
  readonly commonName: string;
  /** Default: from an hour ago to a day from now. */
  readonly notBeforeMs?: number;
  readonly notAfterMs?: number;
}

/** An authority of a test's own: it signs certificates for `localhost` and 127.0.0.1, and for clients. */
export interface TestAuthority {
  readonly certificate: string;
  issue(options: CertificateOptions): Certified;
}

const HOUR_MS = 3_600_000;
const ECDSA_WITH_SHA256 = sequence(oid('2a8648ce3d040302'));

export function makeAuthority(commonName: string): TestAuthority {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const issuer = { commonName, key: pair.privateKey };
  const certificate = certificateOf({ commonName }, pair.publicKey, { ...issuer, isAuthority: true });
  return {
    certificate,
    issue: (options) => {
      const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
      return { key, certificate: certificateOf(options, publicKey, { ...issuer, isAuthority: false }) };
    },
  };
}

interface Issuing {
  readonly commonName: string;
  readonly key: KeyObject;
  readonly isAuthority: boolean;
}

function certificateOf(options: CertificateOptions, publicKey: KeyObject, issuing: Issuing): string {
  const { notBeforeMs = Date.now() - HOUR_MS, notAfterMs = Date.now() + 24 * HOUR_MS } = options;
  const unsigned = sequence(
    der(0xa0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    ECDSA_WITH_SHA256,
    nameOf(issuing.commonName),
    sequence(time(notBeforeMs), time(notAfterMs)),
    nameOf(options.commonName),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(...extensionsOf(issuing.isAuthority))),
  );
  const signature = sign('sha256', unsigned, issuing.key);
  const whole = sequence(unsigned, ECDSA_WITH_SHA256, der(0x03, Buffer.from([0]), signature));
  const lines = whole.toString('base64').replace(/.{64}/g, '$&\n');
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}

function extensionsOf(isAuthority: boolean): readonly Buffer[] {
  const yes = der(0x01, Buffer.from([0xff]));
  const constraints = sequence(oid('551d13'), yes, der(0x04, sequence(...(isAuthority ? [yes] : []))));
  if (isAuthority) return [constraints];
  const names = sequence(der(0x82, Buffer.from('localhost')), der(0x87, Buffer.from([127, 0, 0, 1])));
  return [constraints, sequence(oid('551d11'), der(0x04, names))];
}

function nameOf(commonName: string): Buffer {
  return sequence(der(0x31, sequence(oid('550403'), der(0x0c, Buffer.from(commonName)))));
}

function time(epochMs: number): Buffer {
  const digits = new Date(epochMs).toISOString().replace(/[-:T]|\.\d+/g, '');
  return der(0x18, Buffer.from(digits));
}

function integer(bytes: Buffer): Buffer {
  return der(0x02, bytes);
}

function oid(hex: string): Buffer {
  return der(0x06, Buffer.from(hex, 'hex'));
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return der(0x30, ...parts);
}

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content]);
  const bytes = length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...bytes]), content]);
}
