// A caller of a client's own API: JSON in and out, one connection a call.

import { type IncomingHttpHeaders, request } from 'node:http';
import { text } from 'node:stream/consumers';

export interface ApiAnswer<Body> {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Parsed when it is JSON, else as it came. */
  readonly body: Body;
}

export class ClientApi {
  readonly #port: number;

  constructor(port: number) {
    this.#port = port;
  }

  get<Body = unknown>(path: string): Promise<ApiAnswer<Body>> {
    return this.call('GET', `/api/v1${path}`);
  }

  post<Body = unknown>(
    path: string,
    body: Uint8Array = Buffer.alloc(0),
    headers: Record<string, string> = {},
  ): Promise<ApiAnswer<Body>> {
    return this.call('POST', `/api/v1${path}`, body, headers);
  }

  /** With a body of JSON. */
  postJson<Body = unknown>(path: string, body: object): Promise<ApiAnswer<Body>> {
    return this.post(path, Buffer.from(JSON.stringify(body)));
  }

  delete<Body = unknown>(path: string, headers: Record<string, string> = {}): Promise<ApiAnswer<Body>> {
    return this.call('DELETE', `/api/v1${path}`, undefined, headers);
  }

  call<Body = unknown>(
    method: string,
    path: string,
    body?: Uint8Array,
    headers: Record<string, string> = {},
  ): Promise<ApiAnswer<Body>> {
    return new Promise((resolve, reject) => {
      const outgoing = request({ host: '127.0.0.1', port: this.#port, method, path, headers, agent: false });
      outgoing.on('error', reject).on('response', async (response) => {
        const answer = await text(response);
        const isJson = response.headers['content-type'] === 'application/json';
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: (isJson ? JSON.parse(answer) : answer) as Body,
        });
      });
      outgoing.end(body);
    });
  }
}
