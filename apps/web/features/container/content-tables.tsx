// The files of a torrent, and the peers it is connected to: the first page of each, as the client gives it.

import type { FileView, PeerView, TorrentDetail } from '@enjambre/contract';
import { Name } from '../../components/name.tsx';
import { PlainTable, type TableColumn } from '../../components/plain-table.tsx';
import { Speed } from '../../components/speed.tsx';
import { format, t } from '../../lib/language.ts';
import { visibleName } from '../../lib/visible-name.ts';

interface TableProps {
  readonly torrent: TorrentDetail;
}

const FILES: readonly TableColumn<FileView>[] = [
  { label: 'files.name', cell: ({ path }) => <Name name={path} /> },
  {
    label: 'column.progress',
    className: 'w-20',
    numeric: true,
    cell: ({ size, verifiedBytes }) => format.percent(size === 0 ? 100 : (verifiedBytes / size) * 100),
  },
  { label: 'files.size', className: 'w-28', numeric: true, cell: ({ size }) => format.bytes(size) },
];

export function FileTable({ torrent: { files } }: TableProps) {
  return (
    <>
      <PlainTable label={t('torrent.files')} columns={FILES} rows={files.items} keyOf={({ path }) => path} />
      <Rest count={files.total - files.items.length} />
    </>
  );
}

const PEERS: readonly TableColumn<PeerView>[] = [
  {
    label: 'torrent.address',
    cell: ({ host, port, client }) => (
      <>
        <Name name={host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`} className="font-mono" />
        <span className="block truncate text-note text-muted md:hidden">{visibleName(client)}</span>
      </>
    ),
  },
  {
    label: 'torrent.client',
    className: 'max-md:hidden',
    cell: ({ client }) => <span className="block truncate text-muted">{visibleName(client)}</span>,
  },
  {
    label: 'torrent.named-by',
    className: 'w-32 max-lg:hidden',
    cell: ({ origins }) => <span className="block truncate text-muted">{origins.map(visibleName).join(', ')}</span>,
  },
  {
    label: 'column.progress',
    className: 'w-20',
    numeric: true,
    cell: ({ progress }) => format.percent(progress),
  },
  {
    label: 'column.down',
    className: 'w-28',
    numeric: true,
    cell: ({ downloadBytesPerSecond }) => <Speed bytesPerSecond={downloadBytesPerSecond} />,
  },
  {
    label: 'column.up',
    className: 'w-28 max-md:hidden',
    numeric: true,
    cell: ({ uploadBytesPerSecond }) => <Speed bytesPerSecond={uploadBytesPerSecond} />,
  },
];

export function PeerTable({ torrent: { peers } }: TableProps) {
  if (peers.items.length === 0) return <p className="p-6 text-center text-muted">{t('reason.no-peers')}</p>;
  return (
    <>
      <PlainTable
        label={t('torrent.peers')}
        columns={PEERS}
        rows={peers.items}
        keyOf={({ host, port }) => `${host} ${port}`}
      />
      <Rest count={peers.total - peers.items.length} />
    </>
  );
}

function Rest({ count }: { readonly count: number }) {
  return count > 0 ? <p className="px-4 py-2 text-row text-muted">{t('add.more-files', { count })}</p> : null;
}
