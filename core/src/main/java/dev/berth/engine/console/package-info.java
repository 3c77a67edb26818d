/** What is attached to serial ports and channels. */
@NullMarked
package dev.berth.engine.console;

import org.jspecify.annotations.NullMarked;
