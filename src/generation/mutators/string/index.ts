export * from './formatting';
export * from './literals';
export * from './regexes';
