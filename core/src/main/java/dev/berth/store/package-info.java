/**
 * The port to durable storage: what the engine persists, and in which atomic steps. Implemented by
 * the storage module.
 */
@NullMarked
package dev.berth.store;

import org.jspecify.annotations.NullMarked;
