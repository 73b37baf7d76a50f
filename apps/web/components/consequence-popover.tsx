// The small question before something that others would miss: what they lose, Enter confirms, Esc leaves it. Focus starts
// on the button that does it and returns to where it was.

import { Popover } from '@base-ui/react/popover';
import { useRef } from 'react';
import type { Question } from '../fleet/fleet-context.tsx';
import { say, t } from '../lib/language.ts';
import { Button } from './button.tsx';
import { VERB_ICONS, VERB_TEXTS } from './verb-face.tsx';

interface ConsequencePopoverProps {
  readonly question: Question;
  readonly onClose: () => void;
}

export function ConsequencePopover({ question, onClose }: ConsequencePopoverProps) {
  const { verb, anchor, consequence, confirm } = question;
  const button = useRef<HTMLButtonElement>(null);
  return (
    <Popover.Root open modal onOpenChange={(isOpen) => !isOpen && onClose()}>
      <Popover.Portal>
        <Popover.Positioner anchor={anchor} align="end" sideOffset={6} collisionPadding={12} className="z-40">
          <Popover.Popup
            initialFocus={button}
            className="comes-in flex max-w-80 flex-col gap-3 rounded-md border border-hairline bg-surface p-4 shadow-over outline-none"
          >
            <Popover.Title render={<p />}>{say(consequence)}</Popover.Title>
            <div className="flex justify-end gap-2">
              <Button look="quiet" onClick={onClose}>
                {t('action.cancel')}
              </Button>
              <Button
                ref={button}
                look="filled"
                onClick={() => {
                  onClose();
                  confirm();
                }}
              >
                {VERB_ICONS[verb]}
                {t(VERB_TEXTS[verb])}
              </Button>
            </div>
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}
