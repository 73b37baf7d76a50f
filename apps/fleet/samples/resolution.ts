// How finely the past of a container is kept: ever coarser, the longer ago it is.

export interface Resolution {
  /** Seconds from one sample to the next. */
  readonly step: 1 | 10 | 60;
  /** Samples kept. */
  readonly kept: number;
}

/** Finest first: ten minutes, three hours, seven days. */
export const RESOLUTIONS: readonly Resolution[] = [
  { step: 1, kept: 600 },
  { step: 10, kept: 1_080 },
  { step: 60, kept: 10_080 },
];

/** Samples of one row in the database: few rows to write, little to rewrite when one more is known. */
export const CHUNK_SAMPLES = 60;
