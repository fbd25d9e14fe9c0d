import type { Shape } from './shape.ts';
import { shape2 } from './shape-2.ts';
import { shape3 } from './shape-3.ts';
import type { Version } from './version.ts';

/** The way in which a server of this version writes its JSON. */
export function shapeOf(version: Version): Shape {
  return version.major < 3 ? shape2 : shape3(version);
}
