// The seven places of the window, in the order of the rail.

import { nextTick, ref } from 'vue';
import { createRouter, createWebHashHistory } from 'vue-router';
import DeskPage from '@/features/desk/DeskPage.vue';

/** Names of the places, as in the rail and in Ctrl/Cmd-1..7. */
export const places = ['desk', 'models', 'usage', 'connections', 'apps', 'privacy', 'settings'] as const;

/** One of them. */
export type Place = (typeof places)[number];

/** The conversation that was open last: the rail leads back to it. */
export const lastOnDesk = ref('');

/** Makes the ways between them. The Desk comes with the page; the others are read in when first visited. */
export function makePaths() {
  const router = createRouter({
    history: createWebHashHistory(),
    routes: [
      { path: '/', redirect: '/desk' },
      { path: '/desk/:conversation?', name: 'desk', component: DeskPage },
      { path: '/prompts/:prompt?', name: 'prompts', meta: { place: 'desk' }, component: () => import('@/features/prompts/PromptsPage.vue') },
      { path: '/assistants/:assistant?', name: 'assistants', meta: { place: 'desk' }, component: () => import('@/features/prompts/AssistantsPage.vue') },
      { path: '/models', name: 'models', component: () => import('@/features/models/ModelsPage.vue') },
      { path: '/models/guidance', name: 'guidance', meta: { place: 'models' }, component: () => import('@/features/models/guidance/GuidancePage.vue') },
      { path: '/usage', name: 'usage', component: () => import('@/features/usage/UsagePage.vue') },
      { path: '/connections/:slug?', name: 'connections', component: () => import('@/features/connections/ConnectionsPage.vue') },
      { path: '/guides/:provider?', name: 'guides', meta: { place: 'connections' }, component: () => import('@/features/connections/GuidesPage.vue') },
      { path: '/apps', name: 'apps', component: () => import('@/features/apps/AppsPage.vue') },
      { path: '/privacy', name: 'privacy', component: () => import('@/features/privacy/PrivacyPage.vue') },
      { path: '/settings', name: 'settings', component: () => import('@/features/settings/SettingsPage.vue') },
      { path: '/:elsewhere(.*)*', redirect: '/desk' },
    ],
  });
  router.afterEach((to) => {
    // A page scrolls in itself, so the part that an address names is brought into sight here.
    if (to.hash) void nextTick(() => document.getElementById(to.hash.slice(1))?.scrollIntoView());
    if (to.name === 'desk') lastOnDesk.value = String(to.params.conversation ?? '');
  });
  return router;
}
