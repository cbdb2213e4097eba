import { embedderContract } from '@mneme/testing';
import { openStaticEmbedder } from './open-static-embedder.js';

embedderContract(async () => openStaticEmbedder());
