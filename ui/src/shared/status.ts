// The facts at the top of the window; many pages lean on them.

import { useAnswer } from './ask';

/** The status of the whole program. */
export function useStatus() {
  const { data, failure, waiting, again } = useAnswer('status', 'app_status', {});
  return { status: data, failure, waiting, again };
}
