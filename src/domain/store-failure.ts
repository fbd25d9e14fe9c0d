/** The store could not do it: nothing of what was asked is kept, and the same may be tried again. */
export class StoreFailure extends Error {
  override readonly name: string = 'StoreFailure';
}

/** Another process writes to it. */
export class StoreInUse extends StoreFailure {
  override readonly name = 'StoreInUse';
}
