/**
 * Writes the model of QMP as Java, from facts and words. Run by core's build. Entry type: {@link
 * dev.berth.generator.java.Generate}.
 */
@NullMarked
package dev.berth.generator.java;

import org.jspecify.annotations.NullMarked;
