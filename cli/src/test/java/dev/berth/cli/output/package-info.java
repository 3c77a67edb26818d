/** Tests of what {@code vmctl} prints. */
@NullMarked
package dev.berth.cli.output;

import org.jspecify.annotations.NullMarked;
