// How a container was asked for, with a button for what people copy.

import type { ContainerView } from '@enjambre/contract';
import { Check, Copy } from 'lucide-react';
import { useState } from 'react';
import { IconButton } from '../../components/button.tsx';
import { format, t } from '../../lib/language.ts';
import type { TextKey } from '../../texts/en.ts';

const COPIED_MS = 2_000;

export function Configuration({ container }: { readonly container: ContainerView }) {
  const { config } = container;
  const limit = (bytesPerSecond: number | null) => (bytesPerSecond === null ? '' : format.speed(bytesPerSecond));
  const rows: readonly (readonly [label: TextKey, value: string, copies?: boolean])[] = [
    ['view.folder', config.folderPath, true],
    ['view.torrent-file', config.torrentFile],
    ['view.info-hash', container.infoHash, true],
    ['view.id', container.id, true],
    ['view.driver', container.driver],
    ['column.host', container.host ?? ''],
    ['view.discovery', config.discoveryMode],
    ['view.down-limit', limit(config.downloadLimit)],
    ['view.up-limit', limit(config.uploadLimit)],
    ['view.bootstrap', config.bootstrap ?? ''],
    ['view.port', config.port === null ? '' : String(config.port)],
    ['view.network', config.networkName ?? ''],
    ['view.image', config.imageName ?? ''],
    ['view.given-peers', config.peers.join(', ')],
    ['view.created', format.date(container.createdAt)],
  ];
  // What was not asked for needs no line.
  const told = rows.filter(([, value]) => value !== '');
  return (
    <section className="rounded-md border border-hairline bg-surface p-4">
      <h2 className="pb-2 font-semibold">{t('view.config')}</h2>
      <dl className="grid grid-cols-[minmax(6rem,auto)_1fr] gap-x-4 gap-y-1.5 text-row">
        {told.map(([label, value, copies]) => (
          <div key={label} className="contents">
            <dt className="text-muted">{t(label)}</dt>
            <dd className="flex min-w-0 items-start gap-1">
              <span className={`min-w-0 ${copies ? 'font-mono text-note leading-[1.5]' : ''}`}>{value}</span>
              {copies && <CopyButton what={t(label)} text={value} />}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function CopyButton({ what, text }: { readonly what: string; readonly text: string }) {
  const [copied, setCopied] = useState(false);
  // The clipboard needs a secure context: plain HTTP from another machine has none.
  if (navigator.clipboard === undefined) return null;
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), COPIED_MS);
  };
  return (
    <IconButton
      label={copied ? t('view.copied') : t('view.copy', { what })}
      onClick={() => void copy()}
      className="-my-1 size-7!"
    >
      {copied ? <Check size={14} aria-hidden /> : <Copy size={14} aria-hidden />}
    </IconButton>
  );
}
