// What only an engine has: on which of its networks a container is, and from which image it is made.

import { useQuery } from '@tanstack/react-query';
import { Choice } from '../../components/field.tsx';
import { t } from '../../lib/language.ts';
import { imagesQuery, networksQuery } from '../../lib/queries.ts';
import type { Bind } from './draft.ts';

export function EngineFields({ bind }: { readonly bind: Bind }) {
  const networks = useQuery(networksQuery).data ?? [];
  const images = useQuery(imagesQuery).data ?? [];
  return (
    <>
      <Choice label={t('add.network')} {...bind('network')}>
        <option value="">{t('add.network-standard')}</option>
        {networks.map(({ id, name }) => (
          <option key={id} value={name}>
            {name}
          </option>
        ))}
      </Choice>
      <Choice label={t('add.image')} {...bind('image')}>
        <option value="">{t('add.image-standard', { name: images[0]?.name ?? '' })}</option>
        {images.map(({ name, id, version }) => (
          <option key={name} value={name} disabled={id === null}>
            {[name, id === null ? t('images.absent') : version].filter(Boolean).join(' · ')}
          </option>
        ))}
      </Choice>
    </>
  );
}
