import { type ReadFlags, textOf, type Values } from './command-flags.ts';

export interface DoctorFlags {
  readonly configFile: string | null;
  /** For machines. */
  readonly json: boolean;
}

export const DOCTOR_TEXTS = ['config.file'] as const;
export const DOCTOR_SWITCHES = ['json'] as const;

/** Reads the flags of `doctor`. */
export function readDoctorFlags(values: Values): ReadFlags<DoctorFlags> {
  return { ok: true, flags: { configFile: textOf(values, 'config.file'), json: values['json'] === true } };
}
