// server/router/middleware/session/pagination.go: the default is also the most.
const PER_PAGE = 50;

/**
 * One page of `rows` by `page` and `perPage`. What is out of range or no number silently becomes page 1 of 50, and
 * nothing in the answer tells that there is more.
 */
export function paginate<T>(rows: readonly T[], query: URLSearchParams): readonly T[] {
  const page = positive(query.get('page')) ?? 1;
  const asked = positive(query.get('perPage')) ?? PER_PAGE;
  const perPage = asked > PER_PAGE ? PER_PAGE : asked;
  return rows.slice((page - 1) * perPage, page * perPage);
}

function positive(text: string | null): number | null {
  return text !== null && /^\d+$/.test(text) && Number(text) > 0 ? Number(text) : null;
}
