import { Controller, Get, Header, HttpCode, Inject, Res } from '@nestjs/common';
import { Metrics } from './metrics.js';

/** Whether the process takes requests; liveness is that it answers at all. */
export class Readiness {
  isReady = false;
  /** What somebody should look at though requests are taken. */
  warnings: () => readonly string[] = () => [];
}

interface Reply {
  status(code: number): unknown;
}

/** `/healthz` (alive), `/readyz` (takes requests), `/metrics` (Prometheus). */
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
    if (!this.readiness.isReady) reply.status(503);
    const warnings = this.readiness.isReady ? this.readiness.warnings() : [];
    return { status: this.readiness.isReady ? 'ready' : 'starting', ...(warnings.length > 0 ? { warnings } : {}) };
  }

  @Get('metrics')
  @Header('content-type', 'text/plain; version=0.0.4')
  text(): Promise<string> {
    return this.metrics.text();
  }
}
