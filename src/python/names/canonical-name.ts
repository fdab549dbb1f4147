/** A name as Python compares it: in NFKC, so that a name written with the ligature `ﬁ` is the one written with `fi`. */
export function canonicalName(name: string): string {
  for (let i = 0; i < name.length; i++) if (name.charCodeAt(i) > 127) return name.normalize('NFKC');
  return name;
}
