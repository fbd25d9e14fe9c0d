/** A place of these pages, relative, so that it also works under a proxy's path. What is null is left out. */
export function pageHref(
  page: './' | 'apps',
  parameters: Readonly<Record<string, string | number | null>>,
  anchor = '',
): string {
  const given = Object.entries(parameters).flatMap(([name, value]) => (value === null ? [] : [[name, String(value)]]));
  const query = new URLSearchParams(given).toString();
  return `${page}${query === '' ? '' : `?${query}`}${anchor === '' ? '' : `#${anchor}`}`;
}
