// What other features may use of this one.

export { default as DefaultModels } from './manage/DefaultModels.vue';
export { default as ModelField } from './ModelField.vue';
export { default as ModelList } from './ModelList.vue';
export { default as ModelSelector } from './ModelSelector.vue';
export { default as ReplaceButton } from './ReplaceButton.vue';
export { isLost, type ModelFilter } from './rows';
export { useChosenModel } from './useChosenModel';
export { useModels } from './useModels';
export { useModelWords } from './useModelWords';
export { useSelector } from './useSelector';
