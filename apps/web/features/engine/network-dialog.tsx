// Makes a network: its exact name, and which kind where the driver makes several.

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Dialog } from '../../components/dialog.tsx';
import { DialogActions } from '../../components/dialog-actions.tsx';
import { Choice, Field } from '../../components/field.tsx';
import { useFleet } from '../../fleet/fleet-context.tsx';
import { api, type Refusal } from '../../lib/api.ts';
import { t } from '../../lib/language.ts';
import { notify } from '../../lib/notice.ts';
import { infoQuery, networksQuery } from '../../lib/queries.ts';
import { refusalText } from '../../lib/refusal-text.ts';
import { networkKindsOf } from './engine-of.ts';

export function NetworkDialog({ onClose }: { readonly onClose: () => void }) {
  const { notices } = useFleet();
  const queries = useQueryClient();
  const kinds = networkKindsOf(useQuery(infoQuery).data);
  const [name, setName] = useState('');
  const [kind, setKind] = useState(kinds[0]);
  const [refusal, setRefusal] = useState<Refusal>();
  const [making, setMaking] = useState(false);

  const submit = async (): Promise<void> => {
    if (making) return;
    setMaking(true);
    const answer = await api.createNetwork({ name: name.trim(), driver: kind });
    setMaking(false);
    if (!answer.ok) return setRefusal(answer);
    notify(notices, t('networks.made', { name: answer.value.name }));
    void queries.invalidateQueries({ queryKey: networksQuery.queryKey });
    onClose();
  };

  const ofKind = refusal?.field === 'driver';
  const ofName = refusal !== undefined && (refusal.field === 'name' || refusal.code === 'name-taken');
  return (
    <Dialog
      open
      title={t('networks.make')}
      onClose={onClose}
      onSubmit={() => void submit()}
      footer={
        <DialogActions disabled={making} onCancel={onClose} onSubmit={() => void submit()}>
          {t('networks.submit')}
        </DialogActions>
      }
    >
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <Field
          label={t('networks.name')}
          hint={t('networks.name-hint')}
          value={name}
          maxLength={63}
          error={ofName ? refusalText(refusal) : undefined}
          onChange={({ target }) => {
            setName(target.value);
            setRefusal(undefined);
          }}
        />
        <Choice
          label={t('networks.kind')}
          value={kind}
          error={ofKind ? refusalText(refusal) : undefined}
          onChange={({ target }) => setKind(target.value)}
        >
          {kinds.map((one) => (
            <option key={one} value={one}>
              {one}
            </option>
          ))}
        </Choice>
        {refusal !== undefined && !ofName && !ofKind && (
          <p role="alert" className="text-bad">
            {refusalText(refusal)}
          </p>
        )}
      </form>
    </Dialog>
  );
}
