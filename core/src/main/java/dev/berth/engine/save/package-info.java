/** The files that machines and their memory are written to. */
@NullMarked
package dev.berth.engine.save;

import org.jspecify.annotations.NullMarked;
