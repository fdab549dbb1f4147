export * from './arguments';
export * from './functions';
export * from './stdlib';
