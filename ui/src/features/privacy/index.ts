// What other features may use of this one.

export { default as VaultDoor } from './VaultDoor.vue';
