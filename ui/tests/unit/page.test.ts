// Small decisions of the page: keys, the vault's ways on, ports and origins, preferences, the sentence about money, undo.
import { afterEach, describe, expect, it, vi } from 'vitest';
import { meaningOf } from '@/app/frame/useShortcuts';
import { originOf, portOf } from '@/features/apps/useApps';
import { roundedTokens } from '@/features/desk/useEstimateWords';
import { wayOn } from '@/features/privacy/useVault';
import { sane } from '@/shared/prefs';
import { doSoon, finishAll, takeBack, undoTime, useUndo } from '@/shared/undo';

const key = (name: string, more = {}) => meaningOf({ key: name, code: '', ctrlKey: false, metaKey: false, shiftKey: false, altKey: false, ...more });

describe('keys', () => {
  it('mean what the settings say', () => {
    expect(key('k', { ctrlKey: true })).toEqual({ deed: 'selector' });
    expect(key('K', { metaKey: true })).toEqual({ deed: 'selector' });
    expect(key(',', { ctrlKey: true })).toEqual({ deed: 'place', place: 'settings' });
    expect(key('1', { ctrlKey: true })).toEqual({ deed: 'place', place: 'desk' });
    expect(key('7', { ctrlKey: true })).toEqual({ deed: 'place', place: 'settings' });
    expect(key('L', { code: 'KeyL', ctrlKey: true, shiftKey: true })).toEqual({ deed: 'lock' });
    expect(key('F6', { shiftKey: true })).toEqual({ deed: 'region', back: true });
  });
  it('mean nothing while somebody just writes', () => {
    for (const name of ['k', '1', ',', 'Enter', 'Escape']) expect(key(name)).toBeUndefined();
    expect(key('8', { ctrlKey: true })).toBeUndefined();
    expect(key('k', { ctrlKey: true, altKey: true })).toBeUndefined();
  });
});

describe('a closed vault', () => {
  it('offers the passphrase only where there is one, and the keychain where it may still answer', () => {
    expect(wayOn('locked', 'passphrase')).toEqual({ passphrase: true, retry: false });
    expect(wayOn('keychain_silent', 'keychain')).toEqual({ passphrase: false, retry: true });
    expect(wayOn('keychain_entry_missing', 'keychain-and-passphrase')).toEqual({ passphrase: true, retry: true });
    expect(wayOn('unlocked', 'keychain-and-passphrase')).toEqual({ passphrase: false, retry: false });
  });
});

describe('what is typed about apps', () => {
  it('is a port from 1024 to 65535 or nothing', () => {
    expect(['4654', ' 1024 ', '65535'].map(portOf)).toEqual([4654, 1024, 65_535]);
    for (const text of ['', '80', '65536', '4e3', '-1', '4654.5', 'x']) expect(portOf(text), text).toBeUndefined();
  });
  it('is a web origin or nothing', () => {
    expect(originOf(' https://App.Example.com/path?x#y ')).toBe('https://app.example.com');
    for (const text of ['app.example.com', 'javascript:alert(1)', 'file:///x', 'https://u:p@x.example', '']) expect(originOf(text), text).toBeUndefined();
  });
});

describe('preferences', () => {
  it('of unknown form are left out', () => {
    expect(sane({ look: 'dark', language: 'fr', textSize: '100', deskListHidden: true, more: 1 } as never)).toEqual({ look: 'dark', deskListHidden: true });
  });
});

describe('figures that are about right', () => {
  it('keep two digits that count', () => {
    expect([7, 99, 1_184, 1_250, 98_765].map(roundedTokens)).toEqual([7, 99, 1_200, 1_300, 99_000]);
  });
});

describe('destructive deeds', () => {
  afterEach(() => vi.useRealTimers());
  it('happen after ten seconds, not before, and not at all when taken back', () => {
    vi.useFakeTimers();
    const happen = vi.fn();
    doSoon({ id: 'a', told: '', happen });
    expect(useUndo().hidden('a')).toBe(true);
    vi.advanceTimersByTime(undoTime - 1);
    expect(happen).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(happen).toHaveBeenCalledOnce();
    expect(useUndo().hidden('a')).toBe(false);
    doSoon({ id: 'b', told: '', happen });
    takeBack('b');
    vi.advanceTimersByTime(undoTime * 2);
    expect(happen).toHaveBeenCalledOnce();
  });
  it('happen at once when the window closes', () => {
    vi.useFakeTimers();
    const happen = vi.fn();
    doSoon({ id: 'c', told: '', happen });
    finishAll();
    expect(happen).toHaveBeenCalledOnce();
  });
});
