// How a connection stands, in one short sentence with its time.

import type { ConnectionView, KeyExpiryView } from '@/generated/contract';
import { useWords } from '@/shared/useWords';

/** Words about the state of connections. */
export function useStateWords() {
  const { t, count, moment, told } = useWords();
  return (connection: ConnectionView): string => {
    switch (connection.status) {
      case 'connected': {
        const models = t('connections.models_n', { n: count(connection.model_count) }, connection.model_count);
        return connection.last_tested === null
          ? t('connections.state.connected', { models })
          : t('connections.state.connected_tested', { models, when: moment(connection.last_tested) });
      }
      case 'failing': {
        const why = connection.fault ? told(connection.fault).replace(/\.$/, '') : t('connections.state.failing');
        return connection.status_since === null ? why : t('connections.state.failing_since', { why, when: moment(connection.status_since) });
      }
      case 'untested':
        return t('connections.state.untested');
      case 'disabled':
        return t('connections.state.disabled');
      case 'locked':
        return t('connections.state.locked');
    }
  };
}

/** Words about when a key ends. */
export function useExpiryWords() {
  const { t, day } = useWords();
  const dayOf = (on: string) => day(Date.parse(`${on}T12:00:00`));
  return {
    /** Beside its key: `It ends on 12 Nov 2026.` */
    ends({ on, days_left, state }: KeyExpiryView): string {
      const when = dayOf(on);
      if (state === 'later') return t('connections.expiry.later', { when });
      if (state === 'past') return t('connections.expiry.past', { when });
      return days_left === 0 ? t('connections.expiry.today') : t('connections.expiry.soon', { when, n: days_left }, days_left);
    },
    /** Elsewhere, with its name. */
    reminder(name: string, { on, days_left, state }: KeyExpiryView): string {
      const when = dayOf(on);
      if (state === 'past') return t('connections.expiry.of.past', { name, when });
      return days_left === 0 ? t('connections.expiry.of.today', { name }) : t('connections.expiry.of.soon', { name, when, n: days_left }, days_left);
    },
  };
}
