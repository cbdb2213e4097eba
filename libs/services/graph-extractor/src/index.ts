/** Facts out of episodes, published where they came from; hosts their projection into the fact graph, a group of its own. */
export * from './extract-facts.js';
export * from './graph-extractor.config.js';
export * from './graph-extractor.module.js';
export * from './project-facts.js';
