// What is typed into the calculator.

/** The largest file that is opened, in bytes: a dozen novels. */
export const largestFile = 16_000_000;

/** A count of tokens as people write it (`1,200`, `1.200`, `800`); nothing where it is none. */
export function countOf(text: string): number | undefined {
  const plain = text.trim();
  if (!/^\d{1,3}([.,\u00a0 ]?\d{3})*$|^\d+$/.test(plain)) return undefined;
  const count = Number(plain.replace(/\D/g, ''));
  return count <= 10_000_000 ? count : undefined;
}
