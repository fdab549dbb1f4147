import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { DataError } from '../core/errors';

/** A DuckDB in memory, without the network; the caller closes it. */
export interface DuckDB {
  connection: DuckDBConnection;
  close(): void;
}

/**
 * Opens a DuckDB in memory (about 15 ms).
 * @param threads default: all cores. With one thread a streamed result has the order of its file.
 */
export async function openDuckDB(threads?: number): Promise<DuckDB> {
  const instance = await DuckDBInstance.create(':memory:', {
    ...(threads !== undefined && { threads: String(threads) }),
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  });
  try {
    const connection = await instance.connect();
    return {
      connection,
      close() {
        connection.closeSync();
        instance.closeSync();
      },
    };
  } catch (error) {
    instance.closeSync();
    throw error;
  }
}

/** DuckDB takes a path for a pattern; a bracket expression of one character stands for itself. */
export function escapeGlob(path: string): string {
  return path.replace(/[[*?]/g, '[$&]');
}

/**
 * Turns what DuckDB threw into a DataError with the first line of its message. Its own errors are plain Errors;
 * anything else (ours, a TypeError) is not about the data and comes back unchanged.
 */
export function toDataError(error: unknown, what: string, hint: string): unknown {
  if (!(error instanceof Error) || error.name !== 'Error') return error;
  const [message] = error.message.split('\n');
  if (/No space left on device|quota exceeded/i.test(message))
    return new DataError(`${what}: no room to write (${message})`, 'free some disk space and run it again', {
      cause: error,
    });
  return new DataError(`${what}: ${message}`, hint, { cause: error });
}
