// What other features may use of this one.

export { default as AddToCollection } from './AddToCollection.vue';
export { default as CollectionShelf } from './CollectionShelf.vue';
export { default as CollectionView } from './CollectionView.vue';
export { useCollections } from './useCollections';
