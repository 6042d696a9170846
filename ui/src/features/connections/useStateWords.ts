// How a connection stands, in one short sentence with its time.

import type { ConnectionView } from '@/generated/contract';
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
