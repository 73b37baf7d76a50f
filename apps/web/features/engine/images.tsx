// The images that containers may be made from: which is here in which version, who runs it, and how far a pull is.

import type { Image } from '@enjambre/contract';
import { useQuery } from '@tanstack/react-query';
import { Name } from '../../components/name.tsx';
import { Panel } from '../../components/panel.tsx';
import { PlainTable, type TableColumn } from '../../components/plain-table.tsx';
import { Nothing } from '../../components/speed.tsx';
import { useFleet, useFleetVersion } from '../../fleet/fleet-context.tsx';
import { format, t } from '../../lib/language.ts';
import { imagesQuery } from '../../lib/queries.ts';
import { usersOf } from './engine-of.ts';
import { PullCell } from './pull-cell.tsx';
import { Waiting } from './waiting.tsx';

const USERS_NAMED = 3;

export function Images() {
  const { data: images, error } = useQuery(imagesQuery);
  const { store } = useFleet();
  useFleetVersion();
  if (images === undefined || images.length === 0) {
    return (
      <Panel title={t('images.title')}>
        <Waiting error={error} text={t(images === undefined ? 'engine.loading' : 'images.empty')} />
      </Panel>
    );
  }
  const users = (image: Image) => usersText(usersOf(image, images, store.rows()));
  const columns: readonly TableColumn<Image>[] = [
    {
      label: 'images.name',
      cell: (image) => (
        <>
          <Name name={image.name} className="font-mono" />
          <span className="text-note text-muted md:hidden">
            {[versionText(image) ?? t('images.version-unknown'), users(image)].join(' · ')}
          </span>
        </>
      ),
    },
    { label: 'images.version', className: 'w-28 max-md:hidden', cell: (image) => <Version image={image} /> },
    {
      label: 'images.size',
      className: 'w-28 max-lg:hidden',
      numeric: true,
      cell: ({ sizeBytes }) =>
        sizeBytes === null ? <Nothing meaning={t('images.absent')} /> : format.bytes(sizeBytes),
    },
    {
      label: 'images.used-by',
      className: 'w-1/5 max-md:hidden',
      cell: (image) => <span className="block truncate text-muted">{users(image)}</span>,
    },
    {
      label: 'column.actions',
      spoken: true,
      className: 'w-56 max-md:w-36',
      cell: (image) => <PullCell image={image} />,
    },
  ];
  return (
    <Panel title={t('images.title')} note={t('images.about')}>
      <PlainTable label={t('images.title')} columns={columns} rows={images} keyOf={({ name }) => name} />
    </Panel>
  );
}

function usersText(names: readonly string[]): string {
  if (names.length === 0) return t('files.unused');
  const rest = names.length - USERS_NAMED;
  const named = names.slice(0, USERS_NAMED).join(', ');
  return rest > 0 ? `${named} ${t('remove.also', { count: rest })}` : named;
}

/** Undefined: it is here, and does not say. */
function versionText({ id, version }: Image): string | undefined {
  return id === null ? t('images.absent') : (version ?? undefined);
}

function Version({ image }: { readonly image: Image }) {
  const text = versionText(image);
  if (text === undefined) return <Nothing meaning={t('images.version-unknown')} />;
  return <span className={image.id === null ? 'text-muted' : ''}>{text}</span>;
}
