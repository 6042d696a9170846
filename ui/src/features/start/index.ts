// What other features may use of this one.

export { default as StartGuide } from './StartGuide.vue';
