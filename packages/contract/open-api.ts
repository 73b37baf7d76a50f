// The description of the backend's API that other programs read: OpenAPI 3.1, whose schemas are JSON Schema as ours are.

import { type Endpoint, endpoints } from './endpoints.ts';
import { type FleetErrorCode, FleetErrorSchema, fleetErrorStatuses } from './fleet-error.ts';

/** Any route may give these: who may call, our own faults, a backend that is still starting. */
const ALWAYS: readonly FleetErrorCode[] = ['host-not-allowed', 'token-required', 'foreign-origin', 'internal'];

/** @returns an OpenAPI 3.1 document, ready for JSON */
export function openApi(version: string): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const [name, endpoint] of Object.entries<Endpoint>(endpoints)) {
    const [method, path] = name.split(' ');
    const template = path.replaceAll(/:([a-z]+)/g, '{$1}');
    paths[template] = { ...paths[template], [method.toLowerCase()]: describe(name, endpoint) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Enjambre',
      version,
      license: { name: 'MIT', identifier: 'MIT' },
      description: 'The backend that runs a fleet of BitTorrent clients.',
    },
    servers: [{ url: '/' }],
    security: [{}, { token: [] }],
    paths,
    components: {
      schemas: { Error: FleetErrorSchema },
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'Only where the backend was started with one.' },
      },
    },
  };
}

function describe(name: string, endpoint: Endpoint): Record<string, unknown> {
  const { summary, body, takesFile, answer, answerType = 'application/json', refusals } = endpoint;
  return {
    summary,
    operationId: operationId(name),
    tags: [name.includes(' /api/v1/') ? 'api/v1' : 'as the older system has it'],
    parameters: [...parametersOf(endpoint, 'params'), ...parametersOf(endpoint, 'query')],
    ...(body !== undefined && { requestBody: { required: true, content: { 'application/json': { schema: body } } } }),
    ...(takesFile && { requestBody: { required: true, content: { 'multipart/form-data': { schema: FILE_FORM } } } }),
    responses: {
      200: { description: 'Done', content: { [answerType]: { schema: answer } } },
      ...refusalsByStatus([...refusals, ...ALWAYS]),
    },
  };
}

/** A response for each status, with the codes that it may carry. */
function refusalsByStatus(codes: readonly FleetErrorCode[]): Record<string, unknown> {
  const byStatus = Map.groupBy(codes, (code) => fleetErrorStatuses[code]);
  const responses = [...byStatus].map(([status, some]) => {
    const schema = { $ref: '#/components/schemas/Error', properties: { code: { enum: some } } };
    return [status, { description: `Refused: ${some.join(', ')}`, content: { 'application/json': { schema } } }];
  });
  return Object.fromEntries(responses);
}

const FILE_FORM = {
  type: 'object',
  required: ['file'],
  properties: { file: { type: 'string', contentMediaType: 'application/x-bittorrent' } },
};

function parametersOf(endpoint: Endpoint, kind: 'params' | 'query'): Record<string, unknown>[] {
  const { properties = {}, required = [] } = endpoint[kind] ?? {};
  const place = kind === 'params' ? 'path' : 'query';
  return Object.entries(properties).map(([name, schema]) => {
    return { name, in: place, required: (required as readonly string[]).includes(name), schema };
  });
}

/** `GET /api/v1/containers/:id/log` becomes `getApiV1ContainersByIdLog`. */
function operationId(name: string): string {
  const [method, path] = name.split(' ');
  const words = path.split('/').filter((word) => word !== '');
  return method.toLowerCase() + words.map((word) => capital(word.replace(/^:/, 'by-'))).join('');
}

function capital(word: string): string {
  return word.replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
