export * from './conditions';
export * from './negation';
export * from './none-checks';
export * from './operators';
export * from './precedence';
