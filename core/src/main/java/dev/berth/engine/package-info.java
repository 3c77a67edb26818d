/**
 * The engine: one driver per domain as its only writer, operations with undo, pure policy tables,
 * published snapshots. Must not depend on H2, Dagger or the control protocol.
 */
@NullMarked
package dev.berth.engine;

import org.jspecify.annotations.NullMarked;
