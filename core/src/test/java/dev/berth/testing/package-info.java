/**
 * What tests need to work with real guests and real QEMU, or without: the example guest, the
 * supported QEMU versions, a check that nothing outlives a test, and a host in memory. Published in
 * core's test-jar; depends on the JDK, JUnit and Berth's public API only.
 */
@NullMarked
package dev.berth.testing;

import org.jspecify.annotations.NullMarked;
