/** The part of parquetjs-lite 0.8.7 that the shard writer uses; the package ships no types. */
declare module 'parquetjs-lite' {
  /** One column. */
  export interface FieldDefinition {
    type: 'UTF8' | 'INT32' | 'DOUBLE' | 'BOOLEAN' | 'BYTE_ARRAY';
    /** True: the column takes null. Default false. */
    optional?: boolean;
    compression?: 'UNCOMPRESSED' | 'GZIP' | 'SNAPPY';
    /** False: no min/max. Those of UTF8 are wrong: they compare UTF-16 units where readers compare bytes. */
    statistics?: false;
  }

  export interface WriterOptions {
    /** Rows held in memory before they are written. */
    rowGroupSize?: number;
    /** Rows of a data page (not bytes). */
    pageSize?: number;
    /** Default true; version 1 pages are what every reader takes. */
    useDataPageV2?: boolean;
  }

  /** @throws string on an unknown type, encoding or compression */
  export class ParquetSchema {
    constructor(fields: Record<string, FieldDefinition>);
  }

  /** Values of a column and their levels. */
  export interface ColumnBuffer {
    rlevels: number[];
    dlevels: number[];
    values: (Uint8Array | number | boolean)[];
    count: number;
  }

  export interface RowBuffer {
    rowCount: number;
    pageRowCount: number;
    columnData: Record<string, ColumnBuffer>;
  }

  /** Errors are thrown as bare strings. */
  export class ParquetWriter {
    /** Writes the header without awaiting it. */
    static openStream(
      schema: ParquetSchema,
      stream: { write(bytes: Uint8Array, done: () => void): void; end(done: () => void): void },
      options?: WriterOptions,
    ): Promise<ParquetWriter>;
    appendRow(row: Record<string, unknown>): Promise<void>;
    /** Rows that wait for their page to be full; empty before the first row of a group. */
    readonly rowBuffer: RowBuffer | { columnData?: undefined };
    setMetadata(key: string, value: string): void;
    /** Writes the footer; must be called exactly once. */
    close(): Promise<void>;
  }
}
