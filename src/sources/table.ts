import type { z } from 'zod';
import { argocdSettings } from './argocd/settings.ts';
import { errorsSettings } from './errors/settings.ts';
import type { Files } from './setting-pieces.ts';
import { woodpeckerSettings } from './woodpecker/settings.ts';

interface SourceEntry {
  readonly settings: (files: Files) => z.core.$ZodTypeDiscriminable;
  /** False while only the configuration of such a source can be read. */
  readonly built: boolean;
}

/** The types of sources: `type` in the configuration, and how its settings are read. */
export const sourceSettings = {
  woodpecker: { settings: woodpeckerSettings, built: true },
  argocd: { settings: argocdSettings, built: true },
  errors: { settings: errorsSettings, built: false },
} as const satisfies Record<string, SourceEntry>;

export type SourceType = keyof typeof sourceSettings;

/** The settings of one source, of whichever type. */
export type AnySourceSettings = z.output<ReturnType<(typeof sourceSettings)[SourceType]['settings']>>;
