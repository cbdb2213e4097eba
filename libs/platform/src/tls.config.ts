import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { SecureContextOptions } from 'node:tls';
import { ServerCredentials } from '@grpc/grpc-js';
import { configProblem, type Env, oneOf, parseEnv } from './config.js';

/** How the servers speak TLS; clients must show a certificate when there is an authority for theirs. */
export interface TlsConfig {
  readonly certificateChain: Buffer;
  readonly privateKey: Buffer;
  readonly clientAuthorities?: Buffer;
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3';
}

const CERT = 'MNEME_TLS_CERT_FILE';
const KEY = 'MNEME_TLS_KEY_FILE';
const CLIENT_CA = 'MNEME_TLS_CLIENT_CA_FILE';
const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** Reads the files that `MNEME_TLS_*` name; undefined for plain text. @throws InvalidInput, a line for each problem. */
export function parseTlsConfig(env: Env, nowMs = Date.now()): TlsConfig | undefined {
  const { minVersion, certificateChain, privateKey, clientAuthorities } = parseEnv(
    {
      certificateChain: [CERT, fileOr((pem, file) => checkCertificate(pem, file, nowMs))],
      privateKey: [KEY, fileOr(checkKey)],
      clientAuthorities: [CLIENT_CA, fileOr(checkAuthorities)],
      minVersion: ['MNEME_TLS_MIN_VERSION', oneOf(['1.2', '1.3'], '1.2')],
    },
    env,
  );
  if (certificateChain === undefined && privateKey === undefined && clientAuthorities === undefined) return undefined;
  if (certificateChain === undefined)
    throw configProblem(CERT, 'a certificate is expected too: TLS has both or neither');
  if (privateKey === undefined) throw configProblem(KEY, 'a private key is expected too: TLS has both or neither');
  if (!new X509Certificate(certificateChain).checkPrivateKey(createPrivateKey(privateKey))) {
    throw configProblem(KEY, `the key in ${env[KEY]} does not belong to the certificate in ${env[CERT]}`);
  }
  const clients = clientAuthorities === undefined ? {} : { clientAuthorities };
  return { certificateChain, privateKey, ...clients, minVersion: `TLSv${minVersion}` };
}

/** For the HTTP server. */
export function httpsOptionsOf(tls: TlsConfig) {
  return { ...contextOf(tls), ...clientCheckOf(tls) };
}

/** For the gRPC server. */
export function grpcCredentialsOf(tls: TlsConfig | undefined): ServerCredentials {
  return tls === undefined ? ServerCredentials.createInsecure() : new PinnedCredentials(tls);
}

// Those that gRPC makes by itself leave the least version to the flags of the process.
class PinnedCredentials extends ServerCredentials {
  constructor(tls: TlsConfig) {
    super(clientCheckOf(tls), contextOf(tls));
  }

  _equals(other: ServerCredentials): boolean {
    return this === other;
  }
}

function contextOf({ certificateChain, privateKey, clientAuthorities, minVersion }: TlsConfig): SecureContextOptions {
  const clients = clientAuthorities === undefined ? {} : { ca: clientAuthorities };
  return { cert: certificateChain, key: privateKey, minVersion, ...clients };
}

function clientCheckOf({ clientAuthorities }: TlsConfig) {
  const isChecked = clientAuthorities !== undefined;
  return { requestCert: isChecked, rejectUnauthorized: isChecked };
}

function fileOr(check: (pem: Buffer, file: string) => void) {
  return (file: string | undefined): Buffer | undefined => {
    if (file === undefined) return undefined;
    const pem = bytesOf(file);
    check(pem, file);
    return pem;
  };
}

function bytesOf(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new Error(`${file} cannot be read`, { cause });
  }
}

function checkCertificate(pem: Buffer, file: string, nowMs: number): void {
  const certificate = certificateIn(pem, file);
  const { validFrom, validTo } = certificate;
  if (Date.parse(validTo) <= nowMs) throw new Error(`the certificate in ${file} expired on ${validTo}`);
  if (Date.parse(validFrom) > nowMs) throw new Error(`the certificate in ${file} is not valid before ${validFrom}`);
}

function checkAuthorities(pem: Buffer, file: string): void {
  const certificates = pem.toString('latin1').match(PEM_CERTIFICATE) ?? [];
  if (certificates.length === 0) throw new Error(`${file} holds no certificate in PEM`);
  for (const certificate of certificates) certificateIn(Buffer.from(certificate), file);
}

function certificateIn(pem: Buffer, file: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (cause) {
    throw new Error(`${file} holds no certificate in PEM`, { cause });
  }
}

function checkKey(pem: Buffer, file: string): void {
  try {
    createPrivateKey(pem);
  } catch (cause) {
    throw new Error(`${file} holds no private key in PEM without a passphrase`, { cause });
  }
}
