/** Thread of {@link DrawPool}: draws the mutants of the functions it is sent, one message a batch. */
import { parentPort, workerData } from 'node:worker_threads';
import { drawFunction, type Drawn, type DrawRequest, type DrawSettings } from './draw';
import { createMixture } from './mixture-part';

/** What a thread is started with: settings, and the weights of {@link createMixture}. */
export interface DrawWorkerSettings extends DrawSettings {
  weights: Readonly<Record<string, number>>;
}

/** A batch to the thread. */
export interface DrawBatch {
  id: number;
  requests: DrawRequest[];
}

/** A batch's answer. */
export type DrawAnswer = { id: number; drawn: Drawn[] } | { id: number; error: unknown };

const settings = workerData as DrawWorkerSettings;
const mixture = createMixture(settings.weights);

parentPort?.on('message', ({ id, requests }: DrawBatch) => {
  let answer: DrawAnswer;
  try {
    answer = { id, drawn: requests.map((request) => drawFunction(request, mixture, settings)) };
  } catch (error) {
    answer = { id, error };
  }
  parentPort?.postMessage(answer);
});
