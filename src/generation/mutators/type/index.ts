export * from './conversions';
export * from './missing-access';
export * from './values';
