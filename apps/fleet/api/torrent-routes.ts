// The .torrent files that are kept: /api/torrents as scripts know it, /api/v1/torrents for the page.

import type { FastifyRequest } from 'fastify';
import { FleetError } from '../errors.ts';
import type { Fleet } from '../fleet.ts';
import { MAX_TORRENT_LENGTH } from '../torrents/torrent-library.ts';
import { previewTorrent } from '../torrents/torrent-preview.ts';
import type { Server } from './bare-server.ts';
import { inOrder } from './list-order.ts';
import { cutPage } from './page.ts';
import { serve } from './serve.ts';

interface StoredFile {
  readonly name: string;
  readonly size: number;
}

const SORTS = { name: ({ name }: StoredFile) => name.toLowerCase(), size: ({ size }: StoredFile) => size };

export function torrentRoutes(server: Server, fleet: Fleet): void {
  const { torrents, events } = fleet;

  serve(server, 'GET /api/torrents', async () =>
    (await torrents.list()).map(({ name, path, size }) => ({ name, path, size })),
  );

  serve(server, 'GET /api/v1/torrents', async ({ query }) => {
    const files = await torrents.list();
    const readable = files.flatMap(({ summary, ...file }) => (summary === undefined ? [] : [{ ...file, ...summary }]));
    const wanted = (query.search ?? '').toLowerCase();
    const rows = readable.filter(({ name, torrentName, infoHash }) =>
      [name, torrentName, infoHash].some((text) => text.toLowerCase().includes(wanted)),
    );
    const page = cutPage(inOrder(rows, query.sort ?? 'name', SORTS), query);
    return { ...page, items: page.items.map((file) => ({ ...file, usedBy: usersOf(fleet, file.infoHash) })) };
  });

  serve(server, 'POST /api/torrents/upload', async ({ request }) => {
    const { name, size, path } = await keep(fleet, request);
    return { success: true, filename: name, size, path, message: 'Torrent uploaded successfully' };
  });

  serve(server, 'POST /api/v1/torrents', async ({ request }) => {
    const { summary, ...file } = await keep(fleet, request);
    return { ...file, ...summary, usedBy: usersOf(fleet, summary.infoHash) };
  });

  serve(server, 'POST /api/v1/torrents/inspect', async ({ request }) => {
    const { bytes } = await readUpload(request);
    return previewTorrent(bytes, fleet.containers);
  });

  for (const name of ['DELETE /api/torrents/:name', 'DELETE /api/v1/torrents/:name'] as const) {
    serve(server, name, async ({ params }) => {
      await torrents.delete(params.name);
      events.torrentsChanged();
      return { success: true, message: 'Torrent deleted' };
    });
  }
}

async function keep(fleet: Fleet, request: FastifyRequest) {
  const { fileName, bytes } = await readUpload(request);
  const stored = await fleet.torrents.add(fileName, bytes);
  fleet.events.torrentsChanged();
  return stored;
}

/** @throws FleetError `no-file`, `too-large`; the parser's own error when it is much too long */
async function readUpload(request: FastifyRequest): Promise<{ fileName: string; bytes: Buffer }> {
  // Without a boundary the parser would throw, and not say that it is the caller's fault.
  const hasParts = request.isMultipart() && /;\s*boundary=\s*[^\s;]/i.test(request.headers['content-type'] ?? '');
  const part = hasParts ? await request.file().catch(refuseCut) : undefined;
  if (part === undefined || part.fieldname !== 'file') {
    throw new FleetError('no-file', 'Send the .torrent as multipart/form-data in the field "file".', { field: 'file' });
  }
  const bytes = await part.toBuffer().catch(refuseCut);
  // The parser's own limit is one byte further: at that one it says nothing.
  if (bytes.length > MAX_TORRENT_LENGTH) {
    throw new FleetError('too-large', 'A .torrent may have 10 MiB at most.', { field: 'file' });
  }
  return { fileName: part.filename, bytes };
}

/** Of what is too much the parser says so by a status; anything else is an upload that ends too early. */
function refuseCut(error: { readonly statusCode?: number }): never {
  if (error.statusCode !== undefined) throw error;
  throw new FleetError('no-file', 'The upload ends before the file does; send it again.', {
    field: 'file',
    cause: error,
  });
}

/** Names of the containers that have that torrent. */
function usersOf(fleet: Fleet, infoHash: string): string[] {
  const users = fleet.containers.all().filter(({ record }) => record.infoHash === infoHash);
  return users.map(({ record }) => record.name);
}
