import type { Table } from 'apache-arrow';
import type { Sample } from '../../records/sample';
import type { ObjectStore } from '../../storage/object-store';

/** Looks into the shards of one stage's output, for tables and figures. */
export interface ShardReader {
  /**
   * Asks SQL of a folder of shards (`samples`) or of one file (`predictions.parquet`); the rows are in a view named
   * `shards`. See `queryShards` in src/shards.
   */
  query<Row extends object = Record<string, unknown>>(from: string, sql: string): Promise<Row[]>;
  /** The same as an Arrow table: by columns, for many rows. See `queryArrow` in src/shards. */
  arrow(from: string, sql: string): Promise<Table>;
  /** The first `limit` samples of a folder that `wanted` accepts, in the order of the shards. */
  samples(folder: string, wanted: (sample: Sample) => boolean, limit: number): Promise<Sample[]>;
}

/** A reader of a store's shards; DuckDB is loaded by the first question. */
export function readShards(store: ObjectStore): ShardReader {
  return {
    async query<Row extends object>(from: string, sql: string) {
      const { queryShards } = await import('../../shards/query.js');
      return queryShards<Row>(store, from, sql);
    },
    async arrow(from, sql) {
      const { queryArrow } = await import('../../shards/query.js');
      return queryArrow(store, from, sql);
    },
    async samples(folder, wanted, limit) {
      const { readSamples } = await import('../../shards/sample-shard.js');
      const found: Sample[] = [];
      if (limit <= 0) return found;
      for await (const sample of readSamples(store, folder)) {
        if (wanted(sample)) found.push(sample);
        if (found.length >= limit) break;
      }
      return found;
    },
  };
}
