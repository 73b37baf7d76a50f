// How any view opens the dialog that adds torrents, with files or with one that the backend has already.

import type { StoredTorrent } from '@enjambre/contract';
import { createContext, useContext } from 'react';

export type Add = (given?: readonly File[] | StoredTorrent) => void;

const Context = createContext<Add>(() => {});
export const AddContextProvider = Context.Provider;

export function useAdd(): Add {
  return useContext(Context);
}
