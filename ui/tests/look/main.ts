// The page over the double. The address says which scene: ?scene=normal&look=dark&language=id#/models

import axe from 'axe-core';
import { openPage } from '@/app/openPage';
import type { Prefs } from '@/host/types';
import { makeDouble, type Scene } from './double';

const wish = new URLSearchParams(location.search);
const prefs: Partial<Prefs> = {
  look: (wish.get('look') ?? 'light') as Prefs['look'],
  language: (wish.get('language') ?? 'en') as Prefs['language'],
};
Object.assign(window, { axe, double: makeDouble((wish.get('scene') ?? 'normal') as Scene, prefs) });
void openPage((window as unknown as { double: ReturnType<typeof makeDouble> }).double, '#page');
