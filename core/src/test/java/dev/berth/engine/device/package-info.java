@NullMarked
package dev.berth.engine.device;

import org.jspecify.annotations.NullMarked;
