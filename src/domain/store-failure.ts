/** The store could not do it: nothing of what was asked is kept, and the same may be tried again. */
export class StoreFailure extends Error {
  override readonly name: string = 'StoreFailure';
}

/** Another process writes to it. */
export class StoreInUse extends StoreFailure {
  override readonly name = 'StoreInUse';
}

/** It is not reached, which may pass by itself. */
export class StoreAbsent extends StoreFailure {
  override readonly name = 'StoreAbsent';
}
