// How a composable finds the door. The start of the page hangs it up; a test hangs up its own.

import { inject, type App, type InjectionKey } from 'vue';
import type { Door } from './types';

const doorKey: InjectionKey<Door> = Symbol('door');

/** Hangs the door up for every composable of this page. */
export function provideDoor(app: App, door: Door): void {
  app.provide(doorKey, door);
}

/** The door. Only within `setup`. */
export function useDoor(): Door {
  const door = inject(doorKey);
  if (!door) throw new Error('No door was provided to this page.');
  return door;
}
