// What other features may use of this one.

export { default as ConnectionForm } from './ConnectionForm.vue';
export { default as KeyField } from './KeyField.vue';
export { noKey, type KeyHeld } from './keys';
export { useConnections, useProviders } from './useConnections';
