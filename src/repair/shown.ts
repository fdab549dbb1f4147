import type { Finding, Fix } from '../records/finding';

/**
 * What a person is shown of a repair: the verified findings. With `unsafeFixes` also what only the model vouches for; on
 * code that is right most of that is wrong, so it is for who asks.
 */
export function shownFindings(
  { findings }: Pick<Fix, 'findings'>,
  { unsafeFixes = false }: { unsafeFixes?: boolean } = {},
): Finding[] {
  return unsafeFixes ? findings : findings.filter(({ tier }) => tier === 'verified');
}
