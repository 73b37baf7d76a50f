// Starts the page: what every view shares, the one event stream, the views.

import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createFleet, FleetProvider } from './fleet/fleet-context.tsx';
import { startTabStream } from './fleet/tab-stream.ts';
import { listenForCommands } from './lib/commands.ts';
import { applyLanguage } from './lib/language.ts';
import { infoQuery, torrentsQuery } from './lib/queries.ts';
import { router } from './routes/router.tsx';
import 'uplot/dist/uPlot.min.css';
import './styles/page.css';

applyLanguage(document.documentElement);
const fleet = createFleet();
const queries = new QueryClient({ defaultOptions: { queries: { retry: 1 } } });

let wasLive = false;
fleet.connection.watch(() => {
  const isLive = fleet.connection.get().kind === 'live';
  // Another backend may answer now than before.
  if (isLive && !wasLive) {
    void queries.invalidateQueries({ queryKey: infoQuery.queryKey });
    void queries.invalidateQueries({ queryKey: torrentsQuery.queryKey });
  }
  wasLive = isLive;
});
startTabStream({
  store: fleet.store,
  connection: fleet.connection,
  onTorrentsChanged: () => void queries.invalidateQueries({ queryKey: torrentsQuery.queryKey }),
});
listenForCommands(window);

createRoot(document.getElementById('page')!).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <FleetProvider value={fleet}>
        <RouterProvider router={router} />
      </FleetProvider>
    </QueryClientProvider>
  </StrictMode>,
);
