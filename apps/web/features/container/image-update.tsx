// Runs a container from another image: which one is asked in a dialog, and how far it is stands in the view.

import type { ContainerView } from '@enjambre/contract';
import { useQuery } from '@tanstack/react-query';
import { PackageCheck } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { DialogActions } from '../../components/dialog-actions.tsx';
import { Choice } from '../../components/field.tsx';
import { useFleet } from '../../fleet/fleet-context.tsx';
import { api, type Refusal } from '../../lib/api.ts';
import { t } from '../../lib/language.ts';
import { notify } from '../../lib/notice.ts';
import { imagesQuery, infoQuery } from '../../lib/queries.ts';
import { refusalText } from '../../lib/refusal-text.ts';
import { visibleName } from '../../lib/visible-name.ts';
import { hasHosts } from '../engine/engine-of.ts';

interface ImageUpdateProps {
  readonly container: ContainerView;
}

/** Only where the driver can do it. */
export function UpdateButton({ container }: ImageUpdateProps) {
  const [open, setOpen] = useState(false);
  if (!hasHosts(useQuery(infoQuery).data)) return null;
  return (
    <>
      <Button onClick={() => setOpen(true)}>
        <PackageCheck size={16} aria-hidden />
        {t('update.ask')}
      </Button>
      {open && <UpdateDialog container={container} onClose={() => setOpen(false)} />}
    </>
  );
}

/** How far the last one is, in the engine's words. */
export function UpdateState({ container: { update } }: ImageUpdateProps) {
  if (update === null || update.state === 'completed') return null;
  return (
    <div className="mt-4 border-t border-hairline pt-3">
      <h2 className="font-semibold">{t(update.state === 'paused' ? 'update.paused' : 'update.going')}</h2>
      <p lang="en">{visibleName(update.message)}</p>
    </div>
  );
}

function UpdateDialog({ container, onClose }: ImageUpdateProps & { readonly onClose: () => void }) {
  const { notices } = useFleet();
  const images = useQuery(imagesQuery).data ?? [];
  const [chosen, setChosen] = useState<string>();
  const [refusal, setRefusal] = useState<Refusal>();
  const image = chosen ?? container.config.imageName ?? images[0]?.name ?? '';
  const submit = async (): Promise<void> => {
    const answer = await api.updateImage(container.id, image);
    if (!answer.ok) return setRefusal(answer);
    notify(notices, t('update.begun', { name: container.name }));
    onClose();
  };
  return (
    <Dialog
      open
      title={t('update.title', { name: container.name })}
      onClose={onClose}
      onSubmit={() => void submit()}
      footer={
        <DialogActions onCancel={onClose} onSubmit={() => void submit()}>
          {t('update.submit')}
        </DialogActions>
      }
    >
      <Choice
        label={t('add.image')}
        value={image}
        error={refusal === undefined ? undefined : refusalText(refusal)}
        onChange={({ target }) => {
          setChosen(target.value);
          setRefusal(undefined);
        }}
      >
        {images.map(({ name, version }) => (
          <option key={name} value={name}>
            {[name, version].filter(Boolean).join(' · ')}
          </option>
        ))}
      </Choice>
      <p className="pt-3 text-muted">{t('update.about')}</p>
    </Dialog>
  );
}
