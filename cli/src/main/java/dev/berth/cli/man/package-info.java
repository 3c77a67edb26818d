/**
 * The manual page of {@code vmctl}, from the same model that its help is made from. Entry type:
 * {@link dev.berth.cli.man.ManualPage}. Knows picocli's model and no command.
 */
@NullMarked
package dev.berth.cli.man;

import org.jspecify.annotations.NullMarked;
