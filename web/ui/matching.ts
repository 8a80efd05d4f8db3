/** Items that hold every word typed, those that begin with the first word before the others. */
export const matching = <T extends { readonly label: string; readonly note: string }>(
  items: readonly T[],
  typed: string,
): readonly T[] => {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const [first = ''] = words;
  const fits = items.filter(i => {
    const text = `${i.label} ${i.note}`.toLowerCase();
    return words.every(w => text.includes(w));
  });
  const begins = (i: T): boolean => i.label.toLowerCase().startsWith(first);
  return [...fits.filter(begins), ...fits.filter(i => !begins(i))];
};
