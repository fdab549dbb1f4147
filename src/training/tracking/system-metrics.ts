import { availableParallelism, loadavg } from 'node:os';
import * as tf from '@tensorflow/tfjs-core';

/** What the machine is doing, as it stands in lines of metrics.jsonl. */
export interface SystemMetrics {
  /** Resident memory of the training process, MiB. */
  rssMiB: number;
  /** JavaScript heap in use, MiB. */
  heapMiB: number;
  /** Tensors alive; flat while nothing leaks. */
  tensors: number;
  /** Their bytes, MiB. */
  tensorMiB: number;
  /** CPU time of the process since the last reading, as a share of all cores' time: 1 = every core busy. */
  cpuShare: number;
  /** Processes that want a core, mean of the last minute (0 on Windows); above the number of cores: others disturb. */
  loadAverage: number;
  /** Seconds to the end of the budget at the speed since this start; null before anything was used. */
  etaSeconds: number | null;
}

const MIB = 2 ** 20;

/** Reads {@link SystemMetrics}; shares and the time left are of what happened since `start` and the last reading. */
export class SystemMeter {
  private readonly cores = availableParallelism();
  private cpu = process.cpuUsage();
  private at: number;
  private begun: { at: number; used: number };

  constructor(private readonly now: () => number = () => performance.now()) {
    this.at = now();
    this.begun = { at: this.at, used: 0 };
  }

  /** Begins anew. @param used share of the budget used by earlier starts, 0 to 1 */
  start(used: number): void {
    this.at = this.now();
    this.cpu = process.cpuUsage();
    this.begun = { at: this.at, used };
  }

  /** @param used share of the budget used, 0 to 1 */
  read(used: number): SystemMetrics {
    const { rss, heapUsed } = process.memoryUsage();
    const { numTensors, numBytes } = tf.memory();
    const [at, cpu] = [this.now(), process.cpuUsage()];
    const busy = (cpu.user + cpu.system - this.cpu.user - this.cpu.system) / 1000;
    const cpuShare = busy / (Math.max(at - this.at, 1) * this.cores);
    [this.at, this.cpu] = [at, cpu];
    return {
      rssMiB: rss / MIB,
      heapMiB: heapUsed / MIB,
      tensors: numTensors,
      tensorMiB: numBytes / MIB,
      cpuShare,
      loadAverage: loadavg()[0],
      etaSeconds: secondsLeft(used - this.begun.used, 1 - used, (at - this.begun.at) / 1000),
    };
  }
}

/** Time left when `seconds` brought `done` of a budget and `left` of it is to come; null when nothing is known yet. */
export function secondsLeft(done: number, left: number, seconds: number): number | null {
  return done <= 0 ? null : (Math.max(left, 0) / done) * seconds;
}
