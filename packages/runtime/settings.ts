// What was asked for, and where: each flag's texts from the first of command line, environment, file, default that has it.

import { parseArgs } from 'node:util';
import { environmentName, type Flag } from './flag.ts';

/** A wrong flag or value: one line that names it, for exit code 2. */
export class UsageError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message.replaceAll(/\s*[\r\n]+\s*/g, ' '), options);
    this.name = 'UsageError';
  }
}

/** One flag's value as text (several when it may be repeated) and where it was found, for people. */
interface Setting {
  readonly texts: readonly string[];
  readonly origin: string;
}

/** By flag name, aliases folded in; flags that nobody set and that have no default are missing. */
export type Settings = ReadonlyMap<string, Setting>;

export interface SettingsSource {
  /** As people type it: `enjambre backend`. */
  readonly command: string;
  readonly flags: readonly Flag[];
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Gives the text of a small file, for `--config`; throws what the program says of one that cannot be read. */
  readonly readText: (path: string) => string;
  /** What to say of an argument that is no flag; undefined when there is nothing better than that. */
  readonly hint?: (argument: string) => string | undefined;
}

type Layer = Map<string, Setting>;

/** Flags whose value is never shown. Each may be given as a file too, by the flag of that name with `-file` behind it. */
const SECRETS = ['token', 'overlay-key'];
/** The origin of what nobody set. */
export const DEFAULT_ORIGIN = 'default';

/** @throws UsageError that names the flag */
export function readSettings(source: SettingsSource): Settings {
  const layers = [foldAliases(source, readArguments(source)), foldAliases(source, readEnvironment(source))];
  const configFile = layers.map((layer) => layer.get('config')).find((setting) => setting !== undefined);
  if (configFile !== undefined) layers.push(foldAliases(source, readConfigFile(source, configFile.texts[0])));
  for (const secret of SECRETS) chooseLayer(layers, secret);
  const settings: Layer = new Map();
  for (const flag of source.flags) {
    if (flag.default !== undefined) settings.set(flag.name, { texts: [flag.default], origin: DEFAULT_ORIGIN });
  }
  for (const layer of layers.reverse()) {
    for (const [name, setting] of layer) settings.set(name, setting);
  }
  return settings;
}

/**
 * Every value of a flag, none when it is not set.
 * @param read throws a sentence that says what would be right
 * @throws UsageError that names the flag, the value and the place it came from
 */
export function valuesOf<T>(settings: Settings, flag: string, read: (text: string) => T): T[] {
  const { texts, origin } = settings.get(flag) ?? { texts: [], origin: '' };
  return texts.map((text) => {
    try {
      return read(text);
    } catch (error) {
      const where = ['flag', DEFAULT_ORIGIN].includes(origin) ? '' : ` (${origin})`;
      const value = SECRETS.includes(flag) ? '' : `${JSON.stringify(text)}: `;
      throw new UsageError(`--${flag}${where}: ${value}${(error as Error).message}`);
    }
  });
}

/** What `--print-config` shows: name, value and origin of every setting, secrets hidden. */
export function describeSettings(flags: readonly Flag[], settings: Settings): string {
  const rows = flags
    .filter((flag) => flag.aliasOf === undefined && flag.argumentOnly !== true)
    .map(({ name, secret }) => {
      const { texts, origin } = settings.get(name) ?? { texts: ['-'], origin: DEFAULT_ORIGIN };
      return [name, secret && origin !== DEFAULT_ORIGIN ? '(hidden)' : texts.join(', '), origin];
    });
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column].length)));
  return rows
    .map(([name, value, origin]) => `${name.padEnd(widths[0])}  ${value.padEnd(widths[1])}  ${origin}\n`)
    .join('');
}

