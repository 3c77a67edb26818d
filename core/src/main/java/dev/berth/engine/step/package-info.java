/** What goes on record in one step, and the tables that say what may. */
@NullMarked
package dev.berth.engine.step;

import org.jspecify.annotations.NullMarked;
