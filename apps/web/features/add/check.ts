// What is wrong with a draft before the backend is asked, and where the backend's refusals belong.

import type { CreateContainer } from '@enjambre/contract';
import type { TextKey } from '../../texts/en.ts';
import { type Draft, type Entry, type SharedField, type SharedFields, usesOverlay } from './draft.ts';
import { placementOf, replicasAreRight } from './placement.ts';

const KIBIBYTE = 1024;
const LARGEST_PORT = 65_535;
const NAME_FORM = /^[A-Za-z0-9][A-Za-z0-9_.-]*$/;
const MEMBER_FORM = /^(?:\[[0-9a-f:.]+\]|[A-Za-z0-9._-]+):\d{1,5}$/i;

export interface Findings {
  readonly names: ReadonlyMap<number, TextKey>;
  readonly fields: Readonly<Partial<Record<SharedField, TextKey>>>;
}

export function checkDraft({ entries, fields }: Draft): Findings {
  const names = new Map<number, TextKey>();
  const used = new Set<string>();
  for (const { key, name } of entries) {
    const finding = nameFinding(name.trim(), used);
    if (finding !== undefined) names.set(key, finding);
    used.add(name.trim());
  }
  const wrong: Partial<Record<SharedField, TextKey>> = {};
  if (usesOverlay(fields)) {
    if (fields.port !== '' && !(wholeNumber(fields.port) <= LARGEST_PORT)) wrong.port = 'add.port-form';
    if (!membersOf(fields.bootstrap).every((member) => MEMBER_FORM.test(member)))
      wrong.bootstrap = 'add.bootstrap-form';
  }
  if (!replicasAreRight(fields)) wrong.replicas = 'add.replicas-form';
  for (const limit of ['downloadLimit', 'uploadLimit'] as const) {
    if (fields[limit] !== '' && Number.isNaN(wholeNumber(fields[limit]))) wrong[limit] = 'add.limit-form';
  }
  return { names, fields: wrong };
}

function nameFinding(name: string, used: ReadonlySet<string>): TextKey | undefined {
  if (name === '') return 'add.name-missing';
  if (!NAME_FORM.test(name)) return 'add.name-form';
  return used.has(name) ? 'add.name-twice' : undefined;
}

/** Above 0, else NaN. */
function wholeNumber(text: string): number {
  return /^\d+$/.test(text.trim()) && Number(text) > 0 ? Number(text) : Number.NaN;
}

function membersOf(text: string): string[] {
  return text
    .split(',')
    .map((member) => member.trim())
    .filter(Boolean);
}

/** @param torrentFile the name under which the backend keeps it */
export function requestOf(entry: Entry, torrentFile: string, fields: SharedFields): CreateContainer {
  const text = (value: string): string | undefined => (value.trim() === '' ? undefined : value.trim());
  const overlay = usesOverlay(fields);
  const bytes = (kibibytes: string): number | undefined =>
    kibibytes.trim() === '' ? undefined : Number(kibibytes) * KIBIBYTE;
  return {
    containerName: entry.name.trim(),
    torrentFile,
    folderPath: text(fields.folder),
    discoveryMode: fields.discovery,
    bootstrap: overlay ? text(membersOf(fields.bootstrap).join(',')) : undefined,
    port: overlay ? text(fields.port) : undefined,
    networkName: text(fields.network),
    imageName: text(fields.image),
    placement: placementOf(fields),
    downloadLimit: bytes(fields.downloadLimit),
    uploadLimit: bytes(fields.uploadLimit),
  };
}

/** The contract's words for the fields of the form. */
const FIELDS: Readonly<Record<string, SharedField | 'name'>> = {
  containerName: 'name',
  name: 'name',
  folderPath: 'folder',
  discoveryMode: 'discovery',
  bootstrap: 'bootstrap',
  networkName: 'network',
  imageName: 'image',
  // It says which part in its sentence.
  placement: 'placement',
  downloadLimit: 'downloadLimit',
  uploadLimit: 'uploadLimit',
  port: 'port',
};

const CODE_FIELDS: Readonly<Record<string, SharedField | 'name'>> = {
  'name-taken': 'name',
  'port-taken': 'port',
  'path-outside-root': 'folder',
  'folder-in-use': 'folder',
  'network-not-found': 'network',
  'image-not-found': 'image',
  'host-not-found': 'host',
};

/** Which field a refusal of `POST /api/v1/containers` speaks of; undefined: the torrent as a whole. */
export function fieldOf({ code, field = '' }: { readonly code: string; readonly field?: string | undefined }) {
  if (Object.hasOwn(FIELDS, field)) return FIELDS[field];
  return Object.hasOwn(CODE_FIELDS, code) ? CODE_FIELDS[code] : undefined;
}
