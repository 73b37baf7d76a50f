// The .torrent files the backend keeps: what is in them, who uses them, upload and delete.

import type { StoredTorrent } from '@enjambre/contract';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Plus, Trash2, Upload } from 'lucide-react';
import { useState } from 'react';
import { buttonClass, IconButton } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { DialogActions } from '../../components/dialog-actions.tsx';
import { Name } from '../../components/name.tsx';
import { PlainTable, type TableColumn } from '../../components/plain-table.tsx';
import { useFleet } from '../../fleet/fleet-context.tsx';
import { api, RefusedError } from '../../lib/api.ts';
import { format, t } from '../../lib/language.ts';
import { notify } from '../../lib/notice.ts';
import { torrentsQuery } from '../../lib/queries.ts';
import { refusalText } from '../../lib/refusal-text.ts';
import { visibleName } from '../../lib/visible-name.ts';
import { useAdd } from '../add/add-context.ts';

export function TorrentsView() {
  const { data: torrents, error } = useQuery(torrentsQuery);
  const { notices } = useFleet();
  const queries = useQueryClient();
  const [deleting, setDeleting] = useState<StoredTorrent>();
  const refresh = () => queries.invalidateQueries({ queryKey: torrentsQuery.queryKey });

  const upload = async (files: readonly File[]): Promise<void> => {
    for (const file of files) {
      const answer = await api.upload(file);
      if (answer.ok) notify(notices, t('files.uploaded', { name: answer.value.name }));
      else {
        const reason = answer.code === 'name-taken' ? t('error.torrent-name-taken') : refusalText(answer);
        notify(notices, t('failed.one', { name: file.name, reason }), { failed: true });
      }
    }
    await refresh();
  };

  return (
    <div className="flex h-full min-h-0 flex-col">
      <header className="flex min-h-16 flex-wrap items-center gap-3 border-b border-hairline bg-surface px-4 py-2">
        <h1 className="mr-auto text-title leading-[1.2] font-semibold">
          {t('nav.torrents')}
          <span className="block pt-0.5 text-row font-normal text-muted">
            {t('add.files', { count: torrents?.length ?? 0 })}
          </span>
        </h1>
        <label
          className={buttonClass(
            'plain',
            'focus-within:outline-2 focus-within:outline-offset-2 focus-within:outline-accent',
          )}
        >
          <input
            type="file"
            accept=".torrent,application/x-bittorrent"
            multiple
            className="sr-only"
            onChange={(event) => {
              void upload([...(event.target.files ?? [])]);
              event.target.value = '';
            }}
          />
          <Upload size={16} aria-hidden />
          {t('files.upload')}
        </label>
      </header>
      <div className="min-h-0 flex-1 overflow-y-auto bg-surface">
        {torrents === undefined || torrents.length === 0 ? (
          <p className="p-12 text-center text-muted">{emptyText(torrents, error)}</p>
        ) : (
          <TorrentTable torrents={torrents} onDelete={setDeleting} />
        )}
      </div>
      {deleting !== undefined && (
        <DeleteDialog torrent={deleting} onClose={() => setDeleting(undefined)} onDeleted={() => void refresh()} />
      )}
    </div>
  );
}

function emptyText(torrents: readonly StoredTorrent[] | undefined, error: Error | null): string {
  if (error instanceof RefusedError) return t('files.failed', { reason: refusalText(error.refusal) });
  return torrents === undefined ? t('files.loading') : t('files.empty');
}

interface TorrentTableProps {
  readonly torrents: readonly StoredTorrent[];
  readonly onDelete: (torrent: StoredTorrent) => void;
}

function TorrentTable({ torrents, onDelete }: TorrentTableProps) {
  const add = useAdd();
  const columns: readonly TableColumn<StoredTorrent>[] = [
    {
      label: 'files.name',
      className: 'w-1/3 max-md:w-auto',
      cell: (torrent) => (
        <>
          <Name name={torrent.name} />
          <span className="flex text-note text-muted md:hidden">{usersText(torrent)}</span>
        </>
      ),
    },
    {
      label: 'files.content',
      className: 'max-md:hidden',
      cell: (torrent) => (
        <span className="flex min-w-0 gap-2">
          <Name name={torrent.torrentName} />
          <span className="shrink-0 text-muted">{t('add.files', { count: torrent.fileCount })}</span>
        </span>
      ),
    },
    { label: 'files.size', className: 'w-24', numeric: true, cell: ({ totalSize }) => format.bytes(totalSize) },
    {
      label: 'files.used-by',
      className: 'w-1/5 max-md:hidden',
      cell: (torrent) => <span className="block truncate text-muted">{usersText(torrent)}</span>,
    },
    {
      label: 'column.actions',
      spoken: true,
      className: 'w-24 pointer-coarse:w-28',
      cell: (torrent) => (
        <span className="flex justify-end">
          <IconButton label={t('files.add')} onClick={() => add(torrent)}>
            <Plus size={16} aria-hidden />
          </IconButton>
          <IconButton
            label={t('files.delete-one', { name: visibleName(torrent.name) })}
            onClick={() => onDelete(torrent)}
          >
            <Trash2 size={16} aria-hidden />
          </IconButton>
        </span>
      ),
    },
  ];
  return <PlainTable label={t('files.label')} columns={columns} rows={torrents} keyOf={({ name }) => name} />;
}

function usersText({ usedBy }: StoredTorrent): string {
  return usedBy.length === 0 ? t('files.unused') : usedBy.join(', ');
}

interface DeleteDialogProps {
  readonly torrent: StoredTorrent;
  readonly onClose: () => void;
  readonly onDeleted: () => void;
}

function DeleteDialog({ torrent, onClose, onDeleted }: DeleteDialogProps) {
  const { notices } = useFleet();
  const [failure, setFailure] = useState<string>();
  const name = visibleName(torrent.name);
  const submit = async (): Promise<void> => {
    const answer = await api.deleteTorrent(torrent.name);
    if (!answer.ok) return setFailure(refusalText(answer));
    notify(notices, t('files.deleted', { name }));
    onDeleted();
    onClose();
  };
  return (
    <Dialog
      open
      title={t('files.delete-title', { name })}
      onClose={onClose}
      onSubmit={() => void submit()}
      footer={
        <DialogActions look="danger" onCancel={onClose} onSubmit={() => void submit()}>
          {t('files.delete-submit')}
        </DialogActions>
      }
    >
      <p>
        {torrent.usedBy.length === 0
          ? t('files.delete-unused')
          : t('files.delete-used', { names: torrent.usedBy.join(', ') })}
      </p>
      {failure !== undefined && (
        <p role="alert" className="pt-3 text-bad">
          {failure}
        </p>
      )}
    </Dialog>
  );
}
