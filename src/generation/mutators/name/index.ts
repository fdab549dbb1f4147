export * from './attributes';
export * from './keys';
export * from './parameters';
export * from './self';
export * from './variables';
