export * from './coroutines';
export * from './threads';
