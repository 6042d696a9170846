// What other features may use of this one.

export { default as ModelSelector } from './ModelSelector.vue';
export { useChosenModel } from './useChosenModel';
export { useModels } from './useModels';
export { useSelector } from './useSelector';
