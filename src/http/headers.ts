/**
 * What every answer carries. The pages need no script, frame or foreign resource, and their forms lead to themselves: so the browser
 * may refuse all else. `no-store`, because whatever is shown here is true only now (the stylesheet alone says otherwise).
 */
export const EVERY_ANSWER = {
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const;
