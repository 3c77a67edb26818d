/**
 * What tests need to work with real guests and real QEMU, or without: the example guest, the
 * supported QEMU versions, a check that nothing outlives a test, a scripted QEMU and a host in
 * memory. Published in core's test-jar; depends on the JDK, JUnit, Berth's public API and, in the
 * scripted QEMU, {@code dev.berth.json} and junixsocket.
 */
@NullMarked
package dev.berth.testing;

import org.jspecify.annotations.NullMarked;
