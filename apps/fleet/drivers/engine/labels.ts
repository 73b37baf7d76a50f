// What we write on containers and networks, to know them again: those without our fleet's label do not exist for us.

/** Holds the fleet's name: two backends on one engine have fleets of different names. */
export const FLEET_LABEL = 'enjambre.fleet';
/** The container's id as our API has it. */
export const ID_LABEL = 'enjambre.id';
/** What the fleet wants to be reminded of. */
export const KEEPSAKE_LABEL = 'enjambre.keepsake';
/** A digest of how it was to run: another one needs another container. */
export const PLAN_LABEL = 'enjambre.plan';

/** As the engine's lists and events are filtered. */
export function ofFleet(fleet: string): { label: string[] } {
  return { label: [`${FLEET_LABEL}=${fleet}`] };
}
