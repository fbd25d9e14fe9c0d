/**
 * A token or password. Whoever holds one asks for its value each time it is used, because the value may be
 * changed while the program runs, and never keeps it.
 */
export interface Secret {
  read(): string;
}
