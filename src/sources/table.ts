import type { z } from 'zod';
import { argocdSettings } from './argocd/settings.ts';
import { errorsSettings } from './errors/settings.ts';
import type { Files } from './setting-pieces.ts';
import { woodpeckerSettings } from './woodpecker/settings.ts';

interface SourceEntry {
  readonly settings: (files: Files) => z.core.$ZodTypeDiscriminable;
}

/** The types of sources: `type` in the configuration, and how its settings are read. */
export const sourceSettings = {
  woodpecker: { settings: woodpeckerSettings },
  argocd: { settings: argocdSettings },
  errors: { settings: errorsSettings },
} as const satisfies Record<string, SourceEntry>;

export type SourceType = keyof typeof sourceSettings;

/** The settings of one source, of whichever type. */
export type AnySourceSettings = z.output<ReturnType<(typeof sourceSettings)[SourceType]['settings']>>;
