const ignore = () => {};
const exit = () => process.exit(0);

/** A signal that comes while the program is still loading neither kills it as by a crash nor stops it half-way. */
export function takeEarlySignals(): void {
  process.on('SIGHUP', ignore);
  process.on('SIGTERM', exit);
  process.on('SIGINT', exit);
}

/** Called by whoever takes the signals from here on. */
export function handOverSignals(): void {
  process.off('SIGHUP', ignore);
  process.off('SIGTERM', exit);
  process.off('SIGINT', exit);
}
