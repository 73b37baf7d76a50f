// /api/docs: the description of this API for programs (json, yaml) and for people. Nothing of it comes from elsewhere.

import { openApi } from '@enjambre/contract';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { Server } from './bare-server.ts';

/** The viewer's own `style` element, which hides its icons. */
const ICONS_STYLE = "'sha256-RL3ie0nH+Lzz2YNqQN83mnU0J1ot4QL7b99vMdIX99w='";

export async function docsRoutes(server: Server, version: string): Promise<void> {
  const document = openApi(version) as never;
  await server.register(swagger, { mode: 'static', specification: { document } });
  await server.register(swaggerUi, {
    routePrefix: '/api/docs',
    uiConfig: { tryItOutEnabled: true },
    transformStaticCSP: (policy) => policy.replace("style-src 'self'", `style-src 'self' ${ICONS_STYLE}`),
  });
}
