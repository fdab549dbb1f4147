/**
 * Text for a terminal: control characters, which could move the cursor, colour the screen or forge a line, are escaped as
 * `\x1b`. Names of files hold what others chose.
 * @param keep control characters that stay. Default none
 */
export function printable(text: string, keep = ''): string {
  return text.replace(/\p{Cc}/gu, (character) =>
    keep.includes(character) ? character : `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}
