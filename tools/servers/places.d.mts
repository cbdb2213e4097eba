export interface Run {
  readonly directory: string;
  readonly ports: Readonly<Record<string, number>>;
  pathOf(...parts: readonly string[]): string;
}

export const PORT_NAMES: readonly string[];
export function openRun(directory?: string, givenPorts?: Readonly<Record<string, number>>): Promise<Run>;
