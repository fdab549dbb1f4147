/** Thread of {@link DrawPool}: draws the mutants of the functions it is sent, one message a batch. */
import { parentPort, workerData } from 'node:worker_threads';
import { drawFunction, type Drawn, type DrawRequest, type DrawSettings } from './draw';
import { createMixture } from './sampling';

/** A batch to the thread. */
export interface DrawBatch {
  id: number;
  requests: DrawRequest[];
}

/** A batch's answer. */
export type DrawAnswer = { id: number; drawn: Drawn[] } | { id: number; error: unknown };

const settings = workerData as DrawSettings;
const mixture = createMixture(settings);

parentPort?.on('message', ({ id, requests }: DrawBatch) => {
  let answer: DrawAnswer;
  try {
    answer = { id, drawn: requests.map((request) => drawFunction(request, mixture, settings)) };
  } catch (error) {
    answer = { id, error };
  }
  parentPort?.postMessage(answer);
});
