import { Controller, Get, Header, HttpCode, Inject, Res } from '@nestjs/common';
import { Metrics } from './metrics.js';

/** Whether the process does its work; liveness is that it answers at all. */
export class Readiness {
  /** It has started, and is not stopping. */
  isReady = false;
  /** What it cannot do its work without, and has not now: in few words, for strangers may read them. */
  problems: () => readonly string[] = () => [];
  /** What somebody should look at though requests are taken. */
  warnings: () => readonly string[] = () => [];
}

interface Reply {
  status(code: number): unknown;
}

/** `/healthz` (alive), `/readyz` (does its work), `/metrics` (Prometheus). */
@Controller()
export class HealthController {
  constructor(
    @Inject(Readiness) private readonly readiness: Readiness,
    @Inject(Metrics) private readonly metrics: Metrics,
  ) {}

  @Get('healthz')
  health() {
    return { status: 'ok' };
  }

  @Get('readyz')
  @HttpCode(200)
  ready(@Res({ passthrough: true }) reply: Reply) {
    const { isReady } = this.readiness;
    const problems = isReady ? this.readiness.problems() : [];
    const warnings = isReady ? this.readiness.warnings() : [];
    const status = !isReady ? 'starting' : problems.length === 0 ? 'ready' : 'not ready';
    if (status !== 'ready') reply.status(503);
    return { status, ...(problems.length > 0 ? { problems } : {}), ...(warnings.length > 0 ? { warnings } : {}) };
  }

  @Get('metrics')
  @Header('content-type', 'text/plain; version=0.0.4')
  text(): Promise<string> {
    return this.metrics.text();
  }
}
