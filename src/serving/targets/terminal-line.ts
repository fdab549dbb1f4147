/** A line on a terminal that says how far work has come, and goes away for what is printed. */
export interface TerminalLine {
  advance(name: string): void;
  clear(): void;
}

/** Such a line on standard error; without a terminal, or for one file, it shows nothing. */
export function terminalLine(
  total: number,
  stream: { write(text: string): unknown; isTTY?: boolean; columns?: number } = process.stderr,
): TerminalLine {
  if (stream.isTTY !== true || total < 2) return { advance: () => undefined, clear: () => undefined };
  let done = 0;
  return {
    advance(name) {
      const text = `${++done}/${total} files, ${Math.floor((100 * done) / total)} %  ${name}`;
      stream.write(`\r\x1b[2K${text.replace(/\p{Cc}/gu, '?').slice(0, (stream.columns ?? 80) - 1)}`);
    },
    clear: () => void stream.write('\r\x1b[2K'),
  };
}
