/** A number and what it counts: `1 repository`, `2 repositories`. */
export function counted(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}
