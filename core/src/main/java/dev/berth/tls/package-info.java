/**
 * TLS with certificates on both ends, by the JDK alone: PEM files, what is checked of a peer, and
 * the encrypted channel. Entry types: {@link dev.berth.tls.Credentials}, {@link
 * dev.berth.tls.TlsChannel}. Knows nothing of what is said over a channel.
 */
@NullMarked
package dev.berth.tls;

import org.jspecify.annotations.NullMarked;
