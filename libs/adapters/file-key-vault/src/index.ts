/** The root key and the commitment key in files of mode 0600: the key vault of both profiles. */
export * from './file-key-vault.js';
export * from './key-file.js';
export * from './open-file-key-vault.js';
