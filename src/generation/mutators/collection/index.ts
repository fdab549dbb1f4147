export * from './copies';
export * from './iteration';
export * from './literals';
export * from './lookups';
