/**
 * A trial: one kind of measurement, taken of several subjects in turn.
 *
 * @module
 */

import { OperationalError } from "../ipc/errors.ts";
import { median, spread } from "./statistics.ts";

/** What one measurement brought, by the column's key. */
export type Sample = Readonly<Record<string, number>>;

/** A column of a trial's table. */
export interface Column {
  /** Its key in the samples. */
  readonly key: string;
  /** Its heading, with the unit. */
  readonly title: string;
  /** How many digits are shown behind the point. */
  readonly digits: number;
}

/** What is measured. */
export interface Subject {
  /** Its key in the results. */
  readonly id: string;
  /** How the table calls it. */
  readonly name: string;
  /** Takes every figure once. Throws `OperationalError` if that cannot be done. */
  readonly measure: () => Promise<Sample>;
}

/** One kind of measurement. */
export interface Trial {
  /** Its key in the results. */
  readonly id: string;
  /** What it is, in a line. */
  readonly title: string;
  /** What each sample has. Ratios are those of the first. */
  readonly columns: readonly Column[];
  /** The subjects that the others are compared with. */
  readonly ratioTo: readonly string[];
  /** What is measured. */
  readonly subjects: readonly Subject[];
  /** How often, if not as often as the others. */
  readonly repeats?: number;
  /** How many samples of each are thrown away first; none unless told. */
  readonly warmUps?: number;
}

/** What a trial found out about one subject. */
export interface Row {
  /** The subject's key. */
  readonly id: string;
  /** How the table calls it. */
  readonly name: string;
  /** The median of each column. Empty if it failed. */
  readonly medians: Sample;
  /** How far the samples of the first column lie apart, as a share of the median. */
  readonly spread: number;
  /** First column's median divided by that of each subject in `ratioTo` that was measured. */
  readonly ratios: Sample;
  /** Every sample, in order. */
  readonly samples: readonly Sample[];
  /** Why it could not be measured, or null. */
  readonly failure: string | null;
}

/** What a trial found out. */
export interface Result extends Pick<Trial, "id" | "title" | "columns" | "ratioTo"> {
  /** One for each subject, in their order. */
  readonly rows: readonly Row[];
}

/**
 * Measures all subjects in turn, again and again (A B A B), so that what changes on the machine meets them alike. A
 * subject that fails is measured no more; the others are. Once `signal` has aborted, it throws that signal's reason.
 */
export async function runTrial(
  trial: Trial,
  options: { readonly repeats: number; readonly signal: AbortSignal },
): Promise<Result> {
  const { id, title, columns, ratioTo, subjects } = trial;
  const samples = new Map<Subject, Sample[]>(subjects.map((subject) => [subject, []]));
  const failures = new Map<Subject, string>();
  const { repeats = options.repeats, warmUps = 0 } = trial;
  for (let taken = -warmUps; taken < repeats; taken++) {
    for (const [subject, its] of samples) {
      if (failures.has(subject)) continue;
      try {
        const sample = await subject.measure();
        if (taken >= 0) its.push(sample);
      } catch (error) {
        options.signal.throwIfAborted();
        if (!(error instanceof OperationalError)) throw error;
        failures.set(subject, error.message);
      }
    }
  }
  const rows = subjects.map((subject) => {
    const failure = failures.get(subject) ?? null;
    return rowOf(subject, { samples: samples.get(subject) ?? [], failure, columns });
  });
  return { id, title, columns, ratioTo, rows: withRatios(rows, { columns, ratioTo }) };
}

function rowOf(
  subject: Subject,
  taken: Pick<Row, "samples" | "failure"> & Pick<Trial, "columns">,
): Row {
  const { samples, failure, columns } = taken;
  const { id, name } = subject;
  const none = { id, name, medians: {}, spread: 0, ratios: {}, samples, failure };
  if (failure !== null || samples.length === 0) return none;
  const valuesOf = (key: string) => samples.map((sample) => sample[key] ?? NaN);
  const medians = Object.fromEntries(columns.map(({ key }) => [key, median(valuesOf(key))]));
  const [first] = columns;
  return { ...none, medians, spread: first === undefined ? 0 : spread(valuesOf(first.key)) };
}

/** The rows with the ratios of their first column to that of the subjects in `ratioTo`. */
export function withRatios(
  rows: readonly Row[],
  options: Pick<Trial, "columns" | "ratioTo">,
): Row[] {
  const key = options.columns[0]?.key ?? "";
  return rows.map((row) => {
    const own = row.medians[key];
    const ratios: Record<string, number> = {};
    for (const id of options.ratioTo) {
      const other = rows.find((each) => each.id === id)?.medians[key];
      if (own !== undefined && other !== undefined && other !== 0) ratios[id] = own / other;
    }
    return { ...row, ratios };
  });
}
