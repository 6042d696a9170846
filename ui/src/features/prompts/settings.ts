// Settings as people type them. Pure.

/** A temperature from 0 to 2; null where it is left to the model; undefined where it is none. */
export function temperatureOf(typed: string): number | null | undefined {
  const text = typed.trim().replace(',', '.');
  if (text === '') return null;
  if (!/^\d(\.\d{1,3})?$/.test(text)) return undefined;
  const value = Number(text);
  return value <= 2 ? value : undefined;
}

/** Most tokens of an answer; null where it is left to the model; undefined where it is none. */
export function tokensOf(typed: string): number | null | undefined {
  const text = typed.replace(/[\s.,]/g, '');
  if (text === '') return null;
  if (!/^\d{1,8}$/.test(text) || Number(text) === 0) return undefined;
  return Number(text);
}

/** Choices as they are typed, one a line. */
export function choicesOf(typed: string): string[] {
  return [...new Set(typed.split('\n').map((line) => line.trim()).filter(Boolean))];
}
