/**
 * The command line {@code vmctl}: each command parses, makes one call on a host, and prints. Knows
 * neither the store nor the launcher.
 */
@NullMarked
package dev.berth.cli;

import org.jspecify.annotations.NullMarked;
