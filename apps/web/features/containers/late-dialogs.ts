// The dialog and the menu of the list, which nobody needs before there is a list.

import { late } from '../../lib/late.tsx';

export const RemovalDialog = late(async () => (await import('./removal-dialog.tsx')).RemovalDialog);
export const RowMenu = late(async () => (await import('./row-menu.tsx')).RowMenu);
