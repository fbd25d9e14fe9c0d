/** A moment in milliseconds since the epoch as Kubernetes writes it: RFC 3339, UTC, whole seconds. */
export function stamp(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}
