// Numbers as people read them, in one language: bytes in binary units with three significant digits, so that a figure
// that changes keeps its width; durations in the two biggest units.

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;
const STEP = 1024;
/** From here on the next unit, else a figure would need a fourth digit. */
const LARGEST_SHOWN = 999.5;
const MINUTE_S = 60;
const HOUR_S = 60 * MINUTE_S;
const DAY_S = 24 * HOUR_S;

export interface Figure {
  readonly value: string;
  readonly unit: string;
}

export type Format = ReturnType<typeof createFormat>;

/** @param locale a BCP 47 tag: `en`, `es-MX` */
export function createFormat(locale: string) {
  const whole = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
  const threeDigits = new Intl.NumberFormat(locale, { minimumSignificantDigits: 3, maximumSignificantDigits: 3 });
  const belowOne = new Intl.NumberFormat(locale, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  const percentDigits = new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const clock = new Intl.DateTimeFormat(locale, {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  });
  const minuteClock = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit' });
  const day = new Intl.DateTimeFormat(locale, { weekday: 'short', day: 'numeric' });
  const date = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' });

  /** Which power of 1024 shows `bytes` in at most three digits. */
  const powerOf = (bytes: number): number => {
    let power = 0;
    for (let rest = bytes; rest >= LARGEST_SHOWN && power < UNITS.length - 1; rest /= STEP) power += 1;
    return power;
  };
  const at = (bytes: number, power: number): string => {
    if (power === 0 || bytes === 0) return whole.format(bytes);
    const value = bytes / STEP ** power;
    // `0.98`, as wide as `1.60` and `12.4`.
    return (value < 1 ? belowOne : threeDigits).format(value);
  };
  const bytesFigure = (bytes: number): Figure => {
    const power = powerOf(bytes);
    return { value: at(bytes, power), unit: UNITS[power] };
  };
  const speedFigure = (bytesPerSecond: number): Figure => {
    const figure = bytesFigure(bytesPerSecond);
    return { value: figure.value, unit: `${figure.unit}/s` };
  };
  const joined = ({ value, unit }: Figure): string => `${value} ${unit}`;

  return {
    locale,
    number: (value: number): string => whole.format(value),
    bytesFigure,
    speedFigure,
    bytes: (bytes: number): string => joined(bytesFigure(bytes)),
    speed: (bytesPerSecond: number): string => joined(speedFigure(bytesPerSecond)),
    /** `downloaded` in the unit of `total`, so that both can be compared: `1.60` for `of 4.00 GiB`. */
    bytesIn: (bytes: number, total: number): string => at(bytes, powerOf(total)),
    /** `41.3 %`; never 100 before everything is there. */
    percent: (value: number): string => {
      if (value >= 100) return `${whole.format(100)} %`;
      return `${percentDigits.format(Math.min(99.9, Math.floor(value * 10) / 10))} %`;
    },
    /** The two biggest units: `2 h 14 min`, `45 s`; seconds are not shown from ten minutes on. */
    duration: (seconds: number): string => {
      const rest = Math.max(0, Math.floor(seconds));
      const [days, hours] = [Math.floor(rest / DAY_S), Math.floor((rest % DAY_S) / HOUR_S)];
      const minutes = Math.floor((rest % HOUR_S) / MINUTE_S);
      if (days > 0) return hours > 0 ? `${whole.format(days)} d ${hours} h` : `${whole.format(days)} d`;
      if (hours > 0) return minutes > 0 ? `${hours} h ${minutes} min` : `${hours} h`;
      if (minutes >= 10) return `${minutes} min`;
      const last = rest % MINUTE_S;
      if (minutes > 0) return last > 0 ? `${minutes} min ${last} s` : `${minutes} min`;
      return `${rest} s`;
    },
    clock: (unixMs: number): string => clock.format(unixMs),
    minute: (unixMs: number): string => minuteClock.format(unixMs),
    day: (unixMs: number): string => day.format(unixMs),
    date: (unixMs: number): string => date.format(unixMs),
  };
}

/** Seconds of a client's `eta` (`1h 0m`, `1m 0s`, `0s`); undefined for `∞`. */
export function etaSeconds(eta: string): number | undefined {
  if (eta === '∞') return undefined;
  const seconds = { h: HOUR_S, m: MINUTE_S, s: 1 };
  let sum = 0;
  for (const [, value, unit] of eta.matchAll(/(\d+)([hms])/g)) sum += Number(value) * seconds[unit as 'h' | 'm' | 's'];
  return sum;
}
