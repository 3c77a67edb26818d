/** The threads of an engine, the turns of its drivers, and its timers. */
@NullMarked
package dev.berth.engine.thread;

import org.jspecify.annotations.NullMarked;
