export * from './arguments';
export * from './functions';
export * from './keyword-arguments';
export * from './stdlib';
