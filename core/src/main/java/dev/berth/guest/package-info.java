/**
 * The guest agent of a running guest: its protocol, over the socket of its virtio-serial port.
 * Entry type: {@link dev.berth.guest.GuestAgent}. The peer is a guest, which may be hostile:
 * whatever it sends costs a bounded amount of memory and time, and of the one who asked it only.
 * Commands are those of {@code dev.berth.qapi.agent}; {@link dev.berth.guest.TypedAgent} sends them
 * by way of any host. Must not depend on the engine, the store or the control protocol.
 */
@NullMarked
package dev.berth.guest;

import org.jspecify.annotations.NullMarked;
