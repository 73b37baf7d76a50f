// What was asked for, and where: each flag's texts from the first of command line, environment, file, default that has it.

import { parseArgs } from 'node:util';
import { StartError, usageError } from './errors.ts';
import { environmentName, type Flag, flags } from './flags.ts';

/** One flag's value as text (several when it may be repeated) and where it was found, for people. */
export interface Setting {
  readonly texts: readonly string[];
  readonly origin: string;
}

/** By flag name, aliases folded in; flags that nobody set and that have no default are missing. */
export type Settings = ReadonlyMap<string, Setting>;

type Layer = Map<string, Setting>;

const byName = new Map(flags.map((flag) => [flag.name, flag]));

/** The origin of what nobody set. */
export const DEFAULT_ORIGIN = 'default';

/**
 * @param readText gives the text of a small file, for `--config`
 * @throws StartError with one line that names the flag
 */
export function readSettings(
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
  readText: (path: string) => string,
): Settings {
  const layers = [foldAliases(readArguments(argv)), foldAliases(readEnvironment(env))];
  const configFile = layers.map((layer) => layer.get('config')).find((setting) => setting !== undefined);
  if (configFile !== undefined) layers.push(foldAliases(readConfigFile(configFile.texts[0], readText)));
  chooseTokenLayer(layers);
  const settings: Layer = new Map();
  for (const flag of flags) {
    if (flag.default !== undefined) settings.set(flag.name, { texts: [flag.default], origin: DEFAULT_ORIGIN });
  }
  for (const layer of layers.reverse()) {
    for (const [name, setting] of layer) settings.set(name, setting);
  }
  return settings;
}

function readArguments(argv: readonly string[]): Layer {
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
    if (token.kind === 'positional') throw unexpectedArgument(token.value);
    const flag = byName.get(token.name);
    if (flag === undefined || token.rawName !== `--${token.name}`)
      throw usageError(`unknown flag ${quoted(token.rawName)}; see enjambre client --help`);
    if (token.value?.startsWith('-') && !token.inlineValue) {
      throw usageError(
        `--${flag.name} needs a value; one that begins with a dash is written --${flag.name}=${token.value}`,
      );
    }
    if (flag.value !== undefined && !token.value) throw usageError(`--${flag.name} needs a value (${flag.value})`);
    add(layer, flag, split(flag, token.value ?? 'true'), 'flag');
  }
  return layer;
}

function readEnvironment(env: NodeJS.ProcessEnv): Layer {
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

function readConfigFile(path: string, readText: (path: string) => string): Layer {
  let content: unknown;
  try {
    content = JSON.parse(readText(path));
  } catch (error) {
    if (error instanceof StartError) throw error;
    throw usageError(`--config ${path}: ${(error as Error).message}`);
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    throw usageError(`--config ${path}: it must hold a JSON object of flags`);
  }
  const layer: Layer = new Map();
  for (const [name, value] of Object.entries(content)) {
    const flag = byName.get(name);
    if (flag === undefined || flag.argumentOnly || flag.name === 'config') {
      throw usageError(`--config ${path}: unknown flag ${quoted(name)}`);
    }
    const values = Array.isArray(value) && flag.separator !== undefined ? value : [value];
    if (values.some((item) => !['string', 'number', 'boolean'].includes(typeof item) || item === '')) {
      throw usageError(`--config ${path}: ${quoted(name)} must be a text, a number or true or false`);
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

/** Two names of one flag must say the same: silently preferring one would download the wrong thing. */
function foldAliases(layer: Layer): Layer {
  for (const { name, aliasOf } of flags) {
    const alias = layer.get(name);
    if (aliasOf === undefined || alias === undefined) continue;
    const main = layer.get(aliasOf);
    if (main !== undefined && !sameTexts(main.texts, alias.texts)) {
      throw usageError(`--${aliasOf} and --${name} are one flag and were given different values`);
    }
    layer.set(aliasOf, main ?? alias);
    layer.delete(name);
  }
  return layer;
}

/** `token` and `token-file` are one setting: the first layer that has either hides both in those below. */
function chooseTokenLayer(layers: readonly Layer[]): void {
  let chosen = false;
  for (const layer of layers) {
    if (layer.has('token') && layer.has('token-file')) {
      throw usageError('--token and --token-file were both given; give one');
    }
    const has = layer.has('token') || layer.has('token-file');
    if (chosen) {
      layer.delete('token');
      layer.delete('token-file');
    }
    chosen ||= has;
  }
}

function unexpectedArgument(argument: string): StartError {
  if (argument.startsWith('magnet:')) return usageError('magnet links do not exist here yet; give a .torrent file');
  const hint = argument.endsWith('.torrent') ? `; did you mean --torrent-file=${argument}?` : '';
  return usageError(`unexpected argument ${quoted(argument)}${hint}`);
}

function sameTexts(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((text, index) => text === other[index]);
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
