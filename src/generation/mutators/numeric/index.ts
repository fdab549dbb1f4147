export * from './arithmetic';
export * from './off-by-one';
