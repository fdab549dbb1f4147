export * from './closing';
export * from './encodings';
export * from './open-modes';
export * from './rewinding';
