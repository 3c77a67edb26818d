/**
 * What tests need to work with real guests and real QEMU: the example guest, the supported QEMU
 * versions, and a check that nothing outlives a test. Published in core's test-jar; depends on the
 * JDK and JUnit only, not on Berth.
 */
@NullMarked
package dev.berth.testing;

import org.jspecify.annotations.NullMarked;
