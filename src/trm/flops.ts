import { innerWidth, type ModelConfig } from './config';

/**
 * Floating-point operations of the core for one supervision step of a batch, multiply and add counted apart:
 * per position and block 2 (4 D^2 + 3 D I) for the linear layers and 4 N D for attention. A pass with gradient
 * counts three times. Heads and embedding are left out (a few per cent).
 * @param rows B, `length` S
 */
export function supervisionStepFlops(
  config: ModelConfig,
  rows: number,
  length: number,
  training: boolean,
): number {
  const { width, layers, registers, recursions, latentUpdates } = config;
  const positions = registers + length;
  const block = 2 * (4 * width ** 2 + 3 * width * innerWidth(width)) + 4 * positions * width;
  const uses = config.core === 'plain' ? 1 : latentUpdates + 1;
  const once = rows * positions * layers * block * uses;
  return once * (recursions - 1 + (training ? 3 : 1));
}
