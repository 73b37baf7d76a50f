// How the verbs look wherever they stand: their word and their icon.

import { Pause, Play, Power, RotateCw, Square } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Verb } from '../fleet/verb.ts';
import type { TextKey } from '../texts/en.ts';

export const VERB_TEXTS: Readonly<Record<Verb, TextKey>> = {
  pause: 'action.pause',
  resume: 'action.resume',
  start: 'action.start',
  stop: 'action.stop',
  restart: 'action.restart',
};

export const VERB_ICONS: Readonly<Record<Verb, ReactNode>> = {
  pause: <Pause size={16} aria-hidden />,
  resume: <Play size={16} aria-hidden />,
  start: <Power size={16} aria-hidden />,
  stop: <Square size={16} aria-hidden />,
  restart: <RotateCw size={16} aria-hidden />,
};
