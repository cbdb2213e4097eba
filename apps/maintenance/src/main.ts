import 'reflect-metadata';
import { ApiKeys, keptKey, QuarantineModule, upkeepParts } from '@mneme/maintenance-service';
import { runMain } from '@mneme/platform';
import { startService } from '@mneme/wiring';
import { maintenanceModule } from './maintenance-module.js';
import { parseMaintenanceAppConfig } from './maintenance-app.config.js';

/** Keeps memories true, and serves those who administer; one process of it is active. */
await runMain(() =>
  startService(
    {
      service: 'maintenance',
      parse: parseMaintenanceAppConfig,
      modules: ({ maintenance }, engines) => [maintenanceModule(maintenance, engines), QuarantineModule.register()],
      grpc: ['Admin', 'Organisation', 'Maintenance', 'Quarantine'],
      isSole: true,
      parts: ({ app, own: { operatorKeyFile } }) => [
        {
          name: 'operator-key',
          start: async () => {
            const apiKeys = app.get(ApiKeys, { strict: false });
            if (operatorKeyFile !== undefined) {
              await keptKey(operatorKeyFile, async () => (await apiKeys.issueOperator()).bearer);
            }
          },
          stop: () => undefined,
        },
        ...upkeepParts(app),
      ],
    },
    process.env,
  ),
);
