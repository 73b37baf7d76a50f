// Which address shows which view. A view that is not the first one is loaded when somebody goes there.

import {
  createRootRoute,
  createRoute,
  createRouter,
  type ErrorComponentProps,
  Link,
  lazyRouteComponent,
} from '@tanstack/react-router';
import { Button } from '../components/button.tsx';
import { ContainersView } from '../features/containers/containers-view.tsx';
import { readListSearch } from '../features/containers/list-search.ts';
import { t } from '../lib/language.ts';
import { Shell } from './shell.tsx';

const root = createRootRoute({ component: Shell, notFoundComponent: NotFound });

const containers = createRoute({
  getParentRoute: () => root,
  path: '/',
  component: ContainersView,
  validateSearch: readListSearch,
});

const container = createRoute({
  getParentRoute: () => root,
  path: '/containers/$id',
  component: lazyRouteComponent(() => import('../features/container/container-view.tsx'), 'ContainerView'),
});

const torrents = createRoute({
  getParentRoute: () => root,
  path: '/torrents',
  component: lazyRouteComponent(() => import('../features/torrents/torrents-view.tsx'), 'TorrentsView'),
});

const engine = createRoute({
  getParentRoute: () => root,
  path: '/engine',
  component: lazyRouteComponent(() => import('../features/engine/engine-view.tsx'), 'EngineView'),
});

export const router = createRouter({
  routeTree: root.addChildren([containers, container, torrents, engine]),
  defaultPreload: 'intent',
  defaultErrorComponent: Broken,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}

function NotFound() {
  return (
    <div className="flex flex-col items-center gap-4 p-12 text-muted">
      <p>{t('page.not-found')}</p>
      <Link to="/" className="font-semibold text-accent hover:underline">
        {t('page.to-containers')}
      </Link>
    </div>
  );
}

function Broken({ error }: ErrorComponentProps) {
  return (
    <div role="alert" className="flex flex-col items-center gap-4 p-12">
      <p>{t('page.broken', { message: String(error) })}</p>
      <Button onClick={() => location.reload()}>{t('page.reload')}</Button>
    </div>
  );
}
