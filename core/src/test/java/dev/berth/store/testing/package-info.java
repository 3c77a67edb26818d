/**
 * For tests of stores and of what uses them: a store in memory, and the contract that every store
 * fulfils. Published in core's test-jar; depends on the store, domain and error packages only.
 */
@NullMarked
package dev.berth.store.testing;

import org.jspecify.annotations.NullMarked;
