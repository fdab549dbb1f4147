/** The part of WebAssembly's own interface that is used here: Node's types leave it out, the DOM's bring all of the DOM. */

/** Memory that threads share and that grows; its buffer is another one then. */
export interface SharedMemory {
  readonly buffer: SharedArrayBuffer;
}

/** Compiled code; can be sent to a worker. */
export type Code = object & { readonly compiled?: never };

interface Api {
  Memory: new (limits: { initial: number; maximum: number; shared: true }) => SharedMemory;
  validate(bytes: Uint8Array): boolean;
  compile(bytes: Uint8Array): Promise<Code>;
  instantiate(code: Code, imports: { env: { memory: SharedMemory } }): Promise<{ exports: object }>;
}

/** `WebAssembly` of the engine that runs this. */
export const webAssembly = (globalThis as unknown as { WebAssembly: Api }).WebAssembly;