function readArguments({ command, flags, argv, hint }: SettingsSource): Layer {
  const { tokens } = parseArgs({
    args: [...argv],
    options: Object.fromEntries(
      flags.map(({ name, value }) => [name, { type: value === undefined ? 'boolean' : 'string' }]),
    ),
    strict: false,
    tokens: true,
  });
  const layer: Layer = new Map();
  for (const token of tokens) {
    if (token.kind === 'option-terminator') continue;
    if (token.kind === 'positional') {
      throw new UsageError(hint?.(token.value) ?? `unexpected argument ${JSON.stringify(token.value)}`);
    }
    const flag = flags.find(({ name }) => name === token.name);
    if (flag === undefined || token.rawName !== `--${token.name}`) {
      throw new UsageError(`unknown flag ${JSON.stringify(token.rawName)}; see ${command} --help`);
    }
    if (token.value?.startsWith('-') && !token.inlineValue) {
      throw new UsageError(
        `--${flag.name} needs a value; one that begins with a dash is written --${flag.name}=${token.value}`,
      );
    }
    if (flag.value !== undefined && !token.value) throw new UsageError(`--${flag.name} needs a value (${flag.value})`);
    add(layer, flag, split(flag, token.value ?? 'true'), 'flag');
  }
  return layer;
}

function readEnvironment({ flags, env }: SettingsSource): Layer {
  const layer: Layer = new Map();
  for (const flag of flags) {
    const name = environmentName(flag);
    const text = env[name];
    // Empty is unset: that is what compose files make of a variable that nobody gave.
    if (text === undefined || text === '' || flag.argumentOnly) continue;
    add(layer, flag, flag.separator === undefined ? [text] : text.split(flag.separator).filter(Boolean), `env ${name}`);
  }
  return layer;
}

function readConfigFile({ flags, readText }: SettingsSource, path: string): Layer {
  const text = readText(path);
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`--config ${path}: ${(error as Error).message}`, { cause: error });
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    throw new UsageError(`--config ${path}: it must hold a JSON object of flags`);
  }
  const layer: Layer = new Map();
  for (const [name, value] of Object.entries(content)) {
    const flag = flags.find((known) => known.name === name);
    if (flag === undefined || flag.argumentOnly || flag.name === 'config') {
      throw new UsageError(`--config ${path}: unknown flag ${JSON.stringify(name)}`);
    }
    const values = Array.isArray(value) && flag.separator !== undefined ? value : [value];
    if (values.some((item) => !['string', 'number', 'boolean'].includes(typeof item) || item === '')) {
      throw new UsageError(`--config ${path}: ${JSON.stringify(name)} must be a text, a number or true or false`);
    }
    add(
      layer,
      flag,
      values.flatMap((item) => split(flag, String(item))),
      `file ${path}`,
    );
  }
  return layer;
}

/** Lists may be written with commas anywhere; a path may hold any character. */
function split(flag: Flag, text: string): string[] {
  return flag.separator === ',' ? text.split(',').filter(Boolean) : [text];
}

/** The last use of a flag counts, unless it may be repeated. */
function add(layer: Layer, flag: Flag, texts: readonly string[], origin: string): void {
  const earlier = flag.separator === undefined ? [] : (layer.get(flag.name)?.texts ?? []);
  layer.set(flag.name, { texts: [...earlier, ...texts], origin });
}

/** Two names of one flag must say the same: silently preferring one would do the wrong thing. */
function foldAliases({ flags }: SettingsSource, layer: Layer): Layer {
  for (const { name, aliasOf } of flags) {
    const alias = layer.get(name);
    if (aliasOf === undefined || alias === undefined) continue;
    const main = layer.get(aliasOf);
    if (main !== undefined && main.texts.join('\n') !== alias.texts.join('\n')) {
      throw new UsageError(`--${aliasOf} and --${name} are one flag and were given different values`);
    }
    layer.set(aliasOf, main ?? alias);
    layer.delete(name);
  }
  return layer;
}

/** A secret and the file that holds it are one setting: the first layer that has either hides both in those below. */
function chooseLayer(layers: readonly Layer[], secret: string): void {
  const file = `${secret}-file`;
  let chosen = false;
  for (const layer of layers) {
    const has = layer.has(secret) || layer.has(file);
    if (layer.has(secret) && layer.has(file)) {
      throw new UsageError(`--${secret} and --${file} were both given; give one`);
    }
    if (chosen) {
      layer.delete(secret);
      layer.delete(file);
    }
    chosen ||= has;
  }
}
