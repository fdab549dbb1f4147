export * from './authorization';
export * from './credentials';
export * from './cryptography';
export * from './files';
export * from './injection';
export * from './limits';
export * from './transport';
export * from './untrusted-data';
