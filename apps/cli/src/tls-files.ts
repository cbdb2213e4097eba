import { readFileSync } from 'node:fs';
import { InvalidInput, type TlsOptions } from '@mneme/client';

/** Global flags, and the variables that stand for them. */
export interface TlsFlags {
  readonly tls?: boolean;
  readonly ca?: string;
  readonly cert?: string;
  readonly keyFile?: string;
}

/** How to speak TLS, or undefined for plain text. @throws InvalidInput for a file that cannot be read. */
export function tlsOptionsOf(
  flags: TlsFlags,
  environment: Readonly<Record<string, string | undefined>>,
  isExpected: boolean,
): TlsOptions | undefined {
  const ca = flags.ca ?? environment['MNEME_CA_FILE'];
  const cert = flags.cert ?? environment['MNEME_CLIENT_CERT_FILE'];
  const keyFile = flags.keyFile ?? environment['MNEME_CLIENT_KEY_FILE'];
  const isAsked = flags.tls === true || isExpected || [ca, cert, keyFile].some((file) => file !== undefined);
  if (!isAsked) return undefined;
  if ((cert === undefined) !== (keyFile === undefined)) {
    throw new InvalidInput('--cert and --key-file go together', { field: cert === undefined ? 'cert' : 'key-file' });
  }
  return {
    ...(ca === undefined ? {} : { rootCertificates: contentOf(ca, 'ca') }),
    ...(cert === undefined ? {} : { certificateChain: contentOf(cert, 'cert') }),
    ...(keyFile === undefined ? {} : { privateKey: contentOf(keyFile, 'key-file') }),
  };
}

function contentOf(file: string, field: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new InvalidInput(`${file} cannot be read`, { field, cause });
  }
}
