/**
 * QMP connections: one selector thread for all sockets, framing, replies by id, events in order,
 * file descriptors beside the command that needs them. Entry types: {@link dev.berth.qmp.QmpLoop}
 * and {@link dev.berth.qmp.QmpConnection}. Knows nothing of domains: must not depend on the engine,
 * the store or the control protocol.
 */
@NullMarked
package dev.berth.qmp;

import org.jspecify.annotations.NullMarked;
