export type { ContactStore } from './membership/rendezvous.ts';

export { MOST_PAYLOAD, type Receiver, type Transport } from './net/transport.ts';
export { createTransport, type TransportOptions } from './net/udp-tcp-transport.ts';
export { Overlay, type OverlayOptions } from './overlay.ts';
export type { Provision } from './records/own-records.ts';
export type { Provider, ProviderListener } from './records/providers.ts';
export { type KeyRing, openKeyRing, parseKeyRing } from './sealing/key-ring.ts';
