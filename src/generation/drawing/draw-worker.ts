/** Thread of `DrawPool`: draws the mutants of the functions it is handed, one call a batch. */
import { workerData } from 'piscina';
import { drawFunction, type Drawn, type DrawRequest, type DrawSettings } from './draw';
import { createMixture } from './mixture-part';

/** What a thread is started with: settings, and the weights of {@link createMixture}. */
export interface DrawWorkerSettings extends DrawSettings {
  weights: Readonly<Record<string, number>>;
}

const settings = workerData as DrawWorkerSettings;
const mixture = createMixture(settings.weights);

/** The mutants of each function of a batch, in order. */
export default function drawBatch(requests: readonly DrawRequest[]): Drawn[] {
  return requests.map((request) => drawFunction(request, mixture, settings));
}
