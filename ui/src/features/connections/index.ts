// What other features may use of this one.

export { default as CatalogueNote } from './CatalogueNote.vue';
export { default as ConnectionForm } from './ConnectionForm.vue';
export { default as FoundList } from './FoundList.vue';
export { default as KeyField } from './KeyField.vue';
export { guideAt, lineFor } from './guides';
export { noKey, type KeyHeld } from './keys';
export { useConnections, useProviders } from './useConnections';
export { useDiscovery, type FormStart } from './useDiscovery';
export { useSignIn } from './useSignIn';
