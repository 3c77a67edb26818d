/**
 * The control protocol: JSON-RPC 2.0, one message a line, over an AF_UNIX socket. Entry types:
 * {@link dev.berth.control.ControlServer} serves a host, {@link dev.berth.control.RemoteHost} is
 * one elsewhere. Knows hosts by {@code dev.berth.host} alone; the client needs neither H2 nor
 * Dagger, no logger and no object mapper.
 */
@NullMarked
package dev.berth.control;

import org.jspecify.annotations.NullMarked;
