/**
 * Settings and the wiring of a host: the only place that knows core, launcher and storage together.
 * Nothing but the command line depends on it.
 */
@NullMarked
package dev.berth.config;

import org.jspecify.annotations.NullMarked;
