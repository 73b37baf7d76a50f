// The one menu of the list; a menu in each row would cost more than the row.

import { Menu } from '@base-ui/react/menu';
import { ExternalLink, Trash2 } from 'lucide-react';
import { VERB_ICONS, VERB_TEXTS } from '../../components/verb-face.tsx';
import { useRow } from '../../fleet/fleet-context.tsx';
import { useAct } from '../../fleet/use-actions.ts';
import { makesSense, VERBS } from '../../fleet/verb.ts';
import { t } from '../../lib/language.ts';

const ITEM =
  'flex h-8 items-center gap-3 rounded-sm px-3 pointer-coarse:h-11 data-highlighted:bg-hover outline-none select-none';

interface RowMenuProps {
  readonly id: string;
  readonly anchor: Element;
  readonly open: boolean;
  readonly onClose: () => void;
  readonly onOpen: (id: string) => void;
  readonly onRemove: (ids: readonly string[]) => void;
  readonly onSelect: (id: string) => void;
}

export function RowMenu({ id, anchor, open, onClose, onOpen, onRemove, onSelect }: RowMenuProps) {
  const container = useRow(id);
  const act = useAct();
  if (container === undefined) return null;
  return (
    <Menu.Root open={open} onOpenChange={(isOpen) => !isOpen && onClose()}>
      <Menu.Portal>
        <Menu.Positioner anchor={anchor} align="end" sideOffset={4} className="z-40">
          <Menu.Popup
            aria-label={t('action.more-for', { name: container.name })}
            className="comes-in min-w-44 rounded-md border border-hairline bg-surface p-1 shadow-over outline-none"
          >
            <Menu.Item className={ITEM} onClick={() => onOpen(id)}>
              <ExternalLink size={16} aria-hidden />
              {t('action.open')}
            </Menu.Item>
            <Menu.Separator className="my-1 h-px bg-hairline" />
            {VERBS.filter((verb) => makesSense(verb, container)).map((verb) => (
              <Menu.Item key={verb} className={ITEM} onClick={() => act(verb, [id], anchor)}>
                {VERB_ICONS[verb]}
                {t(VERB_TEXTS[verb])}
              </Menu.Item>
            ))}
            <Menu.Item className={ITEM} onClick={() => onSelect(id)}>
              <span className="size-4 rounded-sm border border-control" aria-hidden />
              {t('selection.select')}
            </Menu.Item>
            <Menu.Separator className="my-1 h-px bg-hairline" />
            <Menu.Item className={`${ITEM} text-bad`} onClick={() => onRemove([id])}>
              <Trash2 size={16} aria-hidden />
              {t('action.remove')}
            </Menu.Item>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
