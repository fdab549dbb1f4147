/** An object of a store. */
export interface ObjectInfo {
  key: string;
  /** Size of its content. */
  bytes: number;
}

/** Part of an object. */
export interface ByteRange {
  /** First byte, from 0 on. */
  start: number;
  /** Bytes to read; where the object ends before, so does what is read. */
  length: number;
}

/** Content given piece by piece that becomes an object whole or not at all. Owns a file or an upload: end it. */
export interface ObjectWriter {
  /** Takes the next piece; await it before the next one. Each is a write or a part of an upload: gather small ones. */
  write(piece: Uint8Array | string): Promise<void>;
  /** Publishes what was written under the key, in the place of an older object. Then the writer is done. */
  commit(): Promise<void>;
  /** Leaves nothing behind. After `commit` or a second time it does nothing, so that a `finally` may call it. */
  abort(): Promise<void>;
}

/**
 * Keys and bytes: what a stage may ask of the place it writes to. A key is a relative path with `/`, whose parts are
 * not empty, `.` or `..`, and which does not end in `.tmp`. Every implementation is held to the tests in
 * `object-store-testing.ts`.
 *
 * Readers see an object as it was or as it is, never half of it. What one writer has awaited, every reader sees.
 */
export interface ObjectStore {
  /** Where this store is, for messages and manifests: a path or URL. */
  readonly location: string;
  /** Stores a whole object, in the place of an older one, or nothing. */
  put(key: string, content: Uint8Array | string): Promise<void>;
  /**
   * Stores a whole object if there is none under that key. Of several who try at once, one succeeds.
   * @returns false when there was one; it stays as it is
   */
  putIfAbsent(key: string, content: Uint8Array | string): Promise<boolean>;
  /** Begins an object whose content comes piece by piece. Until it is committed nobody sees it. */
  create(key: string): Promise<ObjectWriter>;
  /** @throws DataError when the key is absent */
  get(key: string): Promise<Uint8Array>;
  /**
   * Reads a part of an object. Fewer bytes come back where it ends before, none at its end and behind it.
   * @throws DataError when the key is absent
   */
  read(key: string, range: ByteRange): Promise<Uint8Array>;
  /** What is known of an object without reading it; null when the key is absent. */
  stat(key: string): Promise<ObjectInfo | null>;
  exists(key: string): Promise<boolean>;
  /** Objects whose keys start with `prefix`, in the order of the keys' UTF-8 bytes. Default: all. */
  list(prefix?: string): AsyncIterable<ObjectInfo>;
  /** Removes an object; one that is absent is no error. */
  delete(key: string): Promise<void>;
  /**
   * A local file with the object's content, for libraries that open paths. Only to be read. A folder store names its
   * own file, other stores download.
   * @throws DataError when the key is absent
   */
  localFile(key: string): Promise<string>;
  /**
   * Removes what writers of processes that were killed have left. For whoever holds the place alone: writers of others
   * that still go on are cut off.
   */
  abortUnfinished(): Promise<void>;
}
