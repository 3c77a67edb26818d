/**
 * What every {@link dev.berth.host.VmHost} does, embedded, remote or in memory, as tests that each
 * of them runs. Must not depend on how a host is made.
 */
@NullMarked
package dev.berth.testing.contract;

import org.jspecify.annotations.NullMarked;
