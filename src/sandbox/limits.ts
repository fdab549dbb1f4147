import { z } from 'zod';

const MIB = 2 ** 20;

/** What code in a sandbox may use. */
export const sandboxLimitsSchema = z.strictObject({
  /** Wall seconds, then everything is killed. Default 60. */
  wallSeconds: z.number().positive().default(60),
  /** Processor seconds of each process. Default 60. */
  cpuSeconds: z.int().positive().default(60),
  /** Bytes of address space of each process. Default 1 GiB. */
  memoryBytes: z
    .int()
    .positive()
    .default(1024 * MIB),
  /** Processes and threads at once. Default 64. */
  processes: z.int().positive().default(64),
  /** Open files of each process. Default 256. */
  openFiles: z.int().positive().default(256),
  /** Bytes of one file. Default 64 MiB. */
  fileBytes: z
    .int()
    .positive()
    .default(64 * MIB),
  /** Bytes of all files of the working folder, and as many of `/tmp`; both lie in memory. Default 256 MiB. */
  diskBytes: z
    .int()
    .positive()
    .default(256 * MIB),
  /** Bytes kept of each output stream; a program that writes more is killed. Default 8 MiB. */
  outputBytes: z
    .int()
    .positive()
    .default(8 * MIB),
});

/** A value of {@link sandboxLimitsSchema}. */
export type SandboxLimits = z.infer<typeof sandboxLimitsSchema>;
