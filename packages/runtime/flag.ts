// The flags of a program as a list: parsing, help, environment and the configuration file all follow it.

/** `name` without dashes; the environment variable is `ENJAMBRE_` and the name in capitals, dashes to underscores. */
export interface Flag {
  readonly name: string;
  /** What its value is called in the help; undefined for a switch. */
  readonly value: string | undefined;
  /** As it would be typed; undefined for none. */
  readonly default?: string;
  /** Each use adds a value. In the environment they are separated by this. */
  readonly separator?: ',' | '\n';
  /** Another name of the flag of that name. */
  readonly aliasOf?: string;
  /** Only on the command line. */
  readonly argumentOnly?: boolean;
  /** Never shown. */
  readonly secret?: boolean;
  readonly help: string;
}

/** Flags that every program with a configuration has. */
export const standardFlags: readonly Flag[] = [
  { name: 'config', value: 'FILE', help: 'a JSON object of flags without dashes: {"port": 1}' },
  {
    name: 'print-config',
    value: undefined,
    argumentOnly: true,
    help: 'show each value and where it came from, and exit',
  },
  { name: 'help', value: undefined, argumentOnly: true, help: 'show this, and exit' },
];

/** `http-port` → `ENJAMBRE_HTTP_PORT`. */
export function environmentName(flag: Flag): string {
  return `ENJAMBRE_${flag.name.toUpperCase().replaceAll('-', '_')}`;
}

/** A line for each flag, with its default in brackets: the middle of what `--help` prints. */
export function describeFlags(flags: readonly Flag[]): string {
  const rows = flags.map((flag) => [
    `  --${flag.name}${flag.value === undefined ? '' : ` ${flag.value}`}`,
    flag.help + (flag.default === undefined ? '' : ` [${flag.default}]`),
  ]);
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `${left.padEnd(width)}  ${right}`).join('\n');
}
