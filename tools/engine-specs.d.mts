export interface EngineSpec {
  readonly file: string;
  readonly engines: readonly string[];
}

export function engineSpecs(directories?: readonly string[]): readonly EngineSpec[];
