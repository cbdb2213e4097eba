import { Forbidden, type Right, RIGHTS } from '@mneme/domain';
import type { Clock } from '@mneme/ports';
import { decodeJwt, decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from 'jose';
import type { Logger } from '../logger.js';
import type { Metrics } from '../metrics.js';
import { JwksSource } from './jwks-source.js';
import type { IssuerConfig, JwtConfig } from './jwt.config.js';

const TOKEN_CHARS_MAX = 8_192;
const USER_ID_CHARS_MAX = 256;
const TEAMS_MAX = 64;

/** Why a token was refused, as it is counted. */
export type TokenFault =
  | 'malformed'
  | 'too-long'
  | 'algorithm'
  | 'issuer'
  | 'audience'
  | 'expired'
  | 'not-yet-valid'
  | 'unknown-key'
  | 'signature'
  | 'claim'
  | 'tenant'
  | 'agent';

/** What a token says whose signature, issuer, audience and time were found good. */
export interface TokenIdentity {
  readonly issuer: string;
  /** Of the token's subject, else its agent: the same for every token of the same holder. */
  readonly holder: string;
  readonly tenantId: string;
  readonly agentId: string;
  readonly rights: readonly Right[];
  readonly userId?: string;
  readonly departmentId?: string;
  readonly teamIds?: readonly string[];
  readonly minTrust: number;
}

export interface VerifierPorts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

interface Trusted {
  readonly config: IssuerConfig;
  readonly source: JwksSource;
}

/** Checks the tokens of the issuers that the deployment knows. A refusal names its reason and never the token. */
export class TokenVerifier {
  private readonly trusted: ReadonlyMap<string, Trusted>;

  constructor(
    { issuers }: JwtConfig,
    private readonly ports: VerifierPorts,
  ) {
    const onFailure = (issuer: string) => (error: unknown) =>
      ports.logger.warn('the keys of an issuer could not be read', { issuer, error });
    this.trusted = new Map(
      issuers.map((config) => [
        config.issuer,
        { config, source: new JwksSource(config, ports.clock, onFailure(config.issuer)) },
      ]),
    );
  }

  /** Whether any token is taken at all. */
  get isOn(): boolean {
    return this.trusted.size > 0;
  }

  knows(issuer: string): boolean {
    return this.trusted.has(issuer);
  }

  /** @throws Forbidden `unauthenticated` naming the reason; Unavailable when the issuer's keys cannot be had now. */
  async verify(token: string): Promise<TokenIdentity> {
    if (token.length > TOKEN_CHARS_MAX) throw this.refusal('too-long');
    const trusted = this.trusted.get(this.read(() => decodeJwt(token)).iss ?? '');
    if (trusted === undefined) throw this.refusal('issuer');
    const { alg } = this.read(() => decodeProtectedHeader(token));
    if (!trusted.config.algorithms.some((pinned) => pinned === alg)) throw this.refusal('algorithm');
    return this.identityOf(await this.checked(token, trusted), trusted.config);
  }

  /** Counted by its reason. */
  refusal(fault: TokenFault, claim?: string): Forbidden {
    this.ports.metrics.increment('mneme_tokens_refused_total', { reason: fault });
    const limit = claim === undefined ? `token=${fault}` : `claim=${claim}`;
    return new Forbidden(MESSAGES[fault], { field: 'authorization', limit }, 'unauthenticated');
  }

  private async checked(token: string, { config, source }: Trusted): Promise<JWTPayload> {
    const options = {
      issuer: config.issuer,
      audience: config.audience,
      algorithms: config.algorithms,
      clockTolerance: config.clockToleranceS,
      currentDate: new Date(this.ports.clock.nowMs()),
      requiredClaims: ['exp'],
    };
    const attempt = async () => (await jwtVerify(token, await source.keys(), options)).payload;
    try {
      return await attempt().catch(async (error: unknown) => {
        if (!(error instanceof errors.JWKSNoMatchingKey) || !(await source.refreshed())) throw error;
        return attempt();
      });
    } catch (error) {
      if (error instanceof errors.JOSEError) throw this.refusal(faultOf(error));
      throw error;
    }
  }

  private identityOf(payload: JWTPayload, { issuer, claims, tenantId }: IssuerConfig): TokenIdentity {
    const textAt = (claim: string) => {
      const value = payload[claim];
      if (typeof value === 'string' && value !== '' && value.length <= USER_ID_CHARS_MAX) return value;
      throw this.refusal('claim', claim);
    };
    const textIf = (claim: string | undefined) =>
      claim === undefined || payload[claim] === undefined ? undefined : textAt(claim);
    const agentId = textAt(claims.agent);
    const userId = textIf(claims.user);
    const departmentId = textIf(claims.department);
    const teamIds = this.teamsOf(payload, claims.teams);
    return {
      issuer,
      holder: payload.sub ?? agentId,
      tenantId: tenantId ?? textAt(claims.tenant),
      agentId,
      rights: this.rightsOf(payload, claims.rights),
      minTrust: this.trustOf(payload, claims.minTrust),
      ...(userId === undefined ? {} : { userId }),
      ...(departmentId === undefined ? {} : { departmentId }),
      ...(teamIds === undefined ? {} : { teamIds }),
    };
  }

  /** As a list or as words, as OAuth writes scopes; what is no right of ours is somebody else's. */
  private rightsOf(payload: JWTPayload, claim: string): readonly Right[] {
    const value = payload[claim] ?? [];
    const words = typeof value === 'string' ? value.split(' ') : value;
    if (!Array.isArray(words)) throw this.refusal('claim', claim);
    return RIGHTS.filter((right) => words.includes(right));
  }

  private teamsOf(payload: JWTPayload, claim: string | undefined): readonly string[] | undefined {
    if (claim === undefined || payload[claim] === undefined) return undefined;
    const teams = payload[claim];
    const isList = Array.isArray(teams) && teams.length <= TEAMS_MAX && teams.every((team) => typeof team === 'string');
    if (isList) return teams as readonly string[];
    throw this.refusal('claim', claim);
  }

  private trustOf(payload: JWTPayload, claim: string | undefined): number {
    if (claim === undefined || payload[claim] === undefined) return 0;
    const minTrust = payload[claim];
    if (typeof minTrust === 'number' && minTrust >= 0 && minTrust <= 1) return minTrust;
    throw this.refusal('claim', claim);
  }

  private read<T>(decode: () => T): T {
    try {
      return decode();
    } catch {
      throw this.refusal('malformed');
    }
  }
}

function faultOf(error: errors.JOSEError): TokenFault {
  if (error instanceof errors.JWTExpired) return 'expired';
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === 'aud') return 'audience';
    if (error.claim === 'iss') return 'issuer';
    if (error.claim === 'nbf') return 'not-yet-valid';
    return error.claim === 'iat' ? 'not-yet-valid' : 'claim';
  }
  if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys) {
    return 'unknown-key';
  }
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'signature';
  return error instanceof errors.JOSEAlgNotAllowed ? 'algorithm' : 'malformed';
}

const MESSAGES: Readonly<Record<TokenFault, string>> = {
  malformed: 'this token cannot be read',
  'too-long': `this token is longer than tokenCharsMax=${TOKEN_CHARS_MAX}`,
  algorithm: "this token's algorithm is not one that its issuer is pinned to",
  issuer: 'this token is of an issuer that is not known here',
  audience: 'this token is for another audience',
  expired: 'this token has expired',
  'not-yet-valid': 'this token is not valid yet',
  'unknown-key': "this token's key id is not among its issuer's keys",
  signature: "this token's signature does not verify",
  claim: 'this token lacks a claim, or has one that is not valid',
  tenant: 'the tenant of this token does not take tokens of its issuer',
  agent: "this token's agent, department or team is not registered with its tenant",
};
