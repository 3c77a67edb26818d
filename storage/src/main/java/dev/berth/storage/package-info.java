/**
 * Keeps domains, launch records, intents and events in H2, with readable recovery copies beside it.
 * Depends on core only.
 */
@NullMarked
package dev.berth.storage;

import org.jspecify.annotations.NullMarked;
