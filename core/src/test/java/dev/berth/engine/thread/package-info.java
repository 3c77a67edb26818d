@NullMarked
package dev.berth.engine.thread;

import org.jspecify.annotations.NullMarked;
