// A line of a client's log. Clients write JSON when nobody sits at a terminal: shown as time, level, message and the rest
// as `name=value`; anything else is shown as it came.

export interface ShownLine {
  readonly number: number;
  /** Unix milliseconds, where the line tells. */
  readonly at: number | undefined;
  readonly level: 'error' | 'warn' | 'info' | undefined;
  /** Which of several instances wrote it: `2@host`, or the host. */
  readonly writer: string | undefined;
  readonly text: string;
}

const LEVELS: Readonly<Record<string, ShownLine['level']>> = { error: 'error', fatal: 'error', warn: 'warn' };

const WRITER = /^(\S+) \| (.*)$/s;

/**
 * @param number counts the lines of the view, so that each has an identity
 * @param several whether the container has several instances, and a line begins with its own
 */
export function readLogLine(raw: string, number: number, several: boolean): ShownLine {
  const [, writer, said] = (several ? WRITER.exec(raw) : null) ?? [undefined, undefined, raw];
  const parsed = parseObject(said);
  if (parsed === undefined) return { number, at: undefined, level: undefined, writer, text: said };
  const { time, level, message, ...details } = parsed;
  const at = Date.parse(String(time));
  const rest = Object.entries(details).map(([name, value]) => `${name}=${valueText(value)}`);
  return {
    number,
    at: Number.isNaN(at) ? undefined : at,
    level: LEVELS[String(level)] ?? 'info',
    writer,
    text: [String(message), ...rest].join('  '),
  };
}

function parseObject(raw: string): Record<string, unknown> | undefined {
  if (!raw.startsWith('{')) return undefined;
  try {
    const value: unknown = JSON.parse(raw);
    return typeof value === 'object' && value !== null && 'message' in value ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function valueText(value: unknown): string {
  if (typeof value === 'number' && !Number.isInteger(value)) return value.toFixed(1);
  return typeof value === 'string' ? value : JSON.stringify(value);
}
