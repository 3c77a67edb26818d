@NullMarked
package dev.berth.engine.qemu;

import org.jspecify.annotations.NullMarked;
