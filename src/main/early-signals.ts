const ignore = () => {};
const exit = () => process.exit(0);

/**
 * A signal that comes while the daemon is still loading neither kills it as by a crash nor stops it half-way. Any other command is
 * left to the system's way: it has not done what it was asked to, and must not end as if it had. `words`: the command line.
 */
export function takeEarlySignals([first = 'serve']: readonly string[]): void {
  if (first !== 'serve' && first !== 'demo' && !first.startsWith('-')) return;
  process.on('SIGHUP', ignore);
  process.on('SIGTERM', exit);
  process.on('SIGINT', exit);
}

/** Called by whoever takes the signals from here on, or leaves them to the system. */
export function handOverSignals(): void {
  process.off('SIGHUP', ignore);
  process.off('SIGTERM', exit);
  process.off('SIGINT', exit);
}
