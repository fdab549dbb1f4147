export * from './blocks';
export * from './jumps';
