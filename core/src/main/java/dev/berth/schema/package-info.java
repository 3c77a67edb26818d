/**
 * What one QEMU takes over QMP, by its own word: an index of its {@code query-qmp-schema}, the
 * check of a command's arguments against it, and the gate that keeps from the monitor what that
 * QEMU lacks. Entry type: {@link dev.berth.schema.QmpSchema}. Knows nothing of domains and
 * machines: must not depend on the engine, the store or the control protocol.
 */
@NullMarked
package dev.berth.schema;

import org.jspecify.annotations.NullMarked;
