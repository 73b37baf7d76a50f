import { MemoryPieceStore } from './memory-store.ts';
import { pieceStoreContract } from './piece-store.contract.ts';

pieceStoreContract('MemoryPieceStore', async (layout, content) => new MemoryPieceStore({ layout, content }));
