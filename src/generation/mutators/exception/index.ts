export * from './handlers';
export * from './raising';
