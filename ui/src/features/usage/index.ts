// What the frame may use of this feature.

export { default as BudgetNotices } from './BudgetNotices.vue';
