@NullMarked
package dev.berth.engine.step;

import org.jspecify.annotations.NullMarked;
